// Whether a model fits its tokenizer, and an adapter its base.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { type PackageManifest, readManifest, type Sha256, sha256Of, TOKENIZER, WEIGHTS } from './manifest.ts';

/**
 * Fails with 'mismatched'. Without a manifest and without its own tokenizer, a folder fits any.
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
    const expected = manifest?.tokenizer ?? (hasOwn ? sha256Of(own) : undefined);
    if (expected === undefined || expected === sha256Of(used)) return ok(true);
  } catch (cause) {
    return failed('unreadable', `The model's tokenizer cannot be read: ${messageOf(cause)}. ${REPAIR_ADVICE}`);
  }
  return failed(
    'mismatched',
    `The model '${manifest?.name ?? folder}' was made for another tokenizer than the one in use. ${REPAIR_ADVICE}`,
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
 * Whether an adapted model goes with a base: it was made from it. Fails with 'mismatched', also without a manifest, with
 * another tokenizer or without adapters; with 'other-base' if it was made from a base with another name; and as
 * `readManifest`. The messages are for users.
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
