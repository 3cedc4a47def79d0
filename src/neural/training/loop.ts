// A training run: steps until it is done, out of time, no better, cancelled or diverged, with checkpoints to resume
// from.
import { dirname, join } from 'node:path';
import { CodedError, failed, ok, type Result } from '../../common/errors.ts';
import type { Weights } from '../architecture/parameters.ts';
import { arraysOf } from '../architecture/quantize.ts';
import { type BatchOptions, type Example, partsOf, type TokenBatch, TrainingBatches } from './batches.ts';
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

/** Time limit between two checkpoints: a killed run loses no more work than this. */
const CHECKPOINT_SECONDS = 60;
/**
 * Resumes from the run's checkpoint if there is one. Fails with 'cancelled' (the checkpoint is up to date), 'diverged'
 * (the last good checkpoint stays), 'corrupt' or 'newer-version' (a checkpoint or model that cannot be used).
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
      options.validation && new TrainingBatches(options.validation.examples, batchOptions).everything();
    const identity = identify(options, examples, weights);
    const state = checkpoint ? loadCheckpoint(checkpoint.path, identity) : undefined;
    stepper = await Stepper.create(settings, weights, state);
    const progress = (state?.progress as CheckpointProgress | undefined) ?? initialProgress(options);
    return await new Run(options, hooks, stepper, batches, validation, identity, progress).finish();
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
  /** Seconds spent by then. */
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

  async finish(): Promise<Result<TrainingOutcome>> {
    const { progress, stepper, options } = this;
    const patience = options.validation?.patience ?? Number.POSITIVE_INFINITY;
    while (true) {
      const done = stepper.step >= progress.plan.totalSteps;
      if (this.validation && (done || stepper.step % progress.every === 0) && progress.last?.step !== stepper.step) {
        if (await this.validate(this.validation)) this.time.plan(stepper.step);
      }
      if (this.isCancelled) return this.saveAndCancel();
      if (done || progress.stale >= patience) break;
      const failure = await this.step();
      if (failure) return failure;
      if (this.isSaveDue() && !this.isCancelled) await this.save();
    }
    const { step } = stepper;
    const { first, best, all = [] } = progress;
    const outOfTime = step < options.schedule.totalSteps;
    // The process may die while the model is saved; then the last steps would be lost.
    if (step > this.savedStep) await this.save();
    return ok({
      step,
      tensors: (best && best.step < step ? this.best.take() : undefined) ?? (await stepper.state()).tensors,
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

  private get isCancelled(): boolean {
    const { pauseAfter, schedule } = this.options;
    const { step } = this.stepper;
    const paused = pauseAfter !== undefined && (step - this.startStep >= pauseAfter || step >= schedule.totalSteps);
    return paused || this.hooks.signal?.aborted === true;
  }

  private async saveAndCancel(): Promise<Result<never>> {
    if (this.stepper.step > this.savedStep) await this.save();
    return failed('cancelled', 'Training was cancelled.');
  }

  /** One step and its report. Fails if loss or norm is not finite. */
  private async step(): Promise<Result<never> | undefined> {
    const { stepper, options, progress, hooks } = this;
    const { schedule, maxNorm, stepper: settings } = options;
    const { step } = stepper;
    const learningRate = learningRateAt(schedule, progress.plan, step);
    const started = performance.now();
    let waited = 0;
    const result = await stepper.run(this.batches.step(step), learningRate, maxNorm, async () => {
      const since = performance.now();
      await this.runBetween();
      waited += performance.now() - since;
      return !this.isCancelled;
    });
    if (!result) return undefined;
    if (!(Number.isFinite(result.loss) && Number.isFinite(result.norm))) {
      const kept = `the last checkpoint (step ${this.savedStep}) is kept`;
      return failed('diverged', `Training diverged at step ${step + 1}; ${kept}.`);
    }
    const seconds = (performance.now() - started - waited) / 1000;
    this.time.stepped(stepper.step);
    hooks.onStep?.({
      step: stepper.step,
      totalSteps: progress.plan.totalSteps,
      ...result,
      learningRate,
      tokensPerSecond: (settings.batch * settings.length * settings.microBatches) / seconds,
      memory: process.memoryUsage.rss(),
      secondsLeft: this.time.left(stepper.step),
    });
    return undefined;
  }

  /** False if it was cancelled. */
  private async validate(batches: readonly TokenBatch[]): Promise<boolean> {
    const { progress, stepper, hooks } = this;
    const started = this.time.seconds;
    const mixtureLoss = new MixtureLoss();
    const loss = await stepper.loss(
      batches,
      async () => {
        await this.runBetween();
        return !this.isCancelled;
      },
      (batch, losses) => mixtureLoss.add(batch, losses),
    );
    if (loss === undefined) return false;
    const mixed = mixtureLoss.loss;
    const validated: ValidationLoss = { step: stepper.step, loss, ...(mixed !== undefined && { mixed }) };
    progress.first ??= validated;
    progress.last = validated;
    progress.all = [...(progress.all ?? []), validated];
    // A NaN is no improvement either.
    if (!progress.best || selectionLoss(validated) < selectionLoss(progress.best)) {
      progress.best = validated;
      progress.stale = 0;
      await this.best.keep(await stepper.parameters(), stepper.shapes(), () => this.runBetween());
    } else progress.stale++;
    this.time.validated(this.time.seconds - started);
    hooks.onValidated?.(validated);
    return true;
  }

  /** After each micro-batch and each piece of a file. */
  private async runBetween(): Promise<void> {
    this.time.turned();
    await this.hooks.between?.();
  }

  private async save(): Promise<void> {
    const { options, stepper, progress, identity } = this;
    const { step, tensors } = await stepper.view();
    progress.seconds = this.time.seconds;
    if (options.checkpoint) {
      const { path } = options.checkpoint;
      await saveCheckpoint(path, { step, tensors, progress }, stepper.shapes(), identity, () => this.runBetween());
    }
    this.savedStep = step;
    this.secondsAtSave = this.time.seconds;
  }
}

/** Hash of what a checkpoint belongs to: the model, the method and the data. Device, threads and budget may change. */
function identify(
  { stepper, schedule, maxNorm, separator, validation }: RunOptions,
  examples: readonly Example[],
  weights: Weights,
): string {
  const { device: _, threads: __, lossChunk: ___, adopt: ____, packed, ...settings } = stepper;
  const text = (of: readonly Example[]) => digest(of.flatMap(partsOf));
  const judged = validation && { ...validation, examples: text(validation.examples) };
  // Earlier versions could choose another optimiser: with its two fields, their checkpoints still fit.
  const optimizer = { ...stepper.optimizer, kind: 'adamw', momentum: 0.95 };
  return fingerprint({
    settings: { ...settings, optimizer },
    schedule,
    maxNorm,
    separator,
    judged,
    examples: text(examples),
    weights: digest([...weights.values(), ...arraysOf(packed)]),
  });
}
