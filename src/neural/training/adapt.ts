// Adapts a model folder to examples: choose device and method, train, merge, save. Runs in the engine process.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError, messageOf, ok, type Result } from '../../common/errors.ts';
import { availableMemory } from '../../common/memory.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { valuesOf } from '../architecture/decoder-values.ts';
import { parameterCount, type Weights } from '../architecture/parameters.ts';
import type { Quantized } from '../architecture/quantize.ts';
import { describeAdapted } from '../models/adapted.ts';
import { saveAdapter } from '../models/adapter.ts';
import { baseOf } from '../models/compatibility.ts';
import { ADAPTER, ADAPTER_CONFIG, CONFIG, WEIGHTS } from '../models/manifest.ts';
import { loadModel, saveModel } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { checkpointStatus, finishedRun, recordFinished } from './checkpoint.ts';
import { chooseMethod, type Method, methodOf } from './method.ts';
import { type Adapted, checkRequest, digestOf, identityOf, type TrainingRequest } from './request.ts';
import { type TrainingHooks, tokensOfStep, train } from './train.ts';

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

export interface AdaptHooks extends TrainingHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly onMethod?: (method: Method) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/**
 * Resumes from the checkpoint in `out` if it belongs to the same run, and deletes it once the model is saved. A finished
 * run is not repeated. A checkpoint that cannot be used is deleted with a note.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { base, out, tokenizer, budgetSeconds } = request;
  try {
    await loadLibrary();
    const stored = loadModel(base, { as: 'stored', base, ...(tokenizer !== undefined && { tokenizer }) });
    const { config } = stored;
    checkRequest(request, config.vocabSize);
    const run = { out, identity: identityOf(request, config, digestOf(stored)) };
    const finished = finishedRun(run, budgetSeconds);
    if (finished) return ok(finished);
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const method = methodFor(request, config, run.identity, hooks.memoryCeiling);
    const { lora } = method;
    hooks.onMethod?.(method);
    const matrices = stored.packed as Map<string, Quantized>;
    if (lora && matrices.size === 0)
      throw new CodedError('unsupported', 'Adapters are trained over a base in 4 bits. Choose a base that ships.');
    const packed = lora && matrices;
    const weights = lora ? stored.weights : valuesOf(stored);
    // The matrices are in the weights now: it saves a copy of the model.
    if (!lora) matrices.clear();
    const start = { identity: run.identity, config, weights, packed, lora, device: device.device };
    const result = await train(request, start, hooks);
    if (!result.ok) return result;
    const { weights: trained, ...outcome } = result.value;
    saveAdapted(request, config, method, trained);
    describeAdapted(out, { base, ...(tokenizer !== undefined && { tokenizer }) });
    const tokens = outcome.steps * tokensOfStep(request);
    const adapted: Adapted = { ...outcome, device, method, parameters: parameterCount(config), tokens };
    recordFinished(run, budgetSeconds, adapted);
    return ok(adapted);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Saves an adapter, which has a hundredth of the base's size, or the whole model. Removes files of the other kind that
 * an earlier run left.
 */
function saveAdapted({ base, out }: TrainingRequest, config: ModelConfig, { lora }: Method, trained: Weights): void {
  const remove = (...names: string[]) => names.forEach((name) => void rmSync(join(out, name), { force: true }));
  if (lora) {
    saveAdapter(out, config, { lora, weights: trained }, baseOf(base).name, 'F16');
    remove(WEIGHTS, CONFIG);
    return;
  }
  saveModel(out, config, trained, 'F16');
  remove(ADAPTER, ADAPTER_CONFIG);
}

function methodFor(
  request: TrainingRequest,
  config: ModelConfig,
  identity: string,
  ceiling = Number.POSITIVE_INFINITY,
): Method {
  if (request.lora) return methodOf(request.lora, 'chosen by the caller');
  // A resumed run keeps its method, however much memory is free now.
  const unfinishedRun = checkpointStatus(request.out);
  if (unfinishedRun?.identity === identity)
    return methodOf(unfinishedRun.progress.lora, 'the same as before the run was interrupted');
  const available = Math.min(availableMemory(), ceiling - process.memoryUsage.rss());
  return chooseMethod(config, { tokens: request.batch * request.length, available });
}
