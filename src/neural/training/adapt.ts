// Adapts a model folder to examples: choose device and method, train, merge, save. Runs in the engine process.
import { existsSync, rmSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { CodedError, type ErrorCode, messageOf, ok, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { type Model, valuesOf } from '../architecture/decoder-values.ts';
import { mergeAdapters } from '../architecture/lora.ts';
import { DEFAULT_OPTIMIZER } from '../architecture/optimizer.ts';
import { parameterCount, type Weights } from '../architecture/parameters.ts';
import { chosenPrecision, type Precision } from '../architecture/precision.ts';
import { describeAdapted } from '../models/adapted.ts';
import { saveAdapter } from '../models/adapter.ts';
import { baseOf } from '../models/compatibility.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, WEIGHTS } from '../models/manifest.ts';
import { loadModel, saveModel } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult, threadCount } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { TrainingBatches } from './batches.ts';
import { BEST_FILE } from './best.ts';
import { checkpointStatus } from './checkpoint.ts';
import { train } from './loop.ts';
import { chooseMethod, type Method, methodOf } from './method.ts';
import { type Adapted, checkRequest, digestOf, finishedRun, identify, type TrainingRequest } from './request.ts';
import type { CheckpointProgress, RunHooks, RunOptions } from './run.ts';
import { CHECKPOINT, RECORD } from './training-status.ts';

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

export interface AdaptHooks extends RunHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly onMethod?: (method: Method) => void;
  /** A message for the user: a checkpoint was not used. */
  readonly onNote?: (note: string) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/** Logits at once: 8 MB, so that they stay in the cache. */
const LOSS_VALUES = 2 ** 21;
/** Warm-up steps: a pretrained model needs few. */
const WARMUP_STEPS = 10;
/** Errors of a checkpoint that is another run's, damaged, or of another version. */
const UNUSABLE: readonly ErrorCode[] = ['corrupt', 'newer-version', 'unreadable'];

/**
 * Resumes from the checkpoint in `out` if it is of the same run, and deletes it once the model is saved. A finished run
 * is not repeated. A checkpoint that cannot be used is an error that names it, unless the request says otherwise.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { out, tokenizer } = request;
  try {
    await loadLibrary();
    const stored = { as: 'stored', base: request.base, ...(tokenizer !== undefined && { tokenizer }) } as const;
    const base = loadModel(request.base, stored);
    const { config } = base;
    checkRequest(request, config.vocabSize);
    const weightsOfBase = digestOf(base);
    const identity = identify(request, weightsOfBase);
    const earlier = finishedRun(out, identity);
    if (earlier) return ok({ ...earlier, folder: out });
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const method = methodFor(request, base, weightsOfBase, hooks.memoryCeiling);
    hooks.onMethod?.(method);
    const packed = method.lora && base.packed?.size ? new Map(base.packed) : undefined;
    const weights = packed ? base.weights : valuesOf(base);
    (base.packed as Map<string, unknown> | undefined)?.clear();
    const run = { ...runOptions(request, config, device, method, packed), base: weightsOfBase };
    let result = await train(run, weights, request.examples, hooks);
    const { checkpoint } = run;
    if (!result.ok && request.unusable === 'discard' && UNUSABLE.includes(result.error.code) && checkpoint) {
      if (!existsSync(checkpoint.path)) return result;
      hooks.onNote?.(
        `The checkpoint of an earlier run was not used, and training started again. ${result.error.message}`,
      );
      discard(out);
      result = await train(run, weights, request.examples, hooks);
    }
    if (!result.ok) return result;
    const { tensors, step, validation, stopped, seconds } = result.value;
    const precision = save(request, { config, weights }, method, packed !== undefined, tensors);
    describeAdapted(out, { base: request.base, ...(tokenizer !== undefined && { tokenizer }), precision });
    const { batch, length, microBatches } = request;
    const value: Adapted = {
      folder: out,
      steps: step,
      device,
      method,
      parameters: parameterCount(config),
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

/**
 * An adapter over a packed base stays an adapter, a hundredth of the base's size; otherwise it is merged. Removes the
 * other kind's files of an earlier run.
 */
function save(
  { base, out, storeAs = 'F16' }: TrainingRequest,
  { config, weights }: Model,
  { lora }: Method,
  over: boolean,
  trained: Weights,
): Precision {
  const remove = (...names: string[]) => names.forEach((name) => void rmSync(join(out, name), { force: true }));
  if (lora && over) {
    saveAdapter(out, config, { lora, weights: trained }, baseOf(base).name, storeAs);
    remove(WEIGHTS, CONFIG);
    return 'int4';
  }
  // The run adopted the base's arrays and may have changed them; with adapters it did not.
  const adapted = lora ? mergeAdapters(config, lora, weights, trained) : trained;
  saveModel(out, config, adapted, storeAs);
  remove(ADAPTER, ADAPTER_CONFIG);
  return chosenPrecision('auto', { config, weights: new Map(adapted) });
}

function runOptions(
  request: TrainingRequest,
  config: RunOptions['stepper']['config'],
  { device }: DeviceChoice,
  { lora }: Method,
  packed: RunOptions['stepper']['packed'],
): RunOptions {
  const {
    batch,
    length,
    microBatches,
    seed,
    separator,
    validation,
    budgetSeconds,
    lateSeconds = 0,
    pauseAfter,
  } = request;
  const { stepsPerEpoch } = new TrainingBatches(request.examples, { batch, length, microBatches, seed, separator });
  const totalSteps = Math.min(request.epochs * stepsPerEpoch, request.maxSteps ?? Number.POSITIVE_INFINITY);
  return {
    stepper: {
      config,
      batch,
      length,
      microBatches,
      seed,
      ...(lora ? { lora } : {}),
      ...(packed ? { packed } : {}),
      optimizer: { ...DEFAULT_OPTIMIZER, ...request.optimizer },
      lossChunk: Math.max(1, Math.floor(LOSS_VALUES / config.vocabSize)),
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
    ...(budgetSeconds === undefined ? {} : { budgetSeconds: budgetSeconds - lateSeconds }),
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
  };
}

function methodFor(
  request: TrainingRequest,
  { config, packed }: Model,
  weights: string,
  ceiling: number | undefined,
): Method {
  if (request.lora !== 'auto') return methodOf(request.lora, 'chosen by the caller');
  // A resumed run keeps its method, however much memory there is now. A run of another base says nothing about this
  // one.
  const begun = checkpointStatus(join(request.out, CHECKPOINT))?.progress as CheckpointProgress | undefined;
  if (begun?.base === weights) return methodOf(begun.lora, 'as the run was begun');
  const room = (ceiling ?? Number.POSITIVE_INFINITY) - process.memoryUsage.rss();
  const available = Math.min(freemem(), room);
  return chooseMethod(config, { tokens: request.batch * request.length, available, packed: (packed?.size ?? 0) > 0 });
}

function discard(out: string): void {
  for (const name of [CHECKPOINT, BEST_FILE]) rmSync(join(out, name), { force: true });
}
