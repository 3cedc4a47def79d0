// Plans a run from the measured time of a draft and of a training step: the number of positions, and the training time.
// The plan is stored, so that a resumed run keeps to it.
import { dirname, join } from 'node:path';
import { CodedError, isCancelled } from '../../common/errors.ts';
import { LEAST_STEPS } from '../../specialist/engine/measure-base.ts';
import { trainingStatusOf } from '../../specialist/engine/protocol.ts';
import { weightsOf, workFolder } from '../models/folder-models.ts';
import type { RemainingWork } from '../report/countdown.ts';
import { tokenizerOf } from './drafts.ts';
import { secondsPerPosition } from './evaluate.ts';
import { halved, MAX_HALVINGS } from './held-out-positions.ts';
import { accessOf, baseCandidate, earlierOf, measuredPositionsOf } from './neural.ts';
import { draftCount, limitOf, OPENING_SECONDS } from './pace.ts';
import type { LearnStages, Run, Scale, TrainingPlan } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import { stepsOf, type Training, train } from './training.ts';

/** Halvings of the positions for timing: about six drafts are timed. */
const TIMED_HALVINGS = 6;
/** Share of the budget for measuring and deciding; the rest is for training. */
const MEASURING_SHARE = 0.4;
/** Share of the budget for fitting the mixture of a base that has no weights of its own. */
const MIXTURE_SHARE = 0.1;

/** Settings that decide a plan and a training, besides the files. */
export function planSettings(run: Run): unknown {
  const { base, budgetMinutes, maxSteps, device } = accessOf(run);
  return [weightsOf(base), budgetMinutes, maxSteps, device, tokenizerOf(run)];
}

export async function scaleOf(runner: LearnStages, tell: Tell): Promise<Scale> {
  const { run } = runner;
  const session = await runner.get('session');
  const base = baseCandidate(run);
  const budget = await limitOf(runner);
  await session.fitBase(base, MIXTURE_SHARE * budget, tell);
  const timed = await session.drafts(base, 'validation', halved(run.positions, TIMED_HALVINGS).choose, tell);
  const perPlace = secondsPerPosition(timed);
  const limit = MEASURING_SHARE * budget;
  const fits = (halvings: number) =>
    perPlace * draftCount(halved(run.positions, halvings), earlierOf(run) !== undefined) <= limit;
  let halvings = 0;
  while (halvings < MAX_HALVINGS && !fits(halvings)) halvings++;
  return { halvings, perPlace };
}

export async function planOf(runner: LearnStages): Promise<TrainingPlan> {
  const { run } = runner;
  const { base, perStep, why } = await runner.get('pace');
  const scale = await runner.get('scale');
  const positions = halved(run.positions, scale.halvings);
  const earlier = earlierOf(run) !== undefined;
  // The base's answers of the first look, and of a run that was interrupted, are in the ledger.
  const unanswered = await (await runner.get('session')).unanswered(baseCandidate(run), positions.choose);
  const answered = positions.choose.length - unanswered;
  const others = scale.perPlace * (draftCount(positions, earlier) - answered) + OPENING_SECONDS;
  const before = scale.perPlace * (unanswered + (earlier ? positions.choose.length : 0));
  const plan = (training: number, limit: number, reason = why): TrainingPlan => {
    const begins = run.elapsed() + before;
    return { ...scale, base, training, limit, begins, ...(reason !== undefined && { why: reason }) };
  };
  const done = await runner.known('training');
  if (done) return { ...plan(0, 0), base: done.base };
  if (perStep === 0) return plan(0, 0);
  try {
    const steps = stepsOf(await runner.get('samples'), accessOf(run));
    const room = (await limitOf(runner)) - run.elapsed() - others;
    // The user was told before that the least training fits. If the machine is slower now, the run takes longer.
    const limit = Math.max(room, Math.min(LEAST_STEPS, steps) * perStep);
    return plan(Math.min(limit, Math.max(1, steps * perStep)), limit);
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    return plan(0, 0, error.message);
  }
}

/** Trains the planned base for the planned time, minus the delay that measuring has caused. */
export async function trainAsPlanned(runner: LearnStages, tell: Tell): Promise<Training> {
  const { run } = runner;
  const { base, limit, begins, why } = await runner.get('plan');
  if (limit === 0) throw new CodedError('unsupported', why ?? 'The time budget is too short.');
  tell({ done: 0, total: undefined });
  const access = accessOf(run);
  const late = Math.max(0, run.elapsed() - begins);
  const folder = join(dirname(access.base), base);
  return train(folder, await runner.get('samples'), access, run, { limit, late }, tell);
}

/** The remaining work, given the stored answers. */
export async function aheadOf(runner: LearnStages): Promise<RemainingWork> {
  const { run } = runner;
  const { perPlace, training } = await runner.get('plan');
  const positions = await measuredPositionsOf(runner);
  const { choose, test } = positions;
  const session = await runner.get('session');
  const earlier = earlierOf(run);
  const status = trainingStatusOf(workFolder(run.request.specialistFolder));
  const labelingPlan = await runner.get('labelingPlan');
  const spent = status?.kind === 'training' ? status.seconds : 0;
  const trained = training === 0 || (await runner.known('training')) !== undefined;
  return {
    perPlace,
    places: { fit: trained ? 0 : positions.fit.length, choose: trained ? 0 : choose.length, test: test.length },
    base: await session.unanswered(baseCandidate(run), choose),
    earlier: earlier ? await session.unanswered(earlier, choose) : 0,
    training: trained ? 0 : Math.max(0, training - spent),
    api: labelingPlan === undefined ? 0 : labelingPlan.validation.length + 2 * labelingPlan.test.length,
  };
}
