// Adapts a model folder to examples: check the memory, choose the device, train adapters, save them. Runs in the
// engine process.
import { join } from 'node:path';
import { CodedError, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { sha256Of } from '../../common/file-hash.ts';
import { megabytes } from '../../common/format.ts';
import { availableMemory } from '../../common/memory.ts';
import { loraFor } from '../architecture/lora.ts';
import { type ModelConfig, parameterCount } from '../architecture/parameters.ts';
import { baseOf } from '../models/list.ts';
import { ADAPTER, DIALECT, DIALECTS, type PackageManifest, readManifest, writeManifest } from '../models/manifest.ts';
import { loadPacked, saveAdapter } from '../models/model-folder.ts';
import { chooseDevice, type DeviceChoice, type ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/session.ts';
import { finishedRun, recordFinished } from './checkpoint.ts';
import { type Adapted, digestOf, identityOf, type TrainingRequest } from './request.ts';
import { type TrainingHooks, tokensOfStep, train } from './train.ts';
import { GROWTH } from './training-settings.ts';

interface MemoryRequirements {
  /** Tokens in a micro-batch. */
  readonly tokens: number;
  /** Bytes that the process may grow by. */
  readonly available: number;
}

/** Throws CodedError 'out-of-memory'. */
export function checkMemory(config: ModelConfig, { tokens, available }: MemoryRequirements): void {
  const { firstLayer = 0 } = loraFor(config);
  // Bytes of the values that the forward pass keeps for the backward pass.
  const activations = tokens * (config.layers - firstLayer) * (config.hiddenSize + config.intermediateSize) * 4;
  const needs = GROWTH.perParameter * parameterCount(config) + GROWTH.perActivation * activations;
  if (needs <= available) return;
  throw new CodedError(
    'out-of-memory',
    `Fine-tuning needs ${megabytes(needs)} of memory, and ${megabytes(Math.max(0, available))} are free within its limit. Close other programs, raise the limit (easyAdaptation.memory), or choose a smaller base.`,
  );
}

interface Origin {
  /** Folder of the base. */
  readonly base: string;
  /** Path of the tokenizer.json that encoded its training text. */
  readonly tokenizer: string;
}

/** Writes the manifest of the adapter in `folder`. Throws CodedError as `baseOf` does. */
export function writeAdaptedManifest(folder: string, { base, tokenizer }: Origin): void {
  const baseManifest = unwrap(readManifest(base));
  const { name, weights } = baseOf(base);
  const manifest: PackageManifest = {
    version: 1,
    name: 'adapted',
    kind: 'adapter',
    base: { name, weights },
    weights: sha256Of(join(folder, ADAPTER)),
    tokenizer: sha256Of(tokenizer),
    dialect: baseManifest?.dialect ?? DIALECT,
    stop: baseManifest?.stop ?? [DIALECTS[DIALECT].tokens.eom, DIALECTS[DIALECT].tokens.end],
    licence: baseManifest?.licence ?? 'NOASSERTION',
  };
  writeManifest(folder, manifest);
}

export type { DeviceChoice } from '../runtime/device.ts';
export type { Adapted, TrainingRequest } from './request.ts';

interface AdaptHooks extends TrainingHooks {
  readonly onDevice?: (choice: DeviceChoice) => void;
  readonly probe: () => Promise<ProbeResult>;
  /** Limit for the process, bytes. */
  readonly memoryCeiling?: number;
}

/**
 * Resumes from the checkpoint in `out` if it belongs to the same run, and deletes it once the adapter is saved. A
 * finished run is not repeated. A checkpoint that cannot be used is deleted with a note.
 */
export async function adapt(request: TrainingRequest, hooks: AdaptHooks): Promise<Result<Adapted>> {
  const { base, out, tokenizer, budgetSeconds } = request;
  try {
    await loadLibrary();
    const stored = loadPacked(base, { base, tokenizer });
    const { config, weights: norms, packed } = stored;
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
    saveAdapter(out, config, { lora, weights }, 'F16');
    writeAdaptedManifest(out, { base, tokenizer });
    const tokens = outcome.steps * tokensOfStep(request);
    const adapted: Adapted = { ...outcome, device, parameters: parameterCount(config), tokens };
    recordFinished(run, budgetSeconds, adapted);
    return ok(adapted);
  } catch (error) {
    if (error instanceof CodedError) return { ok: false, error: { code: error.code, message: error.message } };
    throw new Error(`The adaptation failed: ${messageOf(error)}`, { cause: error });
  }
}
