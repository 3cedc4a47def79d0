// Whether what lies in a folder belongs to what it is used with: a model to its tokenizer, an adapter to its base.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { MEND } from '../arch/model.ts';
import { failed, messageOf, ok, type Result, unwrap } from '../common/errors.ts';
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

/**
 * Whether a model that was made for a user's folder can be used with what ships now; one without a manifest was made before there were any.
 * Fails with 'mismatched', in a sentence for who has it; with 'other-base' where it would fit a base that lies beside the one in use; and as `readManifest`.
 *
 * @param base folder of the base
 * @param tokenizer path of tokenizer.json
 */
export function fitsShipped(folder: string, base: string, tokenizer: string): Result<true> {
  const read = readManifest(folder);
  if (!read.ok) return read;
  const manifest = read.value;
  const words = manifest?.tokenizer ?? BEFORE_MANIFESTS.tokenizer;
  const over = (of: () => Pick<PackageManifest, 'name' | 'weights'>) =>
    manifest?.kind !== 'adapter' || fitsBase(manifest, of()).ok;
  try {
    if (words === sha256Of(tokenizer) && over(() => baseOf(base))) return ok(true);
    const other = listPackages(dirname(base)).find(
      (each) => each.manifest.tokenizer === words && over(() => each.manifest),
    );
    if (other) {
      return failed(
        'other-base',
        `The model that was adapted to this folder goes with the base '${other.name}', which does not serve now. Choose that one, or run "Adapt to This Repo" again.`,
      );
    }
  } catch (cause) {
    return failed('unreadable', `What ships with the extension cannot be read: ${messageOf(cause)}. Reinstall it.`);
  }
  return failed(
    'mismatched',
    'The model that was adapted to this folder was made from another base than the one in use. It stays on disk and is not used. Run "Adapt to This Repo" again.',
  );
}
