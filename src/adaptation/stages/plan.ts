// Plans the training time of a run from what was agreed, and estimates its remaining work. The plan is stored, so that
// a resumed run keeps to it.
import { CodedError, isCancelled } from '../../common/errors.ts';
import { LEAST_STEPS } from '../../specialist/engine/measure-base.ts';
import { trainingStatusOf } from '../../specialist/engine/protocol.ts';
import { weightsOf, workFolder } from '../models/folder-models.ts';
import { nothingAhead, type RemainingWork } from '../report/countdown.ts';
import { tokenizerOf } from './drafts.ts';
import { halved } from './held-out-positions.ts';
import { callsOf } from './labels.ts';
import { accessOf, baseCandidate, earlierOf } from './neural.ts';
import { draftCount, OPENING_SECONDS } from './pace.ts';
import type { Agreement, LearnStages, Run, TrainingPlan } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import { stepsOf, type Training, train } from './training.ts';

/** Share of the budget for fitting the mixture of a base that has no weights of its own, with and without training. */
const MIXTURE_SHARE = { trains: 0.1, fits: 0.5 };

/** Settings that decide a plan and a training, besides the files. */
export function planSettings(run: Run): unknown {
  const { base, budgetMinutes, maxSteps, device } = accessOf(run);
  return [weightsOf(base), budgetMinutes, maxSteps, device, tokenizerOf(run)];
}

/** Seconds for fitting the mixture of a base that has no weights of its own. */
export async function mixtureSeconds(runner: LearnStages): Promise<number> {
  const { training, minutes } = await runner.get('agreed');
  return 60 * minutes * (training ? MIXTURE_SHARE.trains : MIXTURE_SHARE.fits);
}

export async function planOf(runner: LearnStages): Promise<TrainingPlan> {
  const { run } = runner;
  const { training: agreed, minutes, halvings, perPlace, why } = await runner.get('agreed');
  const positions = halved(run.positions, halvings);
  const earlier = earlierOf(run) !== undefined;
  // The base's answers of the first look, and of a run that was interrupted, are in the ledger.
  const unanswered = await (await runner.get('session')).unanswered(baseCandidate(run), positions.choose);
  const answered = positions.choose.length - unanswered;
  const others = perPlace * (draftCount(positions, earlier) - answered) + OPENING_SECONDS;
  const before = perPlace * (unanswered + (earlier ? positions.choose.length : 0));
  const plan = (training: number, limit: number, reason = why): TrainingPlan => {
    const begins = run.elapsed() + before;
    return { training, limit, begins, ...(reason !== undefined && { why: reason }) };
  };
  if (!agreed || (await runner.known('training'))) return plan(0, 0);
  try {
    const steps = stepsOf(await runner.get('samples'), accessOf(run));
    const room = 60 * minutes - run.elapsed() - others;
    // The user agreed to this training. If the machine is slower now, the run takes longer.
    const limit = Math.max(room, Math.min(LEAST_STEPS, steps) * agreed.perStep);
    return plan(Math.min(limit, Math.max(1, steps * agreed.perStep)), limit);
  } catch (error) {
    if (!(error instanceof CodedError) || isCancelled(error)) throw error;
    return plan(0, 0, error.message);
  }
}

/** Trains for the planned time, minus the delay that measuring has caused. */
export async function trainAsPlanned(runner: LearnStages, tell: Tell): Promise<Training> {
  const { run } = runner;
  const { limit, begins, why } = await runner.get('plan');
  if (limit === 0) throw new CodedError('unsupported', why ?? 'The time budget is too short.');
  tell({ done: 0, total: undefined });
  const access = accessOf(run);
  const late = Math.max(0, run.elapsed() - begins);
  return train(await runner.get('samples'), access, run, { limit, late }, tell);
}

/** The remaining work, given the stored answers. */
export async function aheadOf(runner: LearnStages): Promise<RemainingWork> {
  const { run } = runner;
  const { training } = await runner.get('plan');
  const agreed = await runner.get('agreed');
  const status = trainingStatusOf(workFolder(run.request.specialistFolder));
  const labelingPlan = await runner.get('labelingPlan');
  const spent = status?.kind === 'training' ? status.seconds : 0;
  const trains = training > 0 && (await runner.known('training')) === undefined;
  const work = { ...agreed, trains, training: trains ? Math.max(0, training - spent) : 0 };
  return remaining(runner, { ...work, api: labelingPlan ? callsOf(labelingPlan) : 0 }, true);
}

interface Work extends Pick<Agreement, 'perPlace' | 'halvings'>, Pick<RemainingWork, 'training' | 'api'> {
  readonly trains: boolean;
}

/** @param neural whether a neural model drafts */
export async function remaining(
  runner: LearnStages,
  { perPlace, halvings, trains, training, api }: Work,
  neural: boolean,
): Promise<RemainingWork> {
  if (!neural) return { ...nothingAhead, api };
  const { run } = runner;
  const { fit, choose, test } = halved(run.positions, halvings);
  const session = await runner.get('session');
  const earlier = earlierOf(run);
  const [adapted, others] = [Number(trains), Number(trains || earlier !== undefined)];
  return {
    ...{ perPlace, training, api },
    places: {
      ...{ fit: adapted * fit.length, choose: adapted * choose.length },
      ...{ test: test.length, testedBase: others * test.length },
    },
    base: await session.unanswered(baseCandidate(run), choose),
    earlier: earlier ? await session.unanswered(earlier, choose) : 0,
  };
}
