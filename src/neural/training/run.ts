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
  /** Identifies what is adapted: a checkpoint records it with its method. */
  readonly base?: string;
  readonly validation?: Validation;
  /**
   * Wall-clock seconds for all steps and validations, including those before a resume. The schedule is fitted to it.
   */
  readonly budgetSeconds?: number;
  /** Stops after so many steps as if it were cancelled then. */
  readonly pauseAfter?: number;
}

export interface Validation {
  /** Held out; all of them are scored each time. */
  readonly examples: readonly Example[];
  /**
   * Steps between validations; there is also one before the first step and after the last. A time budget may make them
   * rarer.
   */
  readonly everySteps: number;
  /** The run ends after so many validations in a row without a new best. */
  readonly patience: number;
}

export interface StepReport {
  /** Steps done, this one included. */
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
  /** Until the last step, validations included; undefined until two steps have been timed. */
  readonly secondsLeft: number | undefined;
}

/** A loss on the validation examples, nats per token, after `step` steps. */
export interface ValidationLoss {
  readonly step: number;
  readonly loss: number;
  /**
   * The loss of this model mixed with the other one, on tokens with a known probability under that one; absent if there
   * are none. See MixtureLoss.
   */
  readonly mixed?: number;
}

/** The loss by which a run stops and keeps its best parameters: that of the mixture, which serves. */
export function selectionLoss({ loss, mixed = loss }: ValidationLoss): number {
  return mixed;
}

export interface RunHooks {
  readonly onStep?: (report: StepReport) => void;
  readonly onValidated?: (validated: ValidationLoss) => void;
  /** Runs after each micro-batch, and every few milliseconds of a save; the place to answer completions. */
  readonly between?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface ValidationResult {
  readonly first: ValidationLoss;
  readonly best: ValidationLoss;
  /** In order; absent in results of earlier versions. */
  readonly all?: readonly ValidationLoss[];
}

export interface TrainingOutcome {
  /** Steps done. */
  readonly step: number;
  /** The trained tensors after the best validation. Without validation those at the end, with the optimiser's state. */
  readonly tensors: Map<string, Float32Array>;
  readonly validation: ValidationResult | undefined;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  /** Of training, including the earlier parts of a resumed run. */
  readonly seconds: number;
}

/** The part of a checkpoint beside the tensors. */
export interface CheckpointProgress {
  readonly lora: LoraConfig | undefined;
  /** See RunOptions. */
  readonly base: string | undefined;
  plan: SchedulePlan;
  /**
   * Step at which the plan was last fitted to the time left, and the seconds spent by then; undefined before the first
   * time.
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
