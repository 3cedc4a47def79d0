// Fine-tunes the base on a folder's training files through the engine, in its share of the plan's time.

import { unwrap } from '../common/errors.ts';
import type { Sha256 } from '../common/file-hash.ts';
import { makeFolder } from '../common/files.ts';
import { thousands } from '../common/format.ts';
import { dialectTokens } from '../neural/models/manifest.ts';
import {
  CHECKPOINT_EVERY_STEPS,
  EPOCHS,
  LEARNING_RATE,
  MICRO_BATCHES,
  PATIENCE,
  VALIDATE_EVERY_STEPS,
} from '../neural/training/training-settings.ts';
import { trainingStatusOf } from '../specialist/engine/engine-protocol.ts';
import type { NgramModel } from '../specialist/ngram/model.ts';
import { baseCandidate, earlierCandidate } from './candidates.ts';
import { halved } from './held-out-positions.ts';
import { modelFolderOf, weightsOf, workFolder } from './models/folder-models.ts';
import type { NeuralSession } from './neural-session.ts';
import type { Plan } from './plan.ts';
import type { MixedQuality, TrainingReport } from './report/adapt-report.ts';
import { accessOf, engineOf, type Run } from './run.ts';
import { attempt } from './run-failures.ts';
import { draftCount, LEAST_STEPS, OPENING_SECONDS, type TimedBase, trainingSettings } from './timing.ts';
import { type Samples, samplesFrom, usualSeed, windowTokens } from './training-data/samples.ts';

export interface Training {
  /** Hash of the trained weights. */
  readonly weights: Sha256;
  readonly report: TrainingReport;
  /** Whether the held-out loss fell; undefined without held-out files. */
  readonly improved: boolean | undefined;
  readonly notes: readonly string[];
  /** Why the model was deleted after it was measured. */
  readonly dropped?: string;
  /** The model's quality at the validation positions. */
  readonly judged?: MixedQuality;
}

/** Raise it when the same inputs give another model. */
const VERSION = 3;

export function trainingInputs(run: Run, { training, minutes }: Plan): unknown {
  const { train: files, fit } = run.digests;
  return [VERSION, files, fit, training ? minutes : 0, trainingSettings(run)];
}

/** Whether the files of a stored training exist, or were deleted because the model was rejected. */
export function isTrained({ request }: Run): (training: Training) => boolean {
  return ({ weights, dropped }) =>
    dropped !== undefined || modelFolderOf(weights, request.specialistFolder) !== undefined;
}

/** In seconds. */
interface TrainingTime {
  readonly expected: number;
  readonly limit: number;
  /** Planned start of training, as in `BudgetClock.elapsed`. */
  readonly begins: number;
}

/** Training samples of the files, and their time in the plan. */
interface PreparedTraining {
  readonly samples: Samples;
  readonly time: TrainingTime;
}

/**
 * Undefined if nothing is trained. Training may take what the budget leaves after the expected time of measuring: that
 * limit is set before anything is measured.
 */
export async function prepareTraining(
  run: Run,
  session: NeuralSession,
  index: NgramModel,
  plan: Plan,
): Promise<PreparedTraining | undefined> {
  const { training } = plan;
  if (!training) return undefined;
  run.stage('Preparing training samples')({ done: 0, total: undefined });
  const samples = await attempt(run, 'training', () => samplesFrom(run.held, index, plan, run));
  if (!samples) return undefined;
  const inputs = [plan, run.digests.train, run.digests.fit, trainingSettings(run)];
  const work = async () => trainingTime(run, session, plan, training, samples);
  return { samples, time: await run.steps.step('training time', inputs, work) };
}

