// Adapting a model folder to examples: choose device and method, train, merge, save. What the engine process runs.
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { type LoraConfig, mergeAdapters } from '../arch/lora.ts';
import { DEFAULT_OPTIMIZER, type OptimizerConfig } from '../arch/optimizer.ts';
import type { Weights } from '../arch/parameters.ts';
import { chosenPrecision } from '../arch/precision.ts';
import { CodedError, type ErrorCode, messageOf, ok, type Result } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { describeAdapted } from '../package/adapted.ts';
import { loadModel, saveModel } from '../package/folder.ts';
import type { StoredType } from '../package/safetensors.ts';
import {
  chooseDevice,
  type DeviceChoice,
  type DeviceSetting,
  type ProbeResult,
  threadCount,
} from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { Batches, type Example } from './batches.ts';
import { BEST_FILE } from './best.ts';
import { checkpointStand, digest, fingerprint } from './checkpoint.ts';
import { type Progress, type RunHooks, type RunOptions, type Trained, train, type Validation } from './loop.ts';
import { chooseMethod, type Method, methodOf } from './memory.ts';
import { CHECKPOINT, RECORD } from './stand.ts';

export type { DeviceChoice, DeviceSetting };

export interface AdaptRequest {
  /** Model folder to start from, and folder to write the adapted model to. The latter also holds the run's checkpoint. */
  readonly base: string;
  readonly out: string;
  readonly examples: readonly Example[];
  /** Path of the tokenizer.json that made their tokens. Default: the base's own. */
  readonly tokenizer?: string;
  /** Absent: every parameter is trained. 'auto': adapters where the memory does not allow that. */
  readonly lora?: LoraConfig | 'auto';
  readonly optimizer?: Partial<OptimizerConfig>;
  /** Sequences of `length` tokens in a micro-batch, and micro-batches in a step. Small micro-batches bound memory and the wait of completions. */
  readonly batch: number;
  readonly length: number;
  readonly microBatches: number;
  readonly epochs: number;
  /** Ends earlier than the epochs, where given. */
  readonly maxSteps?: number;
  /** Wall-clock seconds of training; the schedule is fitted to it. */
  readonly budgetSeconds?: number;
  /** Stops early, and keeps the best parameters rather than the last. */
  readonly validation?: Validation;
  readonly learningRate: number;
  readonly checkpointEverySteps: number;
  /** A checkpoint that cannot be continued: an error, or left aside with a note, so that the run starts anew. */
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
  readonly validation: Trained['validation'];
  readonly stopped: Trained['stopped'];
  /** Of training, earlier parts of a resumed run included. */
  readonly seconds: number;
  /** Tokens trained on, repetitions counted; padding is not left out. */
  readonly tokens: number;
}

export interface AdaptHooks extends RunHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly onMethod?: (method: Method) => void;
  /** Something that the user should know: a checkpoint that was left aside. */
  readonly onNote?: (note: string) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Bytes that the process may grow to. */
  readonly memoryCeiling?: number;
}

/** Rows of logits at once: 8 MB for 8,192 tokens, so that they stay in the cache. */
const LOSS_CHUNK = 256;
/** Warm-up in steps: a model that has been trained needs few. */
const WARMUP_STEPS = 10;
/** What a checkpoint fails with that could be another's, damaged, or of another version of the format. */
const UNUSABLE: readonly ErrorCode[] = ['corrupt', 'newer-version', 'unreadable'];

/**
 * Continues from the checkpoint in `out` where there is one of the same run; it is deleted once the model is saved. A run that was
 * finished before is not repeated. A checkpoint that cannot be used is an error that names it, unless the request says otherwise.
 */
