// The training loop: batches, then validation, stop, step and checkpoint until the run ends. A resumed run takes the
// same steps.
import { CodedError, failed, ok, type Result } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import { initialAdapters, type LoraConfig } from '../architecture/lora.ts';
import { DEFAULT_OPTIMIZER } from '../architecture/optimizer.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import type { Quantized } from '../architecture/quantize.ts';
import type { Device } from '../runtime/session.ts';
import { type BatchOptions, TrainingBatches } from './batches.ts';
import { loadBest, resumableCheckpoint, saveBest, saveCheckpoint, type TrainingProgress } from './checkpoint.ts';
import type { TrainingOutcome, TrainingRequest } from './request.ts';
import { firstPlan, learningRateAt, scheduleOf, Timekeeper } from './schedule.ts';
import { Stepper, type StepperOptions, sizesOfState } from './stepper.ts';
import { bestValidation, type ValidationLoss, validate, validationsSinceBest } from './validation.ts';

/** What a run starts from. */
export interface TrainingStart {
  /** See `identityOf`. A checkpoint of another run is not used. */
  readonly identity: string;
  readonly config: ModelConfig;
  /** The base's norms. */
  readonly weights: Map<string, Float32Array>;
  /** Its matrices; cleared on the CPU. */
  readonly packed: Map<string, Quantized>;
  readonly lora: LoraConfig;
  readonly device: Device;
}

export interface StepReport {
  /** Number of finished steps, including this one. */
  readonly step: number;
  /** May change if there is a time budget. */
  readonly totalSteps: number;
  /** Weighted mean, nats per token. */
  readonly loss: number;
  readonly norm: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  /** Resident memory of the process, bytes. */
  readonly memory: number;
  /** Until the last step, including validations; undefined until two steps have been timed. */
  readonly secondsLeft: number | undefined;
}

