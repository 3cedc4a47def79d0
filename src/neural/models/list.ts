// Lists model packages with the facts that are needed before loading one.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, failed, messageOf, ok, type Result } from '../../common/errors.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { parameterCount } from '../architecture/parameters.ts';
import { parseConfig } from './config-json.ts';
import { CONFIG, MANIFEST, type PackageManifest, readManifest, TOKENIZER, WEIGHTS } from './manifest.ts';

/** Sub-folder of our storage with the imported bases, one package each. */
export const IMPORTED_BASES = 'bases';

export interface PackageInfo {
  readonly name: string;
  readonly folder: string;
  /** Path of the model's tokenizer.json. */
  readonly tokenizer: string;
  readonly manifest: PackageManifest;
  /** Layers and widths; undefined for a GGUF file, whose header llama.cpp reads itself. */
  readonly config?: ModelConfig;
  /** Tokens. */
  readonly vocabulary: number;
  readonly contextLength: number;
  readonly parameters: number;
  /** Size of the file of weights, or of the GGUF file. */
  readonly bytes: number;
}

/**
 * The models (no adapters) and the registered GGUF files in the sub-folders of `modelsFolder`, smallest first. Empty if
 * the folder does not exist.
 *
 * @param onUnusable called with each folder that has a manifest and cannot be used
 */
export function listPackages(
  modelsFolder: string,
  onUnusable: (folder: string, failure: Failure) => void = () => {},
): PackageInfo[] {
  const names = existsSync(modelsFolder) ? readdirSync(modelsFolder) : [];
  const found = names.flatMap((name) => {
    const folder = join(modelsFolder, name);
    // models/pretrain has another kind of manifest.
    if (!existsSync(join(folder, MANIFEST)) || ![CONFIG, TOKENIZER].some((file) => existsSync(join(folder, file))))
      return [];
    const info = readPackage(folder);
    if (!info.ok) onUnusable(folder, info.error);
    return info.ok && info.value.manifest.kind !== 'adapter' ? [info.value] : [];
  });
  return found.sort((a, b) => a.parameters - b.parameters);
}

/** Fails as `readManifest` and `parseConfig` do, and with 'unreadable' if manifest or weights are missing. */
export function readPackage(folder: string): Result<PackageInfo> {
  const manifest = readManifest(folder);
  if (!manifest.ok) return manifest;
  try {
    if (manifest.value === undefined) throw new Error(`there is no ${MANIFEST} in ${folder}`);
    const { name, gguf } = manifest.value;
    const common = { name, folder, tokenizer: join(folder, TOKENIZER), manifest: manifest.value };
    if (gguf) {
      const { bytes, vocabulary, contextLength, parameters } = gguf;
      return ok({ ...common, vocabulary, contextLength, parameters, bytes });
    }
    const config = parseConfig(readFileSync(join(folder, CONFIG), 'utf8'));
    if (!config.ok) return config;
    return ok({
      ...common,
      config: config.value,
      vocabulary: config.value.vocabSize,
      contextLength: config.value.contextLength,
      parameters: parameterCount(config.value),
      bytes: statSync(join(folder, WEIGHTS)).size,
    });
  } catch (cause) {
    return failed('unreadable', `The model cannot be read: ${messageOf(cause)}. Reinstall the extension.`);
  }
}
