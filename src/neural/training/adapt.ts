// Adapts a model folder to examples: choose device and method, train, merge, save. Runs in the engine process.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { availableMemory } from '../../common/memory.ts';
import { threadCount } from '../../common/threads.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { type Model, valuesOf } from '../architecture/decoder-values.ts';
import { type LoraConfig, mergeAdapters } from '../architecture/lora.ts';
import { parameterCount, type Weights } from '../architecture/parameters.ts';
import { choosePrecision, type Precision } from '../architecture/precision.ts';
import type { Quantized } from '../architecture/quantize.ts';
import { describeAdapted } from '../models/adapted.ts';
import { saveAdapter } from '../models/adapter.ts';
import { baseOf } from '../models/compatibility.ts';
import { checkGgufFile } from '../models/gguf-file.ts';
import { readGguf } from '../models/import/gguf.ts';
import { loadGguf } from '../models/import/gguf-weights.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, GGUF_ADAPTER, readManifest, WEIGHTS } from '../models/manifest.ts';
import { loadModel, saveModel } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { TrainingBatches } from './batches.ts';
import { checkpointStatus, finishedRun, recordFinished } from './checkpoint.ts';
import { chooseMethod, type Method, methodOf, type WeightBits } from './method.ts';
import { estimateStep, type StepEstimate } from './probe.ts';
import { type Adapted, checkRequest, digestOf, identityOf, type TrainingRequest } from './request.ts';
import { scheduleOf } from './schedule.ts';
import { type TrainingHooks, tokensOfStep, train } from './train.ts';

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

export interface AdaptHooks extends TrainingHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly onMethod?: (method: Method) => void;
  /** Called before the weights of a GGUF base are read, if the request only times steps. */
  readonly onEstimate?: (estimate: StepEstimate) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/**
 * Resumes from the checkpoint in `out` if it belongs to the same run, and deletes it once the model is saved. A finished
 * run is not repeated. A checkpoint that cannot be used is deleted with a note.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { out, tokenizer, budgetSeconds } = request;
  try {
    await loadLibrary();
    const base = await openBase(request);
    const { config } = base;
    checkRequest(request, config.vocabSize);
    const run = { out, identity: identityOf(request, config, base.identity) };
    const finished = finishedRun(run, budgetSeconds);
    if (finished) return ok(finished);
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const method = methodFor(request, base, run.identity, hooks.memoryCeiling);
    const { lora } = method;
    hooks.onMethod?.(method);
    const pause = async () => {
      await hooks.onPause?.();
      if (hooks.signal?.aborted) throw new CodedError('cancelled', 'Training was cancelled.');
    };
    if (base.isGguf && lora && request.pauseAfter !== undefined) {
      hooks.onEstimate?.(await estimated(request, base, lora, device));
      await pause();
    }
    const stored = await base.load(pause);
    const packed = lora && stored.packed?.size ? (stored.packed as Map<string, Quantized>) : undefined;
    const weights = packed ? stored.weights : valuesOf(stored);
    // The matrices are in the weights now: it saves a copy of the model.
    if (!packed) (stored.packed as Map<string, Quantized> | undefined)?.clear();
    const start = { identity: run.identity, config, weights, packed, lora, device: device.device };
    const result = await train(request, start, hooks);
    if (!result.ok) return result;
    const { weights: trained, ...outcome } = result.value;
    const precision = saveAdapted(request, { config, weights }, method, packed && base, trained);
    describeAdapted(out, { base: request.base, ...(tokenizer !== undefined && { tokenizer }), precision });
    const tokens = outcome.steps * tokensOfStep(request);
    const adapted: Adapted = { ...outcome, device, method, parameters: parameterCount(config), tokens };
    recordFinished(run, budgetSeconds, adapted);
    return ok(adapted);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}

async function estimated(
  request: TrainingRequest,
  { config }: TrainingBase,
  lora: LoraConfig,
  { device }: DeviceChoice,
): Promise<StepEstimate> {
  const { stepsPerEpoch } = new TrainingBatches(request.examples, request);
  const threads = threadCount(request.threads);
  const secondsPerStep = await estimateStep(config, lora, tokensOfStep(request), device, threads);
  return { secondsPerStep, totalSteps: scheduleOf(request, stepsPerEpoch).totalSteps };
}

interface TrainingBase {
  readonly config: ModelConfig;
  /** Hash of its weights. */
  readonly identity: string;
  readonly bits: WeightBits;
  /** Whether llama.cpp serves it, so that only an adapter can be added. */
  readonly isGguf: boolean;
  /** Reads a GGUF file, which takes long; `pause` as in `loadGguf`. */
  readonly load: (pause: () => Promise<void>) => Promise<Pick<Model, 'weights' | 'packed'>>;
}

/** Throws CodedError as `loadModel`, `checkGgufFile` and `readGguf` do. */
async function openBase({
  base: folder,
  tokenizer,
}: Pick<TrainingRequest, 'base' | 'tokenizer'>): Promise<TrainingBase> {
  const manifest = unwrap(readManifest(folder));
  if (!manifest?.gguf) {
    const model = loadModel(folder, { as: 'stored', base: folder, ...(tokenizer !== undefined && { tokenizer }) });
    const bits = model.packed?.size ? 4 : 32;
    return { config: model.config, identity: digestOf(model), bits, isGguf: false, load: async () => model };
  }
  await checkGgufFile(folder);
  const source = await readGguf(manifest.gguf.path);
  const { config } = source;
  return { config, identity: manifest.weights, bits: 8, isGguf: true, load: (pause) => loadGguf(source, pause) };
}

/**
 * Saves an adapter over a packed base as an adapter, which has a hundredth of the base's size. Other models are saved
 * whole. Removes files of the other kind that an earlier run left.
 */
function saveAdapted(
  { base, out }: TrainingRequest,
  { config, weights }: Model,
  { lora }: Method,
  packedBase: TrainingBase | undefined,
  trained: Weights,
): Precision {
  const remove = (...names: string[]) => names.forEach((name) => void rmSync(join(out, name), { force: true }));
  if (lora && packedBase) {
    saveAdapter(out, config, { lora, weights: trained }, baseOf(base).name, 'F16');
    remove(WEIGHTS, CONFIG, GGUF_ADAPTER);
    return packedBase.isGguf ? 'fp32' : 'int4';
  }
  // Full fine-tuning changes the base's arrays in place. With adapters the base is unchanged and can be merged.
  const adapted = lora ? mergeAdapters(config, lora, weights, trained) : trained;
  saveModel(out, config, adapted, 'F16');
  remove(ADAPTER, ADAPTER_CONFIG);
  return choosePrecision('auto', { config, weights: new Map(adapted) });
}

function methodFor(
  request: TrainingRequest,
  { config, bits }: TrainingBase,
  identity: string,
  ceiling = Number.POSITIVE_INFINITY,
): Method {
  if (request.lora !== 'auto') return methodOf(request.lora, 'chosen by the caller');
  // A resumed run keeps its method, however much memory is free now.
  const unfinishedRun = checkpointStatus(request.out);
  if (unfinishedRun?.identity === identity)
    return methodOf(unfinishedRun.progress.lora, 'the same as before the run was interrupted');
  const available = Math.min(availableMemory(), ceiling - process.memoryUsage.rss());
  return chooseMethod(config, { tokens: request.batch * request.length, available, bits });
}