export interface TrainingHooks {
  readonly onStep?: (report: StepReport) => void;
  readonly onValidated?: (validated: ValidationLoss) => void;
  /** Called with a message for the user if a checkpoint was not used. */
  readonly onNote?: (note: string) => void;
  /** Runs after each micro-batch, and every few milliseconds of a save. It may answer completions. */
  readonly onPause?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Trained extends TrainingOutcome {
  /** The adapters: of the best validation, or without validation the last. */
  readonly weights: Map<string, Float32Array>;
}

/** Gradients are scaled down to this global norm. */
const MAX_NORM = 1;
/** Maximum time between two checkpoints, so that a killed run loses at most this much work. */
const CHECKPOINT_SECONDS = 60;
/** Number of logits that exist at once: 8 MB, which fit in the processor's cache. */
const LOSS_VALUES = 2 ** 21;
/** For a large vocabulary more: the whole output matrix is read once for these rows. */
const LEAST_LOSS_ROWS = 64;

/**
 * Resumes from the run's checkpoint if there is one. Fails with 'cancelled' after saving a checkpoint, with 'diverged'
 * and the last good checkpoint kept, or with 'corrupt' if the model is unusable.
 */
export async function train(
  request: TrainingRequest,
  start: TrainingStart,
  hooks: TrainingHooks = {},
): Promise<Result<Trained>> {
  const { config, weights, lora, identity } = start;
  const options = stepperOptions(request, start);
  let stepper: Stepper | undefined;
  try {
    const checkpoint = resumableCheckpoint({ out: request.out, identity }, sizesOfState(options), hooks.onNote);
    const trained = initialAdapters(config, lora, request.seed);
    stepper = await Stepper.create(options, weights, checkpoint ?? { step: 0, tensors: trained });
    return await loop(request, start, stepper, checkpoint?.progress, hooks);
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    await stepper?.dispose();
  }
}

async function loop(
  request: TrainingRequest,
  { identity }: TrainingStart,
  stepper: Stepper,
  resumed: TrainingProgress | undefined,
  hooks: TrainingHooks,
): Promise<Result<Trained>> {
  const { out, validation, pauseAfter, budgetSeconds = Number.POSITIVE_INFINITY, lateSeconds = 0 } = request;
  const { patience = Number.POSITIVE_INFINITY, everySteps: validateEvery = Number.MAX_SAFE_INTEGER } = validation ?? {};
  const run = { out, identity };

  // Batches.
  const batches = new TrainingBatches(request.examples, request);
  const heldOut = validation && new TrainingBatches(validation.examples, request).allBatches();
  const schedule = scheduleOf(request, batches.stepsPerEpoch);
  const plan = firstPlan(schedule);
  const fresh = { plan, isFitted: false, seconds: 0, validationSeconds: 0, validateEvery, validations: [] };
  const progress: TrainingProgress = resumed ?? fresh;
  const time = new Timekeeper(schedule, budgetSeconds - lateSeconds, progress);

  const firstStep = stepper.step;
  const isInterrupted = () => {
    const { step } = stepper;
    const isPaused = pauseAfter !== undefined && (step - firstStep >= pauseAfter || step >= schedule.totalSteps);
    return isPaused || hooks.signal?.aborted === true;
  };
  let pausedMs = 0;
  const pause = async () => {
    time.record();
    const started = performance.now();
    await hooks.onPause?.();
    pausedMs += performance.now() - started;
    return !isInterrupted();
  };
  let saved = { step: stepper.step, seconds: progress.seconds };
  const save = async () => {
    if (stepper.step === saved.step) return;
    progress.seconds = time.seconds;
    await saveCheckpoint(run, { ...(await stepper.state()), progress }, pause);
    saved = { step: stepper.step, seconds: time.seconds };
  };

  while (true) {
    const { step } = stepper;
    const isLast = step >= progress.plan.totalSteps;

    // Validation.
    const isDue = isLast || step % progress.validateEvery === 0;
    if (heldOut && isDue && progress.validations.at(-1)?.step !== step) {
      const started = time.seconds;
      const validated = await validate(stepper, heldOut, pause);
      if (validated) {
        progress.validations.push(validated);
        if (validated === bestValidation(progress.validations)) {
          await saveBest(run, await stepper.parameters(), pause);
        }
        time.recordValidation(step, time.seconds - started);
        hooks.onValidated?.(validated);
      }
    }

    // Stop.
    if (isInterrupted()) {
      await save();
      return failed('cancelled', 'Training was cancelled.');
    }
    if (isLast || validationsSinceBest(progress.validations) >= patience) break;

    // Step: the loss and its gradients, and the update by them.
    const learningRate = learningRateAt(schedule, progress.plan, step);
    const started = performance.now() - pausedMs;
    const result = await stepper.run(batches.batchesOfStep(step), learningRate, MAX_NORM, pause);
    if (!result) continue;
    if (!(Number.isFinite(result.loss) && Number.isFinite(result.norm))) {
      const kept = `the last checkpoint (step ${saved.step}) is kept`;
      return failed('diverged', `Training diverged at step ${step + 1}; ${kept}.`);
    }
    const seconds = (performance.now() - pausedMs - started) / 1000;
    time.recordStep(stepper.step);
    hooks.onStep?.({
      step: stepper.step,
      totalSteps: progress.plan.totalSteps,
      ...result,
      learningRate,
      tokensPerSecond: tokensOfStep(request) / seconds,
      memory: process.memoryUsage.rss(),
      secondsLeft: time.secondsLeft(stepper.step),
    });

    // Checkpoint.
    const unsavedSteps = stepper.step - saved.step;
    const unsavedSeconds = time.seconds - saved.seconds;
    if (unsavedSteps < request.checkpointEverySteps && unsavedSeconds < CHECKPOINT_SECONDS) continue;
    if (!isInterrupted()) await save();
  }

  // Without this checkpoint, a crash while the model is saved would lose the last steps.
  await save();
  const { step: steps } = stepper;
  const { validations } = progress;
  const best = bestValidation(validations);
  const hasStalled = validationsSinceBest(validations) >= patience;
  return ok({
    steps,
    weights: (best && best.step < steps ? loadBest(run) : undefined) ?? (await stepper.parameters()),
    validation: best && { first: validations[0] as ValidationLoss, best, all: validations },
    stopped: hasStalled ? 'no-improvement' : steps < schedule.totalSteps ? 'out-of-time' : 'finished',
    seconds: time.seconds,
  });
}

export function tokensOfStep({ batch, length, microBatches }: BatchOptions): number {
  return batch * length * microBatches;
}

function stepperOptions(
  { batch, length, threads }: TrainingRequest,
  { config, lora, packed, device }: TrainingStart,
): StepperOptions {
  return {
    config,
    batch,
    length,
    lora,
    packed,
    optimizer: DEFAULT_OPTIMIZER,
    lossChunk: Math.max(LEAST_LOSS_ROWS, Math.floor(LOSS_VALUES / config.vocabSize)),
    device,
    threads: threadCount(threads),
  };
}
