// The options, hooks and result of a training run.
import type { LoraConfig } from '../architecture/lora.ts';
import type { Example } from './batches.ts';
import type { Schedule, SchedulePlan } from './schedule.ts';
import type { StepperOptions } from './stepper.ts';

export interface RunOptions {
  readonly stepper: StepperOptions;
  readonly schedule: Schedule;
  /** Gradients are scaled down to this global norm. */
  readonly maxNorm: number;
  readonly separator: number;
  readonly checkpoint: { readonly path: string; readonly everySteps: number } | undefined;
  /** Hash of the base's weights, which the checkpoint stores with the method. */
  readonly base?: string;
  readonly validation?: Validation;
  /**
   * Wall-clock seconds for all steps and validations, including those before a resume. The schedule is adjusted to it.
   */
  readonly budgetSeconds?: number;
  /** Cancels the run after this many steps. */
  readonly pauseAfter?: number;
}

export interface Validation {
  /** Held-out examples; each validation uses all of them. */
  readonly examples: readonly Example[];
  /**
   * Steps between validations. The run also validates before the first step and after the last. A time budget may
   * increase the interval.
   */
  readonly everySteps: number;
  /** The run ends after this many validations in a row without a new best. */
  readonly patience: number;
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

/** A loss on the validation examples, nats per token, after `step` steps. */
export interface ValidationLoss {
  readonly step: number;
  readonly loss: number;
  /**
   * The loss of the mixture with the other model, on tokens whose probability under that model is known; absent if
   * there are none. See MixtureLoss.
   */
  readonly mixed?: number;
}

/** The loss that decides when a run stops and which parameters it keeps: the mixture's, because the mixture serves. */
export function selectionLoss({ loss, mixed = loss }: ValidationLoss): number {
  return mixed;
}

export interface RunHooks {
  readonly onStep?: (report: StepReport) => void;
  readonly onValidated?: (validated: ValidationLoss) => void;
  /** Runs after each micro-batch, and every few milliseconds of a save. It may answer completions. */
  readonly onPause?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface ValidationResult {
  readonly first: ValidationLoss;
  readonly best: ValidationLoss;
  /** In order; absent in results of earlier versions. */
  readonly all?: readonly ValidationLoss[];
}

export interface TrainingOutcome {
  /** Number of finished steps. */
  readonly step: number;
  /** The trained tensors of the best validation. Without validation: the last ones, with the optimiser's state. */
  readonly tensors: Map<string, Float32Array>;
  readonly validation: ValidationResult | undefined;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  /** Training time, including earlier parts of a resumed run. */
  readonly seconds: number;
}

/** The part of a checkpoint that is not tensors. */
export interface CheckpointProgress {
  readonly lora: LoraConfig | undefined;
  /** See RunOptions. */
  readonly base: string | undefined;
  plan: SchedulePlan;
  /**
   * Step at which the plan was last fitted to the time left, and the seconds spent until then; undefined before the
   * first fit.
   */
  timed: { readonly step: number; readonly seconds: number } | undefined;
  seconds: number;
  /** Of the last validation; absent in checkpoints of earlier versions. */
  validationSeconds?: number;
  every: number;
  first: ValidationLoss | undefined;
  best: ValidationLoss | undefined;
  last: ValidationLoss | undefined;
  /** In order; absent in checkpoints of earlier versions. */
  all?: ValidationLoss[];
  /** Validations in a row without a new best. */
  stale: number;
}
