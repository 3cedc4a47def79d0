// Times this machine with the base, before anything is measured, and decides what a time limit allows; plans the
// training time of a run from what was agreed, and estimates its remaining work. The plan is stored, so that a resumed
// run keeps to it.
import { basename } from 'node:path';
import { CodedError, isCancelled, unwrap } from '../../common/errors.ts';
import { counted } from '../../common/format.ts';
import { ggufManifest } from '../../neural/models/manifest.ts';
import { LEAST_STEPS, measureServing, measureTraining } from '../../specialist/engine/measure-base.ts';
import { type Timing, trainingStatusOf } from '../../specialist/engine/protocol.ts';
import { weightsOf, workFolder } from '../models/folder-models.ts';
import { nothingAhead, type RemainingWork } from '../report/countdown.ts';
import { limitInWords } from '../report/outcome.ts';
import { windowTokens } from '../training-data/samples.ts';
import { tokenizerOf } from './drafts.ts';
import { type HeldOutPositions, halved, MAX_HALVINGS } from './held-out-positions.ts';
import { callsOf } from './labels.ts';
import { accessOf, baseCandidate, earlierOf } from './neural.ts';
import type { Agreement, LearnStages, Pace, Run, TimedBase, TrainingPlan } from './stage-outputs.ts';
import type { Tell } from './stage-runner.ts';
import { engineOf, epochs, microBatches, stepsOf, type Training, train } from './training.ts';

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

/** Seconds for opening models and indexing every file. */
export const OPENING_SECONDS = 10;
/** Training also validates, which takes a tenth of its time (neural/training/schedule.ts). */
const WITH_VALIDATION = 1.1;
/** Fewer characters than tokenizers of code need for a token, so that the number of steps is not underestimated. */
const CHARACTERS_PER_TOKEN = 3;
/** Each token of a file is in two samples. */
const SAMPLES_PER_TOKEN = 2;
/** The offered limit exceeds the estimate by this factor, because the machine may be busier later. */
const SPARE = 1.25;
/**
 * A machine that trains on fewer tokens within the time limit rarely makes a better model: runs on 53,000 to 262,000
 * tokens did not (docs/research-log.md). What more tokens bring was not measured.
 */
const TOKENS_THAT_PAY = 1_000_000;

/** Measures the base. A GGUF file is not trained. */
export async function paceOf(runner: LearnStages, tell: Tell): Promise<Pace> {
  const { run } = runner;
  const { base } = accessOf(run);
  const gguf = ggufManifest(base);
  if (gguf) return { why: `The base '${gguf.name}' is a GGUF file, whose own weights stay as they are.` };
  const steps = Math.min(LEAST_STEPS, mostSteps(run));
  const { timing, training } = await measured(run, tell);
  if (!training.ok) return { why: training.error.message };
  const perStep = (WITH_VALIDATION * windowTokens * microBatches) / training.value.tokensPerSecond;
  const measuring = run.elapsed() + OPENING_SECONDS + leastDrafts(run) * secondsOfDraft(timing);
  return { base: { name: basename(base), perStep, steps, measuring, needs: measuring + steps * perStep } };
}

/** The base if it can be trained in the minutes. */
export function trainableIn({ base }: Pace, minutes: number): TimedBase | undefined {
  return base && base.needs <= 60 * minutes ? base : undefined;
}

/** Minutes in which the base can be trained; undefined if it cannot. */
export function minutesFor({ base }: Pace): number | undefined {
  return base && Math.ceil((SPARE * base.needs) / 60);
}

/** Whether as much can be trained in the minutes as a better model needs. */
export function pays({ perStep, measuring }: TimedBase, minutes: number): boolean {
  const steps = (60 * minutes - measuring) / perStep;
  return steps * windowTokens * microBatches >= TOKENS_THAT_PAY;
}

/** Why the base cannot be trained in these minutes. */
export function untrainableIn(pace: Pace, minutes: number): string | undefined {
  const { base, why } = pace;
  if (!base) return why;
  return (
    `In ${limitInWords(minutes)} this machine cannot train the base '${base.name}'. The minimum of ` +
    `${counted(base.steps, 'step')} needs about ${counted(minutesFor(pace) as number, 'minute')} with the measurements.`
  );
}

async function measured(run: Run, tell: Tell) {
  const { base: folder, trainingThreads: threads = 'auto', device } = accessOf(run);
  const base = {
    ...{ folder, threads, device },
    tokenizer: run.request.tokenizerPath,
    vocabulary: run.tokenizer.vocabularySize,
  };
  tell({ done: 0, total: undefined, detail: 'how fast it answers' });
  const timing = unwrap(await measureServing(engineOf(run), base, run.signal));
  tell({ done: 0, total: undefined, detail: 'how fast it is trained' });
  const training = await measureTraining(engineOf(run), base, run.signal);
  if (!training.ok && training.error.code === 'cancelled') unwrap(training);
  return { timing, training };
}

export function mostSteps({ request, held }: Run): number {
  const characters = held.train.reduce((sum, { text }) => sum + text.length, 0);
  const tokens = (epochs * SAMPLES_PER_TOKEN * characters) / CHARACTERS_PER_TOKEN;
  return Math.min(
    request.neural?.maxSteps ?? Number.POSITIVE_INFINITY,
    Math.ceil(tokens / (windowTokens * microBatches)),
  );
}

/**
 * Number of drafts of a run with training. Fitting the mixture takes about one draft per position.
 * @param trains without training, only the base and the earlier model draft
 */
export function draftCount({ fit, choose, test }: HeldOutPositions, earlier: boolean, trains = true): number {
  const models = 1 + Number(earlier) + Number(trains);
  return (trains ? fit.length : 0) + models * choose.length + Math.min(2, models) * test.length;
}

/** Drafts of a run with the fewest positions. */
function leastDrafts(run: Run): number {
  return draftCount(halved(run.positions, MAX_HALVINGS), earlierOf(run) !== undefined);
}

/** Of a line at a position that no cache holds. */
const secondsOfDraft = ({ promptMs, lineMs }: Timing) => (promptMs + lineMs) / 1000;