export async function adapt(request: AdaptRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { out, tokenizer } = request;
  try {
    await loadLibrary();
    const { config, weights } = loadModel(request.base, tokenizer === undefined ? {} : { tokenizer });
    check(request, config.vocabSize);
    const identity = identify(request, weights);
    const earlier = finished(out, identity);
    if (earlier) return ok({ ...earlier, folder: out });
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const method = methodFor(request, config, hooks.memoryCeiling);
    hooks.onMethod?.(method);
    const run = runOptions(request, config, device, method);
    let result = await train(run, weights, request.examples, hooks);
    const { checkpoint } = run;
    if (!result.ok && request.unusable === 'discard' && UNUSABLE.includes(result.error.code) && checkpoint) {
      if (!existsSync(checkpoint.path)) return result;
      hooks.onNote?.(`An earlier run's checkpoint was left aside, and training started anew. ${result.error.message}`);
      discard(out);
      result = await train(run, weights, request.examples, hooks);
    }
    if (!result.ok) return result;
    const { tensors, step, validation, stopped, seconds } = result.value;
    // The base may have changed under the run, which adopted its arrays; adapters leave it alone.
    const adapted = method.lora ? mergeAdapters(config, method.lora, weights, tensors) : tensors;
    saveModel(out, config, adapted, request.storeAs ?? 'F16');
    const precision = chosenPrecision('auto', { config, weights: adapted });
    describeAdapted(out, { base: request.base, ...(tokenizer !== undefined && { tokenizer }), precision });
    const { batch, length, microBatches } = request;
    const value: Adapted = {
      folder: out,
      steps: step,
      device,
      method,
      parameters: [...weights.values()].reduce((sum, { length: count }) => sum + count, 0),
      validation,
      stopped,
      seconds,
      tokens: step * batch * length * microBatches,
    };
    replaceFile(join(out, RECORD), [new TextEncoder().encode(JSON.stringify({ identity, adapted: value }))]);
    discard(out);
    return ok(value);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}

function runOptions(
  request: AdaptRequest,
  config: RunOptions['stepper']['config'],
  { device }: DeviceChoice,
  { lora }: Method,
): RunOptions {
  const { batch, length, microBatches, seed, separator, validation, budgetSeconds } = request;
  const { stepsPerEpoch } = new Batches(request.examples, { batch, length, microBatches, seed, separator });
  const totalSteps = Math.min(request.epochs * stepsPerEpoch, request.maxSteps ?? Number.POSITIVE_INFINITY);
  return {
    stepper: {
      config,
      batch,
      length,
      microBatches,
      seed,
      ...(lora ? { lora } : {}),
      optimizer: { ...DEFAULT_OPTIMIZER, ...request.optimizer },
      lossChunk: LOSS_CHUNK,
      adopt: true,
      device,
      threads: threadCount(request.threads),
    },
    schedule: {
      peak: request.learningRate,
      warmupSteps: Math.min(WARMUP_STEPS, Math.ceil(totalSteps / 10)),
      totalSteps,
      floor: 0.02,
    },
    maxNorm: 1,
    separator,
    checkpoint: { path: join(request.out, CHECKPOINT), everySteps: request.checkpointEverySteps },
    ...(validation ? { validation } : {}),
    ...(budgetSeconds === undefined ? {} : { budgetSeconds }),
  };
}

function methodFor(
  request: AdaptRequest,
  config: RunOptions['stepper']['config'],
  ceiling: number | undefined,
): Method {
  if (request.lora !== 'auto') return methodOf(request.lora, 'chosen by the caller');
  // A run that was begun goes on as it was begun, however much memory there is now.
  const begun = checkpointStand(join(request.out, CHECKPOINT))?.progress as Progress | undefined;
  if (begun) return methodOf(begun.lora, 'as the run was begun');
  const room = (ceiling ?? Number.POSITIVE_INFINITY) - process.memoryUsage.rss();
  return chooseMethod(config, request.batch * request.length, Math.min(freemem(), room));
}

function discard(out: string): void {
  for (const name of [CHECKPOINT, BEST_FILE]) rmSync(join(out, name), { force: true });
}

/** What decides the outcome; not on what device, how fast or with how many interruptions it was reached. */
function identify(request: AdaptRequest, weights: Weights): string {
  const {
    base: _,
    out: __,
    device: ___,
    threads: ____,
    checkpointEverySteps: _____,
    unusable: ______,
    tokenizer: _______,
    ...rest
  } = request;
  const text = (of: readonly Example[]) => digest(of.flatMap((each) => [each.ids, each.weights ?? new Float32Array()]));
  const { validation } = request;
  return fingerprint({
    ...rest,
    examples: text(request.examples),
    validation: validation && { ...validation, examples: text(validation.examples) },
    weights: digest(weights.values()),
  });
}

function finished(out: string, identity: string): Adapted | undefined {
  try {
    const record = JSON.parse(readFileSync(join(out, RECORD), 'utf8')) as { identity: string; adapted: Adapted };
    return record.identity === identity && existsSync(join(out, 'model.safetensors')) ? record.adapted : undefined;
  } catch {
    // None, or damaged: the run is made anew.
    return undefined;
  }
}

function check(
  { examples, separator, batch, length, microBatches, epochs, validation }: AdaptRequest,
  vocabSize: number,
): void {
  if (![batch, length, microBatches, epochs].every((count) => Number.isInteger(count) && count > 0)) {
    throw new CodedError('bad-request', 'Batch, length, micro-batches and epochs are whole numbers from 1.');
  }
  if (!examples.some(({ ids }) => ids.length > 1))
    throw new CodedError('nothing-to-learn', 'There is no example to learn from.');
  if (validation && !validation.examples.some(({ ids }) => ids.length > 1))
    throw new CodedError('nothing-to-learn', 'There is no example to validate on.');
  const outside = (id: number) => !(id >= 0 && id < vocabSize);
  const all = [...examples, ...(validation?.examples ?? [])];
  if (outside(separator) || all.some(({ ids }) => ids.some(outside))) {
    throw new CodedError(
      'bad-request',
      `An example has a token outside the model's ${vocabSize}: the tokenizer is another one.`,
    );
  }
}
