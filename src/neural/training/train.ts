// The training loop: batches, then validation, stop, step and checkpoint until the run ends. A resumed run takes the
// same steps.
import { CodedError, failed, ok, type Result } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import { initialAdapters, type LoraConfig } from '../architecture/lora.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import type { Quantized } from '../architecture/quantize.ts';
import type { Device } from '../runtime/session.ts';
import { type BatchOptions, type TokenBatch, TrainingBatches } from './batches.ts';
import { loadBest, resumableCheckpoint, saveBest, saveCheckpoint, type TrainingProgress } from './checkpoint.ts';
import type { TrainingOutcome, TrainingRequest } from './request.ts';
import { firstPlan, learningRateAt, type Schedule, scheduleOf, Timekeeper } from './schedule.ts';
import { Stepper, type StepperOptions, type StepResult, sizesOfState } from './stepper.ts';
import { CHECKPOINT_SECONDS, LEAST_LOSS_ROWS, LOSS_VALUES, MAX_NORM, OPTIMIZER } from './training-settings.ts';
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
  /** Runs after each micro-batch. */
  readonly onPause?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface Trained extends TrainingOutcome {
  /** The adapters: of the best validation, or without validation the last. */
  readonly weights: Map<string, Float32Array>;
}

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
    return await new TrainingRun(request, identity, stepper, checkpoint?.progress, hooks).loop();
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    await stepper?.dispose();
  }
}

/** The loop of one run: validation, stop, step and checkpoint. */
class TrainingRun {
  private readonly request: TrainingRequest;
  private readonly stepper: Stepper;
  private readonly hooks: TrainingHooks;
  private readonly folder: { readonly out: string; readonly identity: string };
  private readonly batches: TrainingBatches;
  private readonly heldOut: readonly TokenBatch[] | undefined;
  private readonly schedule: Schedule;
  private readonly progress: TrainingProgress;
  private readonly time: Timekeeper;
  private readonly firstStep: number;
  private pausedMs = 0;
  private saved: { readonly step: number; readonly seconds: number };

  constructor(
    request: TrainingRequest,
    identity: string,
    stepper: Stepper,
    resumed: TrainingProgress | undefined,
    hooks: TrainingHooks,
  ) {
    const { out, examples, validation, budgetSeconds = Number.POSITIVE_INFINITY, lateSeconds = 0 } = request;
    this.request = request;
    this.stepper = stepper;
    this.hooks = hooks;
    this.folder = { out, identity };
    this.batches = new TrainingBatches(examples, request);
    this.heldOut = validation && new TrainingBatches(validation.examples, request).allBatches();
    this.schedule = scheduleOf(request, this.batches.stepsPerEpoch);
    const validateEvery = validation?.everySteps ?? Number.MAX_SAFE_INTEGER;
    const timed = { plan: firstPlan(this.schedule), isFitted: false, seconds: 0, validationSeconds: 0, validateEvery };
    this.progress = resumed ?? { ...timed, validations: [] };
    this.time = new Timekeeper(this.schedule, budgetSeconds - lateSeconds, this.progress);
    this.firstStep = stepper.step;
    this.saved = { step: stepper.step, seconds: this.progress.seconds };
  }

  async loop(): Promise<Result<Trained>> {
    while (true) {
      const { step } = this.stepper;
      const isLast = step >= this.progress.plan.totalSteps;
      await this.validateIfDue(isLast);
      if (this.isInterrupted) {
        await this.save();
        return failed('cancelled', 'Training was cancelled.');
      }
      if (isLast || this.hasStalled) break;
      const result = await this.takeStep();
      if (result && !isUsable(result)) {
        const kept = `the last checkpoint (step ${this.saved.step}) is kept`;
        return failed('diverged', `Training diverged at step ${step + 1}; ${kept}.`);
      }
      if (result && this.isCheckpointDue && !this.isInterrupted) await this.save();
    }
    // Without this checkpoint, a crash while the model is saved would lose the last steps.
    await this.save();
    return ok(await this.trained());
  }

