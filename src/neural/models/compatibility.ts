// Whether a model fits its tokenizer, and an adapter its base.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { listPackages } from './list.ts';
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

/**
 * Fails with 'mismatched' if an adapter was made for another base or an earlier version of this one. Whole models fit
 * any.
 */
export function fitsBase(manifest: PackageManifest, base: Pick<PackageManifest, 'name' | 'weights'>): Result<true> {
  if (manifest.kind !== 'adapter' || manifest.base?.weights === base.weights) return ok(true);
  const madeFor = manifest.base?.name === base.name ? `'${base.name}' as it was before` : `'${manifest.base?.name}'`;
  return failed(
    'mismatched',
    `This adapter was made for the base ${madeFor}, and '${base.name}' is in use. Run "Adapt to This Repo" again, or choose the base that it was made for.`,
  );
}

/** How a folder's adapted model can be used with the present bases. */
export interface BaseCompatibility {
  /** Folder of the base that the model is opened over: the base in use, or the adapter's own base beside it. */
  readonly over: string;
  /** Name of the base that the model was made from. */
  readonly madeFrom: string;
  /** Whether the model was made from the base in use or an earlier version of it. */
  readonly isOwn: boolean;
}

/**
 * Whether an adapted model can be opened, and over which base. Fails with 'mismatched', also without a manifest or with
 * another tokenizer; with 'other-base' if it is an adapter of a base with another name; and as `readManifest`. The
 * messages are for users.
 *
 * @param base folder of the base
 * @param tokenizer path of tokenizer.json
 */
export function compatibilityOf(folder: string, base: string, tokenizer: string): Result<BaseCompatibility> {
  const read = readManifest(folder);
  if (!read.ok) return read;
  const manifest = read.value;
  if (manifest === undefined) return otherOrigin;
  const { base: origin } = manifest;
  const isAdapter = manifest.kind === 'adapter';
  try {
    if (manifest.tokenizer !== sha256Of(tokenizer)) return otherOrigin;
    if (fitsBase(manifest, baseOf(base)).ok) {
      const used = unwrap(readManifest(base));
      const isOwn = isAdapter || !used || !origin || origin.name === used.name || origin.weights === used.weights;
      return ok({ over: base, madeFrom: origin?.name ?? '', isOwn });
    }
    const besides = listPackages(dirname(base));
    const other = besides.find((each) => fitsBase(manifest, each.manifest).ok);
    if (other) return ok({ over: other.folder, madeFrom: other.name, isOwn: false });
    // Imported bases are in another folder than those that ship. Beside the base, the same name means another version.
    if (origin && besides.every(({ name }) => name !== origin.name)) return otherBaseFailure(origin.name);
  } catch (cause) {
    return failed('unreadable', `A base model of the extension cannot be read: ${messageOf(cause)}. Reinstall it.`);
  }
  return otherOrigin;
}

const otherOrigin = failed(
  'mismatched',
  'The model that was adapted to this folder was made from another base than the one in use. It stays on disk and is not used. Run "Adapt to This Repo" again.',
);

/** The failure for a model that needs another base than the one in use. */
export function otherBaseFailure(name: string): Result<never> {
  return failed(
    'other-base',
    `The model that was adapted to this folder needs the base '${name}', which is not in use. Choose that base, or run "Adapt to This Repo" again.`,
  );
}
