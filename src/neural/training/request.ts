// The request for an adaptation, its result, and its identity: what was trained for the same identity is used again.
import { createHash } from 'node:crypto';
import type { Model } from '../architecture/lora.ts';
import type { ModelConfig } from '../architecture/parameters.ts';
import { arraysOf } from '../architecture/quantize.ts';
import type { DeviceChoice, DeviceSetting } from '../runtime/device.ts';
import type { BatchOptions, Example } from './batches.ts';
import type { ValidationLoss } from './validation.ts';

export interface TrainingRequest extends BatchOptions {
  /** Folder of the model to start from, and folder of the adapted model, which also holds the run's checkpoint. */
  readonly base: string;
  readonly out: string;
  readonly examples: readonly Example[];
  /** Path of the tokenizer.json that encoded the examples. */
  readonly tokenizer: string;
  readonly epochs: number;
  /** Limits the steps in addition to the epochs. */
  readonly maxSteps?: number;
  /** Wall-clock seconds of training; the schedule is fitted to it. */
  readonly budgetSeconds?: number;
  /** Seconds of the budget that other stages have used up. They do not change the run's identity. */
  readonly lateSeconds?: number;
  /** Fails with 'cancelled' after this many steps and leaves a checkpoint. Used to time a step. */
  readonly pauseAfter?: number;
  /** Stops early, and keeps the best parameters rather than the last. */
  readonly validation?: Validation;
  readonly learningRate: number;
  readonly checkpointEverySteps: number;
  readonly device: DeviceSetting;
  readonly threads: number | 'auto';
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

/** What a run of the training loop ended with. */
export interface TrainingOutcome {
  readonly validation: ValidationResult | undefined;
  readonly stopped: 'finished' | 'no-improvement' | 'out-of-time';
  /** Training time, including earlier parts of a resumed run. */
  readonly seconds: number;
  /** Number of finished steps. */
  readonly steps: number;
}

export interface ValidationResult {
  readonly first: ValidationLoss;
  readonly best: ValidationLoss;
  /** In order. */
  readonly all: readonly ValidationLoss[];
}

export interface Adapted extends TrainingOutcome {
  readonly device: DeviceChoice;
  readonly parameters: number;
  /** Tokens trained on, repetitions and padding included. */
  readonly tokens: number;
}

/** Hash of the weights that training starts from, as they were stored. */
export function digestOf({ weights, packed }: Model): string {
  return digest([...weights.values(), ...arraysOf(packed)]);
}

/** Increased when a checkpoint, or the steps that follow it, change their meaning. */
const FORMAT = 5;

/** Where and how fast a run trains. They may change when it is resumed, and do not change its steps. */
const CHANGEABLE: readonly (keyof TrainingRequest)[] = [
  ...(['base', 'out', 'tokenizer', 'device', 'threads', 'checkpointEverySteps'] as const),
  ...(['budgetSeconds', 'lateSeconds', 'pauseAfter'] as const),
];

/**
 * Hash of the model, the examples and the settings of a run.
 * @param weights see `digestOf`
 */
export function identityOf(request: TrainingRequest, config: ModelConfig, weights: string): string {
  const { validation } = request;
  const parts = {
    ...Object.fromEntries(Object.entries(request).filter(([name]) => !CHANGEABLE.some((each) => each === name))),
    format: FORMAT,
    config,
    weights,
    examples: digestOfExamples(request.examples),
    validation: validation && { ...validation, examples: digestOfExamples(validation.examples) },
  };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function digestOfExamples(examples: readonly Example[]): string {
  const arrays = examples.flatMap(({ ids, weights }) => [ids, weights ?? new Float32Array()]);
  return digest(arrays);
}

/** Hash of long arrays, in order. */
function digest(arrays: Iterable<Int32Array | Float32Array | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const data of arrays) {
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).update(`/${data.length}/`);
  }
  return hash.digest('hex').slice(0, 32);
}
