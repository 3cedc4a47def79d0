// Adapts a model folder to examples: choose device and method, train, merge, save. Runs in the engine process.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, type ErrorCode, messageOf, ok, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { availableMemory } from '../../common/memory.ts';
import { type Model, valuesOf } from '../architecture/decoder-values.ts';
import { mergeAdapters } from '../architecture/lora.ts';
import { DEFAULT_OPTIMIZER } from '../architecture/optimizer.ts';
import { parameterCount, type Weights } from '../architecture/parameters.ts';
import { choosePrecision, type Precision } from '../architecture/precision.ts';
import { describeAdapted } from '../models/adapted.ts';
import { saveAdapter } from '../models/adapter.ts';
import { baseOf } from '../models/compatibility.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, GGUF_ADAPTER, WEIGHTS } from '../models/manifest.ts';
import { saveModel } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult, threadCount } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { openBase, type TrainingBase } from './base.ts';
import { TrainingBatches } from './batches.ts';
import { BEST_FILE } from './best.ts';
import { checkpointStatus } from './checkpoint.ts';
import { train } from './loop.ts';
import { chooseMethod, type Method, methodOf } from './method.ts';
import { type Adapted, checkRequest, finishedRun, hashOfRequest, type TrainingRequest } from './request.ts';
import type { CheckpointProgress, RunHooks, RunOptions } from './run.ts';
import { estimateStep, type StepEstimate } from './step-estimate.ts';
import { CHECKPOINT_FILE, TRAINING_RECORD } from './training-status.ts';

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

export interface AdaptHooks extends RunHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly onMethod?: (method: Method) => void;
  /** Called before the weights of a GGUF base are read, if the request only times steps. */
  readonly onEstimate?: (estimate: StepEstimate) => void;
  /** Called with a message for the user if a checkpoint was not used. */
  readonly onNote?: (note: string) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/** Number of logits that exist at once: 8 MB, which fit in the processor's cache. */
const LOSS_VALUES = 2 ** 21;
/** For a large vocabulary more: the whole output matrix is read once for these rows. */
const LEAST_LOSS_ROWS = 64;
/** A pretrained model needs few warm-up steps. */
const WARMUP_STEPS = 10;
/** Errors of a checkpoint that belongs to another run, is damaged, or has another format. */
const UNUSABLE_CHECKPOINT: readonly ErrorCode[] = ['corrupt', 'newer-version', 'unreadable'];

/**
 * Resumes from the checkpoint in `out` if it belongs to the same run, and deletes it once the model is saved. A finished
 * run is not repeated. An unusable checkpoint is an error, unless `request.unusable` is 'discard'.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { out, tokenizer } = request;
  try {
    await loadLibrary();
    const base = await openBase(request);
    const { config } = base;
    checkRequest(request, config.vocabSize);
    const identity = hashOfRequest(request, base.identity);
    const finished = finishedRun(out, identity);
    if (finished) return ok({ ...finished, folder: out });
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const method = methodFor(request, base, hooks.memoryCeiling);
    hooks.onMethod?.(method);
    const pause = async () => {
      await hooks.onPause?.();
      if (hooks.signal?.aborted) throw new CodedError('cancelled', 'Training was cancelled.');
    };
    if (base.isGguf && method.lora && request.pauseAfter !== undefined) {
      const { stepper, schedule } = runOptions(request, config, device, method, undefined);
      const tokens = stepper.batch * stepper.length * stepper.microBatches;
      const secondsPerStep = await estimateStep(config, method.lora, tokens, stepper);
      hooks.onEstimate?.({ secondsPerStep, totalSteps: schedule.totalSteps });
      await pause();
    }
    const stored = await base.load(pause);
    const packed = method.lora && stored.packed?.size ? new Map(stored.packed) : undefined;
    const weights = packed ? stored.weights : valuesOf(stored);
    (stored.packed as Map<string, unknown> | undefined)?.clear();
    const run = { ...runOptions(request, config, device, method, packed), base: base.identity };
    let result = await train(run, weights, request.examples, hooks);
    const { checkpoint } = run;
    if (!result.ok && request.unusable === 'discard' && UNUSABLE_CHECKPOINT.includes(result.error.code) && checkpoint) {
      if (!existsSync(checkpoint.path)) return result;
      hooks.onNote?.(
        `The checkpoint of an earlier run was not used, and training started again. ${result.error.message}`,
      );
      deleteCheckpoint(out);
      result = await train(run, weights, request.examples, hooks);
    }
    if (!result.ok) return result;
    const { tensors, step, validation, stopped, seconds } = result.value;
    const precision = saveAdapted(request, { config, weights }, method, packed && base, tensors);
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
    replaceFile(join(out, TRAINING_RECORD), [new TextEncoder().encode(JSON.stringify({ identity, adapted: value }))]);
    deleteCheckpoint(out);
    return ok(value);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Saves an adapter over a packed base as an adapter, which has a hundredth of the base's size. Other models are saved
 * whole. Removes files of the other kind that an earlier run left.
 */
function saveAdapted(
  { base, out, storeAs = 'F16' }: TrainingRequest,
  { config, weights }: Model,
  { lora }: Method,
  packedBase: TrainingBase | undefined,
  trained: Weights,
): Precision {
  const remove = (...names: string[]) => names.forEach((name) => void rmSync(join(out, name), { force: true }));
  if (lora && packedBase) {
    saveAdapter(out, config, { lora, weights: trained }, baseOf(base).name, storeAs);
    remove(WEIGHTS, CONFIG, GGUF_ADAPTER);
    return packedBase.isGguf ? 'fp32' : 'int4';
  }
  // Full fine-tuning changes the base's arrays in place. With adapters the base is unchanged and can be merged.
  const adapted = lora ? mergeAdapters(config, lora, weights, trained) : trained;
  saveModel(out, config, adapted, storeAs);
  remove(ADAPTER, ADAPTER_CONFIG);
  return choosePrecision('auto', { config, weights: new Map(adapted) });
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
      lossChunk: Math.max(LEAST_LOSS_ROWS, Math.floor(LOSS_VALUES / config.vocabSize)),
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
    checkpoint: { path: join(request.out, CHECKPOINT_FILE), everySteps: request.checkpointEverySteps },
    ...(validation ? { validation } : {}),
    ...(budgetSeconds === undefined ? {} : { budgetSeconds: budgetSeconds - lateSeconds }),
    ...(pauseAfter === undefined ? {} : { pauseAfter }),
  };
}

function methodFor(
  request: TrainingRequest,
  { config, identity, bits }: TrainingBase,
  ceiling: number | undefined,
): Method {
  if (request.lora !== 'auto') return methodOf(request.lora, 'chosen by the caller');
  // A resumed run keeps its method, however much memory is free now. A checkpoint of another base does not count.
  const unfinishedRun = checkpointStatus(join(request.out, CHECKPOINT_FILE))?.progress as
    | CheckpointProgress
    | undefined;
  if (unfinishedRun?.base === identity)
    return methodOf(unfinishedRun.lora, 'the same as before the run was interrupted');
  const memoryLeft = (ceiling ?? Number.POSITIVE_INFINITY) - process.memoryUsage.rss();
  const available = Math.min(availableMemory(), memoryLeft);
  return chooseMethod(config, { tokens: request.batch * request.length, available, bits });
}

function deleteCheckpoint(out: string): void {
  for (const name of [CHECKPOINT_FILE, BEST_FILE]) rmSync(join(out, name), { force: true });
}
