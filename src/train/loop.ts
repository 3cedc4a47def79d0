// A training run: steps until done, cancelled or diverged; a report per step; checkpoints that a killed run resumes from.
import { CodedError, failed, ok, type Result } from '../common/errors.ts';
import type { Weights } from '../model/parameters.ts';
import { Batches, type BatchOptions, type Example } from './batches.ts';
import { fingerprint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { learningRateAt, type Schedule } from './schedule.ts';
import { Stepper, type StepperOptions, type TrainingState } from './stepper.ts';

export interface RunOptions {
  readonly stepper: StepperOptions;
  readonly schedule: Schedule;
  /** Gradients are scaled down to this global norm. */
  readonly maxNorm: number;
  readonly separator: number;
  readonly checkpoint: { readonly path: string; readonly everySteps: number } | undefined;
}

export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  readonly totalSteps: number;
  /** Weighted mean, nats per token. */
  readonly loss: number;
  readonly norm: number;
  readonly learningRate: number;
  readonly tokensPerSecond: number;
  /** Resident memory of the process, bytes. */
  readonly memory: number;
}

export interface RunHooks {
  readonly onStep?: (report: StepReport) => void;
  /** Runs after each micro-batch; the place to answer completions. */
  readonly between?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Trains from the run's checkpoint where there is one. Fails with 'cancelled' (the checkpoint is kept up to date), 'diverged' (the
 * last good checkpoint stays) or 'corrupt' (a checkpoint or model that cannot be used).
 */
export async function train(
  options: RunOptions,
  weights: Weights,
  examples: readonly Example[],
  hooks: RunHooks = {},
): Promise<Result<TrainingState>> {
  const { stepper: settings, schedule, checkpoint } = options;
  const batchOptions: BatchOptions = { ...settings, separator: options.separator };
  let stepper: Stepper | undefined;
  try {
    const batches = new Batches(examples, batchOptions);
    const identity = identify(options, examples);
    const state = checkpoint ? loadCheckpoint(checkpoint.path, identity) : undefined;
    stepper = await Stepper.create(settings, weights, state);
    const trainer = stepper;
    const save = async () => {
      if (checkpoint) saveCheckpoint(checkpoint.path, await trainer.state(), trainer.shapes(), identity);
    };
    let saved = trainer.step;
    while (trainer.step < schedule.totalSteps) {
      const { step } = trainer;
      const learningRate = learningRateAt(schedule, step);
      const started = performance.now();
      let waited = 0;
      const result = await trainer.run(batches.step(step), learningRate, options.maxNorm, async () => {
        const since = performance.now();
        await hooks.between?.();
        waited += performance.now() - since;
        return hooks.signal?.aborted !== true;
      });
      if (result && !(Number.isFinite(result.loss) && Number.isFinite(result.norm))) {
        return failed(
          'diverged',
          `Training diverged at step ${step + 1}; the last checkpoint (step ${saved}) is kept.`,
        );
      }
      if (result) {
        const seconds = (performance.now() - started - waited) / 1000;
        const tokens = settings.batch * settings.length * settings.microBatches;
        const memory = process.memoryUsage.rss();
        hooks.onStep?.({
          step: trainer.step,
          totalSteps: schedule.totalSteps,
          ...result,
          learningRate,
          tokensPerSecond: tokens / seconds,
          memory,
        });
      }
      const cancelled = hooks.signal?.aborted === true;
      const due = checkpoint && trainer.step - saved >= checkpoint.everySteps;
      if (due || ((cancelled || trainer.step === schedule.totalSteps) && trainer.step > saved)) {
        await save();
        saved = trainer.step;
      }
      if (cancelled) return failed('cancelled', 'Training was cancelled.');
    }
    return ok(await trainer.state());
  } catch (error) {
    if (error instanceof CodedError) return failed(error.code, error.message);
    throw error;
  } finally {
    await stepper?.dispose();
  }
}

/** What a checkpoint belongs to: the model, how it is trained, and on what. Device and threads may change between. */
function identify({ stepper, schedule, maxNorm, separator }: RunOptions, examples: readonly Example[]): string {
  const { device: _device, threads: _threads, lossChunk: _chunk, adopt: _adopt, ...settings } = stepper;
  const lengths = examples.map(({ ids }) => ids.length);
  const sample = examples.map(({ ids }) => ids[ids.length >> 1] ?? 0);
  return fingerprint({ settings, schedule, maxNorm, separator, lengths, sample });
}
