// Writes the manifest of an adapter that was trained over a base.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../../common/errors.ts';
import { baseOf } from './compatibility.ts';
import { DIALECT, DIALECTS } from './dialects.ts';
import { ADAPTER, type PackageManifest, readManifest, sha256Of, TOKENIZER, writeManifest } from './manifest.ts';

export interface Origin {
  /** Folder of the base. */
  readonly base: string;
  /** Path of the tokenizer.json that encoded its training text. Default: the base's own. */
  readonly tokenizer?: string;
}

/**
 * Writes the manifest of the adapter in `folder`. Writes nothing if neither the caller nor the base names a
 * tokenizer. Throws CodedError as `baseOf` does.
 */
export function describeAdapted(folder: string, { base, tokenizer }: Origin): void {
  const baseManifest = unwrap(readManifest(base));
  const own = join(base, TOKENIZER);
  const path = tokenizer ?? (existsSync(own) ? own : undefined);
  const hash = path === undefined ? baseManifest?.tokenizer : sha256Of(path);
  if (hash === undefined) return;
  const { name, weights } = baseOf(base);
  const manifest: PackageManifest = {
    version: 1,
    name: 'adapted',
    kind: 'adapter',
    base: { name, weights },
    weights: sha256Of(join(folder, ADAPTER)),
    tokenizer: hash,
    dialect: baseManifest?.dialect ?? DIALECT,
    stop: baseManifest?.stop ?? [DIALECTS[DIALECT].tokens.eom, DIALECTS[DIALECT].tokens.end],
    licence: baseManifest?.licence ?? 'NOASSERTION',
  };
  writeManifest(folder, manifest);
}
