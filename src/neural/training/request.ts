// The request for an adaptation, its result, and the hash of a request: an earlier result with the same hash is reused.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../common/errors.ts';
import type { Model } from '../architecture/decoder-values.ts';
import type { LoraConfig } from '../architecture/lora.ts';
import type { OptimizerConfig } from '../architecture/optimizer.ts';
import { arraysOf } from '../architecture/quantize.ts';
import { ADAPTER, WEIGHTS } from '../models/manifest.ts';
import type { StoredType } from '../models/safetensors.ts';
import type { DeviceChoice, DeviceSetting } from '../runtime/device.ts';
import { arraysOfExample, type Example } from './batches.ts';
import { digest, fingerprint } from './checkpoint.ts';
import type { Method } from './method.ts';
import type { TrainingOutcome, Validation } from './run.ts';
import { TRAINING_RECORD } from './training-status.ts';

export interface TrainingRequest {
  /** Folder of the model to start from, and folder of the adapted model, which also holds the run's checkpoint. */
  readonly base: string;
  readonly out: string;
  readonly examples: readonly Example[];
  /** Path of the tokenizer.json that encoded the examples. Default: the base's own. */
  readonly tokenizer?: string;
  /** Absent: all parameters are trained. 'auto': adapters if the memory is too small for that. */
  readonly lora?: LoraConfig | 'auto';
  readonly optimizer?: Partial<OptimizerConfig>;
  /**
   * Sequences of `length` tokens in a micro-batch, and micro-batches in a step. Small micro-batches bound memory and
   * the delay of completions.
   */
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
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
  /** For a checkpoint that cannot be resumed: fail, or discard it with a note and start again. */
  readonly unusable?: 'refuse' | 'discard';
  /** Token id between sequences. */
  readonly separator: number;
  readonly seed: number;
  readonly device: DeviceSetting;
  readonly threads: number | 'auto';
  readonly storeAs?: StoredType;
}

export interface Adapted {
  readonly folder: string;
  readonly steps: number;
  readonly device: DeviceChoice;
  readonly method: Method;
  readonly parameters: number;
  readonly validation: TrainingOutcome['validation'];
  readonly stopped: TrainingOutcome['stopped'];
  /** Training time, including earlier parts of a resumed run. */
  readonly seconds: number;
  /** Tokens trained on, repetitions and padding included. */
  readonly tokens: number;
}

/** Throws CodedError if the request cannot be fulfilled. */
export function checkRequest(
  { examples, separator, batch, length, microBatches, epochs, validation }: TrainingRequest,
  vocabSize: number,
): void {
  if (![batch, length, microBatches, epochs].every((count) => Number.isInteger(count) && count > 0)) {
    throw new CodedError('bad-request', 'Batch, length, micro-batches and epochs must be whole numbers of at least 1.');
  }
  if (!examples.some(({ ids }) => ids.length > 1))
    throw new CodedError('nothing-to-learn', 'There is no example to learn from.');
  if (validation && !validation.examples.some(({ ids }) => ids.length > 1))
    throw new CodedError('nothing-to-learn', 'There is no example to validate on.');
  const isUnknownToken = (id: number) => !(id >= 0 && id < vocabSize);
  const all = [...examples, ...(validation?.examples ?? [])];
  if (isUnknownToken(separator) || all.some(({ ids }) => ids.some(isUnknownToken))) {
    throw new CodedError(
      'bad-request',
      `An example has a token outside the model's ${vocabSize}: it was encoded with another tokenizer.`,
    );
  }
}

/** Hash of the weights that training starts from, as they were stored. */
export function digestOf({ weights, packed }: Model): string {
  return digest([...weights.values(), ...arraysOf(packed)]);
}

/**
 * Hash of everything that determines the result. Device, speed and interruptions are not part of it.
 *
 * @param weights see `digestOf`
 */
export function hashOfRequest(request: TrainingRequest, weights: string): string {
  const {
    base: _,
    out: __,
    device: ___,
    threads: ____,
    checkpointEverySteps: _____,
    unusable: ______,
    tokenizer: _______,
    lateSeconds: ________,
    pauseAfter: _________,
    ...rest
  } = request;
  const digestExamples = (of: readonly Example[]) => digest(of.flatMap(arraysOfExample));
  const { validation } = request;
  return fingerprint({
    ...rest,
    examples: digestExamples(request.examples),
    validation: validation && { ...validation, examples: digestExamples(validation.examples) },
    weights,
  });
}

/** The result of an earlier run with the same identity in the folder. */
export function finishedRun(out: string, identity: string): Adapted | undefined {
  try {
    const record = JSON.parse(readFileSync(join(out, TRAINING_RECORD), 'utf8')) as {
      identity: string;
      adapted: Adapted;
    };
    return record.identity === identity && [WEIGHTS, ADAPTER].some((name) => existsSync(join(out, name)))
      ? record.adapted
      : undefined;
  } catch {
    // Absent or damaged: train again.
    return undefined;
  }
}
