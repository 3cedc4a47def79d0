// A training run as who starts it sees it: what it is asked, what it tells, what comes of it.
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
  /** What is adapted, in any words: a checkpoint says whose method it holds. */
  readonly base?: string;
  readonly validation?: Validation;
  /** Wall-clock seconds for all steps and validations, those before a resume included. The schedule is fitted to it. */
  readonly budgetSeconds?: number;
  /** Leaves after so many steps as if it were cancelled then. */
  readonly pauseAfter?: number;
}

export interface Validation {
  /** Held out; all of them are scored each time. */
  readonly examples: readonly Example[];
  /** Before the first step, every so many, and after the last. With a budget, seldomer where they would take much of it. */
  readonly everySteps: number;
  /** The run ends after so many validations in a row without a new best. */
  readonly patience: number;
}

export interface StepReport {
  /** Steps done, this one included. */
  readonly step: number;
  /** May change where there is a time budget. */
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
export interface Validated {
  readonly step: number;
  readonly loss: number;
  /** The same of this model mixed with the one beside it, at the tokens that that one was asked about; absent: at none. See MixtureLoss. */
  readonly mixed?: number;
}

/** By what a run stops and keeps its best: the mixture is what people are served. */
export function selectionLoss({ loss, mixed = loss }: Validated): number {
  return mixed;
}

export interface RunHooks {
  readonly onStep?: (report: StepReport) => void;
  readonly onValidated?: (validated: Validated) => void;
  /** Runs after each micro-batch, and every few milliseconds of a save; the place to answer completions. */
  readonly between?: () => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface ValidationResult {
  readonly first: Validated;
  readonly best: Validated;
  /** In order; absent where it ended under an earlier version. */
  readonly all?: readonly Validated[];
}

export interface Trained {
  /** Steps done. */
  readonly step: number;
  /** What is trained, as it was after the best validation; without validation, at the end, the optimiser's state included. */
  readonly tensors: Map<string, Float32Array>;
  readonly validation: ValidationResult | undefined;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  /** Of training, earlier parts of a resumed run included. */
  readonly seconds: number;
}

/** What a checkpoint keeps beside the tensors. */
export interface CheckpointProgress {
  readonly lora: LoraConfig | undefined;
  /** See RunOptions. */
  readonly base: string | undefined;
  plan: SchedulePlan;
  /** Step that the plan was last fitted to the time left at, and the seconds spent until then; undefined before the first time. */
  timed: { readonly step: number; readonly seconds: number } | undefined;
  seconds: number;
  /** Of the last validation; absent in checkpoints of earlier versions. */
  validationSeconds?: number;
  every: number;
  first: Validated | undefined;
  best: Validated | undefined;
  last: Validated | undefined;
  /** In order; absent in checkpoints of earlier versions. */
  all?: Validated[];
  /** Validations in a row without a new best. */
  stale: number;
}
