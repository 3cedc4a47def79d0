// Adapts a model folder to examples: choose the device, train adapters, save them. Runs in the engine process.
import { CodedError, messageOf, ok, type Result } from '../../common/errors.ts';
import { availableMemory } from '../../common/memory.ts';
import { loraFor } from '../architecture/lora.ts';
import { parameterCount } from '../architecture/parameters.ts';
import { describeAdapted } from '../models/adapted.ts';
import { saveAdapter } from '../models/adapter.ts';
import { baseOf } from '../models/compatibility.ts';
import { loadPacked } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { finishedRun, recordFinished } from './checkpoint.ts';
import { checkMemory } from './memory.ts';
import { type Adapted, checkRequest, digestOf, identityOf, type TrainingRequest } from './request.ts';
import { type TrainingHooks, tokensOfStep, train } from './train.ts';

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

export interface AdaptHooks extends TrainingHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/**
 * Resumes from the checkpoint in `out` if it belongs to the same run, and deletes it once the adapter is saved. A finished
 * run is not repeated. A checkpoint that cannot be used is deleted with a note.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { base, out, tokenizer, budgetSeconds } = request;
  try {
    await loadLibrary();
    const stored = loadPacked(base, { base, ...(tokenizer !== undefined && { tokenizer }) });
    const { config, weights: norms, packed } = stored;
    checkRequest(request, config.vocabSize);
    const run = { out, identity: identityOf(request, config, digestOf(stored)) };
    const finished = finishedRun(run, budgetSeconds);
    if (finished) return ok(finished);
    const device = await chooseDevice(request.device, hooks.probe);
    hooks.onDevice?.(device);
    const { memoryCeiling = Number.POSITIVE_INFINITY } = hooks;
    const available = Math.min(availableMemory(), memoryCeiling - process.memoryUsage.rss());
    checkMemory(config, { tokens: request.batch * request.length, available });
    const lora = loraFor(config);
    const start = { identity: run.identity, config, weights: norms, packed, lora, device: device.device };
    const result = await train(request, start, hooks);
    if (!result.ok) return result;
    const { weights, ...outcome } = result.value;
    saveAdapter(out, config, { lora, weights }, baseOf(base).name, 'F16');
    describeAdapted(out, { base, ...(tokenizer !== undefined && { tokenizer }) });
    const tokens = outcome.steps * tokensOfStep(request);
    const adapted: Adapted = { ...outcome, device, parameters: parameterCount(config), tokens };
    recordFinished(run, budgetSeconds, adapted);
    return ok(adapted);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}
