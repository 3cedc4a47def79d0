// A training run: takes steps until it is finished, out of time, without improvement, cancelled or diverged. Saves
// checkpoints to resume from.
import { dirname, join } from 'node:path';
import { CodedError, failed, ok, type Result } from '../../common/errors.ts';
import type { Weights } from '../architecture/parameters.ts';
import { arraysOf } from '../architecture/quantize.ts';
import { arraysOfExample, type BatchOptions, type Example, type TokenBatch, TrainingBatches } from './batches.ts';
import { BEST_FILE, BestParameters } from './best.ts';
import { digest, fingerprint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { MixtureLoss } from './mixture-loss.ts';
import {
  type CheckpointProgress,
  type RunHooks,
  type RunOptions,
  selectionLoss,
  type TrainingOutcome,
  type ValidationLoss,
} from './run.ts';
import { firstPlan, learningRateAt } from './schedule.ts';
import { Stepper } from './stepper.ts';
import { Timekeeper } from './timekeeper.ts';

/** Maximum time between two checkpoints, so that a killed run loses at most this much work. */
const CHECKPOINT_SECONDS = 60;

/**
 * Resumes from the run's checkpoint if there is one. Fails with 'cancelled' after saving a checkpoint, with 'diverged'
 * and the last good checkpoint kept, or with 'corrupt' or 'newer-version' if a checkpoint or the model is unusable.
 */
export async function train(
  options: RunOptions,
  weights: Weights,
  examples: readonly Example[],
  hooks: RunHooks = {},
): Promise<Result<TrainingOutcome>> {
  const { stepper: settings, checkpoint } = options;
  const batchOptions: BatchOptions = { ...settings, separator: options.separator };
  let stepper: Stepper | undefined;
  try {
    const batches = new TrainingBatches(examples, batchOptions);
    const validation =
      options.validation && new TrainingBatches(options.validation.examples, batchOptions).allBatches();
    const identity = hashOfRun(options, examples, weights);
    const state = checkpoint ? loadCheckpoint(checkpoint.path, identity) : undefined;
    stepper = await Stepper.create(settings, weights, state);
    const progress = (state?.progress as CheckpointProgress | undefined) ?? initialProgress(options);
    return await new Run(options, hooks, stepper, batches, validation, identity, progress).runToEnd();
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    await stepper?.dispose();
  }
}

function initialProgress({ schedule, validation, stepper, base }: RunOptions): CheckpointProgress {
  return {
    lora: stepper.lora,
    base,
    plan: firstPlan(schedule),
    timed: undefined,
    seconds: 0,
    every: validation?.everySteps ?? Number.MAX_SAFE_INTEGER,
    first: undefined,
    best: undefined,
    last: undefined,
    stale: 0,
  };
}

class Run {
  private readonly options: RunOptions;
  private readonly hooks: RunHooks;
  private readonly stepper: Stepper;
  private readonly batches: TrainingBatches;
  private readonly validation: readonly TokenBatch[] | undefined;
  private readonly identity: string;
  private readonly best: BestParameters;
  private readonly progress: CheckpointProgress;
  private readonly time: Timekeeper;
  /** Step at which this process started. */
  private readonly startStep: number;
  private savedStep: number;
  /** Seconds that the run had spent at `savedStep`. */
  private secondsAtSave: number;

  constructor(
    options: RunOptions,
    hooks: RunHooks,
    stepper: Stepper,
    batches: TrainingBatches,
    validation: readonly TokenBatch[] | undefined,
    identity: string,
    progress: CheckpointProgress,
  ) {
    this.options = options;
    this.hooks = hooks;
    this.stepper = stepper;
    this.batches = batches;
    this.validation = validation;
    this.identity = identity;
    this.progress = progress;
    this.time = new Timekeeper(options, progress);
    this.startStep = stepper.step;
    this.savedStep = stepper.step;
    this.secondsAtSave = progress.seconds;
    const { checkpoint } = options;
    this.best = new BestParameters(checkpoint && join(dirname(checkpoint.path), BEST_FILE), identity);
  }

  async runToEnd(): Promise<Result<TrainingOutcome>> {
    const { progress, stepper, options } = this;
    const patience = options.validation?.patience ?? Number.POSITIVE_INFINITY;
    while (true) {
      const done = stepper.step >= progress.plan.totalSteps;
      if (this.validation && (done || stepper.step % progress.every === 0) && progress.last?.step !== stepper.step) {
        if (await this.validate(this.validation)) this.time.fitPlan(stepper.step);
      }
      if (this.shouldStop) return this.saveAndCancel();
      if (done || progress.stale >= patience) break;
      const failure = await this.runStep();
      if (failure) return failure;
      if (this.isSaveDue() && !this.shouldStop) await this.save();
    }
    const { step } = stepper;
    const { first, best, all = [] } = progress;
    const outOfTime = step < options.schedule.totalSteps;
    // Without this checkpoint, a crash while the model is saved would lose the last steps.
    if (step > this.savedStep) await this.save();
    return ok({
      step,
      tensors: (best && best.step < step ? this.best.load() : undefined) ?? (await stepper.copyState()).tensors,
      validation: first && best && { first, best, all },
      stopped: progress.stale >= patience ? 'no-improvement' : outOfTime ? 'out-of-time' : 'finished',
      seconds: this.time.seconds,
    });
  }

  private isSaveDue(): boolean {
    const { checkpoint } = this.options;
    if (!checkpoint) return false;
    return (
      this.stepper.step - this.savedStep >= checkpoint.everySteps ||
      this.time.seconds - this.secondsAtSave >= CHECKPOINT_SECONDS
    );
  }

  private get shouldStop(): boolean {
    const { pauseAfter, schedule } = this.options;
    const { step } = this.stepper;
    const paused = pauseAfter !== undefined && (step - this.startStep >= pauseAfter || step >= schedule.totalSteps);
    return paused || this.hooks.signal?.aborted === true;
  }

  private async saveAndCancel(): Promise<Result<never>> {
    if (this.stepper.step > this.savedStep) await this.save();
    return failed('cancelled', 'Training was cancelled.');
  }

  /** Runs and reports one step. Returns a failure if loss or norm is not finite. */
  private async runStep(): Promise<Result<never> | undefined> {
    const { stepper, options, progress, hooks } = this;
    const { schedule, maxNorm, stepper: settings } = options;
    const { step } = stepper;
    const learningRate = learningRateAt(schedule, progress.plan, step);
    const started = performance.now();
    let pausedMs = 0;
    const result = await stepper.run(this.batches.batchesOfStep(step), learningRate, maxNorm, async () => {
      const pausedAt = performance.now();
      await this.pause();
      pausedMs += performance.now() - pausedAt;
      return !this.shouldStop;
    });
    if (!result) return undefined;
    if (!(Number.isFinite(result.loss) && Number.isFinite(result.norm))) {
      const keptCheckpoint = `the last checkpoint (step ${this.savedStep}) is kept`;
      return failed('diverged', `Training diverged at step ${step + 1}; ${keptCheckpoint}.`);
    }
    const seconds = (performance.now() - started - pausedMs) / 1000;
    this.time.recordStep(stepper.step);
    hooks.onStep?.({
      step: stepper.step,
      totalSteps: progress.plan.totalSteps,
      ...result,
      learningRate,
      tokensPerSecond: (settings.batch * settings.length * settings.microBatches) / seconds,
      memory: process.memoryUsage.rss(),
      secondsLeft: this.time.secondsLeft(stepper.step),
    });
    return undefined;
  }

  /** Returns false if training should stop. */
  private async validate(batches: readonly TokenBatch[]): Promise<boolean> {
    const { progress, stepper, hooks } = this;
    const started = this.time.seconds;
    const mixtureLoss = new MixtureLoss();
    const loss = await stepper.loss(
      batches,
      async () => {
        await this.pause();
        return !this.shouldStop;
      },
      (batch, losses) => mixtureLoss.add(batch, losses),
    );
    if (loss === undefined) return false;
    const mixed = mixtureLoss.loss;
    const validated: ValidationLoss = { step: stepper.step, loss, ...(mixed !== undefined && { mixed }) };
    progress.first ??= validated;
    progress.last = validated;
    progress.all = [...(progress.all ?? []), validated];
    // NaN is not less than any loss, so it counts as no improvement.
    if (!progress.best || selectionLoss(validated) < selectionLoss(progress.best)) {
      progress.best = validated;
      progress.stale = 0;
      await this.best.store(await stepper.parameters(), stepper.shapes(), () => this.pause());
    } else progress.stale++;
    this.time.recordValidation(this.time.seconds - started);
    hooks.onValidated?.(validated);
    return true;
  }

  /** Called after each micro-batch and each written piece of a file. */
  private async pause(): Promise<void> {
    this.time.recordTime();
    await this.hooks.onPause?.();
  }

  private async save(): Promise<void> {
    const { options, stepper, progress, identity } = this;
    const { step, tensors } = await stepper.readState();
    progress.seconds = this.time.seconds;
    if (options.checkpoint) {
      const { path } = options.checkpoint;
      await saveCheckpoint(path, { step, tensors, progress }, stepper.shapes(), identity, () => this.pause());
    }
    this.savedStep = step;
    this.secondsAtSave = this.time.seconds;
  }
}

/** Hash of model, method and data, to which a checkpoint belongs. Device, threads and budget may change on resume. */
function hashOfRun(
  { stepper, schedule, maxNorm, separator, validation }: RunOptions,
  examples: readonly Example[],
  weights: Weights,
): string {
  const { device: _, threads: __, lossChunk: ___, adopt: ____, packed, ...settings } = stepper;
  const digestExamples = (of: readonly Example[]) => digest(of.flatMap(arraysOfExample));
  const hashedValidation = validation && { ...validation, examples: digestExamples(validation.examples) };
  // Earlier versions had a choice of optimiser. Hashing its two fields keeps their checkpoints valid.
  const optimizer = { ...stepper.optimizer, kind: 'adamw', momentum: 0.95 };
  return fingerprint({
    settings: { ...settings, optimizer },
    schedule,
    maxNorm,
    separator,
    judged: hashedValidation,
    examples: digestExamples(examples),
    weights: digest([...weights.values(), ...arraysOf(packed)]),
  });
}
