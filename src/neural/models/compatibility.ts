// Whether what lies in a folder belongs to what it is used with: a model to its tokenizer, an adapter to its base.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { MEND } from '../architecture/decoder-values.ts';
import { listPackages } from './list.ts';
import { type PackageManifest, readManifest, type Sha256, sha256Of, TOKENIZER, WEIGHTS } from './manifest.ts';

/**
 * What folders without a manifest were made with: versions before there were any shipped one base with one tokenizer. Both are known by
 * the bytes of their files.
 */
export const BEFORE_MANIFESTS: { readonly tokenizer: Sha256; readonly base: { name: string; weights: Sha256 } } = {
  tokenizer: '6995c8b4040539cb0a596d9bba86c4308ec46f9ea073efbf666df871edba6a0b',
  base: { name: 'small', weights: '7e97c075e24e9f68cedab1212556d53ffd4537a0d4481bdabd5b896a2e429040' },
};

/**
 * Fails with 'mismatched'. Without a manifest and a tokenizer of its own nothing is known, and nothing refused.
 *
 * @param path of the tokenizer.json in use; undefined: the folder's own
 */
export function fitsTokenizer(
  manifest: PackageManifest | undefined,
  folder: string,
  path: string | undefined,
): Result<true> {
  const own = join(folder, TOKENIZER);
  const hasOwn = existsSync(own);
  const used = path ?? (hasOwn ? own : undefined);
  if (used === undefined) return ok(true);
  try {
    const made = manifest?.tokenizer ?? (hasOwn ? sha256Of(own) : undefined);
    if (made === undefined || made === sha256Of(used)) return ok(true);
  } catch (cause) {
    return failed('unreadable', `The model's tokenizer cannot be read: ${messageOf(cause)}. ${MEND}`);
  }
  return failed(
    'mismatched',
    `The model '${manifest?.name ?? folder}' was made for another tokenizer than the one in use, and would read its tokens as other words. ${MEND}`,
  );
}

/**
 * Path of the tokenizer.json that a model reads with, which may be another than that of the n-grams: the one it was made for, of theirs, its
 * own and its base's. Theirs where none is: loading then says what is wrong.
 */
export function tokenizerPathFor(model: string, base: string | undefined, tokenizer: string): string {
  const made = unwrap(readManifest(model))?.tokenizer;
  const own = [model, base ?? model].map((folder) => join(folder, TOKENIZER)).filter((path) => existsSync(path));
  const wanted = made ?? (own[0] && sha256Of(own[0]));
  return [tokenizer, ...own].find((path) => sha256Of(path) === wanted) ?? tokenizer;
}

/** A base, whether or not it has a manifest. Throws CodedError where it has a damaged one. */
export function baseOf(folder: string): { readonly name: string; readonly weights: Sha256 } {
  const manifest = unwrap(readManifest(folder));
  return manifest ?? { name: 'unnamed', weights: sha256Of(join(folder, WEIGHTS)) };
}

/** Fails with 'mismatched' where an adapter was made for another base, or for this one as it was before. Whole models fit any. */
export function fitsBase(manifest: PackageManifest, base: Pick<PackageManifest, 'name' | 'weights'>): Result<true> {
  if (manifest.kind === 'model' || manifest.base?.weights === base.weights) return ok(true);
  const made = manifest.base?.name === base.name ? `'${base.name}' as it was before` : `'${manifest.base?.name}'`;
  return failed(
    'mismatched',
    `This adapter was made for the base ${made}, and '${base.name}' is in use. Run "Adapt to This Repo" again, or name the base that it was made for.`,
  );
}

/** How a model that was made for a user's folder stands to what ships now. */
export interface BaseCompatibility {
  /** Folder of the base to open it over: the one in use, or, for an adapter of another that lies beside it, that one. */
  readonly over: string;
  /** Name of the base that it was made from. */
  readonly madeFrom: string;
  /** That is the one in use, or that one as it was before; or there is nothing that says another. */
  readonly isOwn: boolean;
}

/**
 * Whether it can be opened beside the base in use, and over which; one without a manifest was made before there were any. Fails with
 * 'mismatched', in a sentence for who has it; with 'other-base' where its words are those of another base that lies beside the one in use; and as `readManifest`.
 *
 * @param base folder of the base
 * @param tokenizer path of tokenizer.json
 */
export function compatibilityOf(folder: string, base: string, tokenizer: string): Result<BaseCompatibility> {
  const read = readManifest(folder);
  return read.ok ? manifestCompatibility(read.value, base, tokenizer) : read;
}

/** The same by its manifest alone. */
export function manifestCompatibility(
  manifest: PackageManifest | undefined,
  base: string,
  tokenizer: string,
): Result<BaseCompatibility> {
  const words = manifest?.tokenizer ?? BEFORE_MANIFESTS.tokenizer;
  const origin = manifest ? manifest.base : BEFORE_MANIFESTS.base;
  const isAdapter = manifest?.kind === 'adapter';
  const goesOver = (of: () => Pick<PackageManifest, 'name' | 'weights'>) => !isAdapter || fitsBase(manifest, of()).ok;
  try {
    // A base may have other words than the n-grams, who keep ours.
    const hasWords = words === sha256Of(tokenizer) || words === unwrap(readManifest(base))?.tokenizer;
    if (hasWords && goesOver(() => baseOf(base))) {
      const used = unwrap(readManifest(base));
      const isOwn = isAdapter || !used || !origin || origin.name === used.name || origin.weights === used.weights;
      return ok({ over: base, madeFrom: origin?.name ?? '', isOwn });
    }
    const other = listPackages(dirname(base)).find(
      (each) => each.manifest.tokenizer === words && goesOver(() => each.manifest),
    );
    if (other && hasWords) return ok({ over: other.folder, madeFrom: other.name, isOwn: false });
    if (other) return otherBaseFailure(other.name);
  } catch (cause) {
    return failed('unreadable', `What ships with the extension cannot be read: ${messageOf(cause)}. Reinstall it.`);
  }
  return failed(
    'mismatched',
    'The model that was adapted to this folder was made from another base than the one in use. It stays on disk and is not used. Run "Adapt to This Repo" again.',
  );
}

/** Of a model that goes with another base than the one in use. */
export function otherBaseFailure(name: string): Result<never> {
  return failed(
    'other-base',
    `The model that was adapted to this folder goes with the base '${name}', which does not serve now. Choose that one, or run "Adapt to This Repo" again.`,
  );
}
