// Lists model packages with the facts that are needed before loading one, and removes bases. Checks that an adapter fits
// its base, and that a GGUF file is the one that was registered.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CodedError, type Failure, failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { type HashOptions, hashOfFile, type Sha256, sha256Of, stampOf } from '../../common/file-hash.ts';
import { type ModelConfig, parameterCount } from '../architecture/parameters.ts';
import { readConfig } from './config-json.ts';
import { CONFIG, MANIFEST, type PackageManifest, readManifest, TOKENIZER, WEIGHTS, writeManifest } from './manifest.ts';
import { REPAIR_ADVICE } from './unusable.ts';

/** Fails with 'mismatched' or 'unreadable'. @param path of the tokenizer.json in use */
export function fitsTokenizer({ name, tokenizer }: PackageManifest, path: string): Result<true> {
  try {
    if (tokenizer === sha256Of(path)) return ok(true);
  } catch (cause) {
    return failed('unreadable', `The model's tokenizer cannot be read: ${messageOf(cause)}. ${REPAIR_ADVICE}`);
  }
  return failed(
    'mismatched',
    `The model '${name}' was made for another tokenizer than the one in use. ${REPAIR_ADVICE}`,
  );
}

/** Name and weights of a base, with or without a manifest. Throws CodedError if its manifest is damaged. */
export function baseOf(folder: string): { readonly name: string; readonly weights: Sha256 } {
  const manifest = unwrap(readManifest(folder));
  return manifest ?? { name: 'unnamed', weights: sha256Of(join(folder, WEIGHTS)) };
}

/** Fails with 'mismatched' if an adapter was made for another base or an earlier version of this one. */
export function fitsBase(manifest: PackageManifest, base: Pick<PackageManifest, 'name' | 'weights'>): Result<true> {
  if (manifest.base?.weights === base.weights) return ok(true);
  const madeFor = manifest.base?.name === base.name ? `'${base.name}' as it was before` : `'${manifest.base?.name}'`;
  return failed(
    'mismatched',
    `This adapter was made for the base ${madeFor}, and '${base.name}' is in use. Run "Adapt to This Repo" again, or choose the base that it was made for.`,
  );
}

/**
 * Whether an adapted model goes with a base: it was made from it. Fails with 'mismatched', also without a manifest,
 * with another tokenizer or without adapters. Fails with 'other-base' if it was made from a base with another name, and
 * as `readManifest`. The messages are for users.
 *
 * @param base folder of the base
 * @param tokenizer path of tokenizer.json
 */
export function compatibilityOf(folder: string, base: string, tokenizer: string): Result<true> {
  const read = readManifest(folder);
  if (!read.ok) return read;
  const manifest = read.value;
  try {
    if (manifest?.kind !== 'adapter' || manifest.tokenizer !== sha256Of(tokenizer)) return otherOrigin;
    const { base: origin } = manifest;
    const used = baseOf(base);
    if (origin && origin.name !== used.name && origin.weights !== used.weights) return otherBaseFailure(origin.name);
    return fitsBase(manifest, used).ok ? ok(true) : otherOrigin;
  } catch (cause) {
    return failed('unreadable', `A base model of the extension cannot be read: ${messageOf(cause)}. Reinstall it.`);
  }
}

const otherOrigin = failed(
  'mismatched',
  'The model that was adapted to this folder was made from another base than the one in use. It stays on disk and is not used. Run "Adapt to This Repo" again.',
);

function otherBaseFailure(name: string): Result<never> {
  return failed(
    'other-base',
    `The model that was adapted to this folder needs the base '${name}', which is not in use. Choose that base, or run "Adapt to This Repo" again.`,
  );
}

export const GGUF_ADVICE = 'Remove the base and add the file again, or choose another base.';

/**
 * Whether the GGUF file of a registered base, which stays where it is, is still the file that was registered. It has
 * gigabytes, so it is read again only if the system says that it changed.
 *
 * Does nothing for a folder of another kind. A changed file is hashed; if it has the same bytes, that is noted. Throws
 * CodedError 'unreadable', 'mismatched' if it is another file than the registered one, and the signal's reason.
 */
export async function checkGgufFile(folder: string, options: HashOptions = {}): Promise<void> {
  const manifest = readManifest(folder);
  if (!manifest.ok || !manifest.value?.gguf) return;
  const { gguf, weights } = manifest.value;
  const { path } = gguf;
  const stamp = stampOf(path);
  if (stamp === undefined) throw new CodedError('unreadable', `The GGUF file ${path} is gone. ${GGUF_ADVICE}`);
  if (stamp === gguf.stamp) return;
  if (statSync(path).size !== gguf.bytes || (await hashOfFile(path, options)) !== weights)
    throw new CodedError('mismatched', `The GGUF file ${path} has changed since it was added. ${GGUF_ADVICE}`);
  try {
    writeManifest(folder, { ...manifest.value, gguf: { ...gguf, stamp } });
  } catch {
    // The folder cannot be written: the file is hashed again the next time.
  }
}

interface RemovedBase {
  readonly freedBytes: number;
  /** The GGUF file of another program, which stays. */
  readonly kept: string | undefined;
}

/**
 * @param folder of the base, below the folder of imported bases
 * @param downloads folder of the downloaded files
 */
export function removeBase(folder: string, downloads: string): Result<RemovedBase> {
  try {
    const manifest = readManifest(folder);
    const path = manifest.ok ? manifest.value?.gguf?.path : undefined;
    const isOurs = path !== undefined && dirname(resolve(path)) === resolve(downloads);
    const files = [
      ...readdirSync(folder).map((name) => join(folder, name)),
      ...(isOurs && existsSync(path) ? [path] : []),
    ];
    const freedBytes = files.reduce((sum, each) => sum + statSync(each).size, 0);
    // The file is deleted first. If a serving process holds it open, this fails, and the base stays complete.
    if (isOurs) rmSync(path, { force: true });
    rmSync(folder, { recursive: true });
    return ok({ freedBytes, kept: isOurs ? undefined : path });
  } catch (error) {
    return failed('unwritable', `The base cannot be removed: ${messageOf(error)}. Close what uses it, and try again.`);
  }
}

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
    const config = readConfig(folder);
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