  private get isInterrupted(): boolean {
    const { stepper, schedule, request, hooks, firstStep } = this;
    const { pauseAfter } = request;
    const { step } = stepper;
    const isPaused = pauseAfter !== undefined && (step - firstStep >= pauseAfter || step >= schedule.totalSteps);
    return isPaused || hooks.signal?.aborted === true;
  }

  private get hasStalled(): boolean {
    const { patience = Number.POSITIVE_INFINITY } = this.request.validation ?? {};
    return validationsSinceBest(this.progress.validations) >= patience;
  }

  private get isCheckpointDue(): boolean {
    const { stepper, saved, request, time } = this;
    const isFull = stepper.step - saved.step >= request.checkpointEverySteps;
    return isFull || time.seconds - saved.seconds >= CHECKPOINT_SECONDS;
  }

  private readonly pause = async (): Promise<boolean> => {
    this.time.record();
    const started = performance.now();
    await this.hooks.onPause?.();
    this.pausedMs += performance.now() - started;
    return !this.isInterrupted;
  };

  private async validateIfDue(isLast: boolean): Promise<void> {
    const { stepper, heldOut, progress, time } = this;
    const { step } = stepper;
    const isDue = isLast || step % progress.validateEvery === 0;
    if (!heldOut || !isDue || progress.validations.at(-1)?.step === step) return;
    const started = time.seconds;
    const validated = await validate(stepper, heldOut, this.pause);
    if (!validated) return;
    progress.validations.push(validated);
    const isBest = validated === bestValidation(progress.validations);
    if (isBest) saveBest(this.folder, await stepper.parameters());
    time.recordValidation(step, time.seconds - started);
    this.hooks.onValidated?.(validated);
  }

  /** Undefined if it was interrupted, and changed nothing. */
  private async takeStep(): Promise<StepResult | undefined> {
    const { stepper, progress, time } = this;
    const { step } = stepper;
    const learningRate = learningRateAt(this.schedule, progress.plan, step);
    const started = performance.now() - this.pausedMs;
    const result = await stepper.run(this.batches.batchesOfStep(step), learningRate, MAX_NORM, this.pause);
    // A step that diverged is not counted.
    if (!result || !isUsable(result)) return result;
    const seconds = (performance.now() - this.pausedMs - started) / 1000;
    time.recordStep(stepper.step);
    this.hooks.onStep?.({
      step: stepper.step,
      totalSteps: progress.plan.totalSteps,
      ...result,
      learningRate,
      tokensPerSecond: tokensOfStep(this.request) / seconds,
      memory: process.memoryUsage.rss(),
      secondsLeft: time.secondsLeft(stepper.step),
    });
    return result;
  }

  private async save(): Promise<void> {
    const { stepper, progress, time } = this;
    if (stepper.step === this.saved.step) return;
    progress.seconds = time.seconds;
    saveCheckpoint(this.folder, { ...(await stepper.state()), progress });
    this.saved = { step: stepper.step, seconds: time.seconds };
  }

  private async trained(): Promise<Trained> {
    const { validations } = this.progress;
    const { step: steps } = this.stepper;
    const best = bestValidation(validations);
    return {
      steps,
      weights: (best && best.step < steps ? loadBest(this.folder) : undefined) ?? (await this.stepper.parameters()),
      validation: best && { first: validations[0] as ValidationLoss, best, all: validations },
      stopped: this.hasStalled ? 'no-improvement' : steps < this.schedule.totalSteps ? 'out-of-time' : 'finished',
      seconds: this.time.seconds,
    };
  }
}

const isUsable = ({ loss, norm }: StepResult) => Number.isFinite(loss) && Number.isFinite(norm);

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
    optimizer: OPTIMIZER,
    lossChunk: Math.max(LEAST_LOSS_ROWS, Math.floor(LOSS_VALUES / config.vocabSize)),
    device,
    threads: threadCount(threads),
  };
}