function trainingTime(
  run: Run,
  session: NeuralSession,
  { halvings, secondsPerDraft, minutes }: Plan,
  { perStep }: TimedBase,
  samples: Samples,
): TrainingTime {
  const { clock, request } = run;
  const positions = halved(run.positions, halvings);
  const earlier = earlierCandidate(run) !== undefined;
  // The base's answers of a run that was interrupted are stored.
  const unanswered = session.unanswered(baseCandidate(run), positions.choose);
  const answered = positions.choose.length - unanswered;
  // Of all drafts that are still to be made, those of base and earlier model come before training.
  const others = secondsPerDraft * (draftCount(positions, earlier) - answered) + OPENING_SECONDS;
  const { maxSteps = Number.POSITIVE_INFINITY } = request.neural ?? {};
  const steps = Math.min(maxSteps, Math.ceil((EPOCHS * samples.tokensPerEpoch) / (windowTokens * MICRO_BATCHES)));
  const room = 60 * minutes - clock.elapsed() - others;
  // The user agreed to this training. If the machine is slower now, the run takes longer.
  const limit = Math.max(room, Math.min(LEAST_STEPS, steps) * perStep);
  const before = secondsPerDraft * (unanswered + (earlier ? positions.choose.length : 0));
  const expected = Math.min(limit, Math.max(1, steps * perStep));
  return { expected, limit, begins: clock.elapsed() + before };
}

/** Expected seconds of training after those that an interrupted one has had; 0: nothing is trained. */
export function trainingLeft({ request }: Run, prepared: PreparedTraining | undefined): number {
  const status = trainingStatusOf(workFolder(request.specialistFolder));
  return Math.max(0, (prepared?.time.expected ?? 0) - (status?.kind === 'training' ? status.seconds : 0));
}

/**
 * Trains into the work folder for the planned time, minus the delay that measuring has caused, or resumes an
 * interrupted training. Throws CodedError.
 */
export async function train(run: Run, { samples, time }: PreparedTraining): Promise<Training> {
  const { limit, begins } = time;
  const { signal, log } = run;
  const tell = run.stage('Training');
  tell({ done: 0, total: undefined });
  const lateSeconds = Math.max(0, run.clock.elapsed() - begins);
  const notes: string[] = [];
  const request = { ...requestOf(samples, run), budgetSeconds: limit, lateSeconds };
  const adapted = unwrap(
    await engineOf(run).request('adapt', request, {
      signal,
      onProgress: (update) => {
        if (update.kind === 'note') notes.push(update.note);
        if (update.kind === 'device') log.info(`Training on ${update.device}: ${update.reason}`);
        if (update.kind === 'validated') log.info(`Step ${update.step}: held-out loss ${update.loss.toFixed(3)}`);
        if (update.kind !== 'step') return;
        const { step, totalSteps, loss, tokensPerSecond, secondsLeft } = update;
        log.debug(`Step ${step}: loss ${loss.toFixed(2)}, ${thousands(tokensPerSecond)} tokens/s`);
        tell({ done: step, total: totalSteps, ...(secondsLeft !== undefined && { stageLeft: secondsLeft }) });
      },
    }),
  );
  const { validation, device, steps, tokens, seconds, stopped } = adapted;
  return {
    weights: weightsOf(request.out),
    report: {
      loss: validation && { before: validation.first.loss, after: validation.best.loss },
      steps,
      tokens,
      tokensPerEpoch: samples.tokensPerEpoch,
      tokensPerSecond: tokens / seconds,
      minutes: seconds / 60,
      stopped,
      device: device.device,
      deviceReason: device.reason,
    },
    improved: validation && validation.best.step > 0,
    notes,
  };
}

/** Everything that decides the result of training. */
function requestOf({ examples, validationExamples }: Samples, run: Run) {
  const { request, tokenizer } = run;
  const access = accessOf(run);
  const out = workFolder(request.specialistFolder);
  makeFolder(out);
  // A set number of steps is made whole.
  const patience = access.maxSteps === undefined ? PATIENCE : Number.MAX_SAFE_INTEGER;
  return {
    base: access.base,
    out,
    examples,
    tokenizer: request.tokenizerPath,
    batch: 1,
    length: windowTokens,
    microBatches: MICRO_BATCHES,
    epochs: EPOCHS,
    ...(access.maxSteps !== undefined && { maxSteps: access.maxSteps }),
    ...(validationExamples.length > 0 && {
      validation: { examples: validationExamples, everySteps: VALIDATE_EVERY_STEPS, patience },
    }),
    learningRate: LEARNING_RATE,
    checkpointEverySteps: CHECKPOINT_EVERY_STEPS,
    separator: dialectTokens(tokenizer).end,
    seed: usualSeed,
    device: access.device,
    threads: access.trainingThreads ?? 'auto',
  } as const;
}
