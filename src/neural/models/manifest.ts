// manifest.json of a model's folder: its schema, read and written.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { quoted } from '../../common/plain-text.ts';
import { isObject, type SchemaOutput } from '../../common/schemas.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { DIALECTS, isDialect } from './dialects.ts';

export const MANIFEST = 'manifest.json';
export const CONFIG = 'config.json';
export const WEIGHTS = 'model.safetensors';
/** An adapter has this file instead of WEIGHTS. */
export const ADAPTER = 'adapter_model.safetensors';
export const ADAPTER_CONFIG = 'adapter_config.json';
export const TOKENIZER = 'tokenizer.json';

const VERSION = 1;
/** Bytes. */
const MOST = 1e6;

const text = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const listOf = <S extends v.GenericSchema>(item: S) => v.pipe(v.array(item), v.minLength(1), v.maxLength(1000));

const schema = v.object({
  version: v.literal(VERSION),
  /** 'small', 'medium'; 'adapted' for a model that was made from a user's folder. */
  name: v.pipe(text, v.regex(/^[\w.-]+$/)),
  /** A whole model, an adapter, which needs `base`, or a GGUF file that llama.cpp serves, which `gguf` names. */
  kind: v.picklist(['model', 'adapter', 'gguf']),
  /** The base that it was trained from; null: random weights. `weights`: hash of the base's file, if it was known. */
  base: v.nullable(v.object({ name: text, weights: v.exactOptional(sha256) })),
  /** Hash of the file of weights, or of the adapter's. */
  weights: sha256,
  /** Hash of the tokenizer.json that it was trained with, which is in its folder or in its base's. */
  tokenizer: sha256,
  dialect: v.pipe(text, v.guard(isDialect)),
  /** Tokens that end a completion, by their names in tokenizer.json. */
  stop: listOf(text),
  /** SPDX expression of the weights. */
  licence: text,
  /** The GGUF file, which is not copied, and facts of its header. `weights` is its hash. */
  gguf: v.exactOptional(
    v.object({
      path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096), v.check(isAbsolute)),
      bytes: count,
      /** Of the file when it was hashed last, see gguf-file.ts. */
      stamp: text,
      architecture: text,
      contextLength: count,
      vocabulary: count,
      parameters: count,
    }),
  ),
  /** Of a model that ships: names of all its files, this one included; no paths. */
  files: v.exactOptional(listOf(v.pipe(text, v.regex(/^[\w][\w.-]*$/)))),
});

export type PackageManifest = SchemaOutput<typeof schema>;
/** 64 hex digits. */
export type Sha256 = PackageManifest['weights'];

/**
 * Fails with 'corrupt', naming the field; with 'other-version'; with 'unsupported' if this version does not know the
 * model's prompt format.
 */
export function parseManifest(json: string): Result<PackageManifest> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return failed('corrupt', `${MANIFEST} is not valid JSON. ${REPAIR_ADVICE}`);
  }
  if (!isObject(value)) return failed('corrupt', `${MANIFEST} does not contain an object. ${REPAIR_ADVICE}`);
  if (typeof value.version === 'number' && value.version !== VERSION) {
    return failed('other-version', `This model is from another version of Easy Adaptation. ${REPAIR_ADVICE}`);
  }
  const parsed = v.safeParse(schema, value);
  if (parsed.success) {
    if ((parsed.output.kind === 'gguf') === (parsed.output.gguf !== undefined)) return ok(parsed.output);
    return failed('corrupt', `${MANIFEST} has no usable gguf. ${REPAIR_ADVICE}`);
  }
  const wrong = parsed.issues.find(({ type }) => type !== 'guard');
  if (wrong) return failed('corrupt', `${MANIFEST} has no usable ${wrong.path?.[0]?.key}. ${REPAIR_ADVICE}`);
  return failed(
    'unsupported',
    `This model needs the prompt format ${quoted(value.dialect)}; this version supports ${Object.keys(DIALECTS).join(', ')}. Update the extension, or choose another base.`,
  );
}

/** Undefined: the folder has none. Fails as `parseManifest` does, and with 'unreadable'. */
export function readManifest(folder: string): Result<PackageManifest | undefined> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return ok(undefined);
  try {
    if (statSync(path).size > MOST) return failed('corrupt', `The model's ${MANIFEST} is too large. ${REPAIR_ADVICE}`);
    return parseManifest(readFileSync(path, 'utf8'));
  } catch (cause) {
    return failed('unreadable', `The model's ${MANIFEST} cannot be read: ${messageOf(cause)}. ${REPAIR_ADVICE}`);
  }
}

/** The manifest of a registered GGUF file, whose own weights nothing changes; undefined for all other folders. */
export function ggufManifest(folder: string): PackageManifest | undefined {
  const manifest = readManifest(folder);
  return manifest.ok && manifest.value?.gguf ? manifest.value : undefined;
}

export function writeManifest(folder: string, manifest: PackageManifest): void {
  const ordered = Object.fromEntries(
    (Object.keys(schema.entries) as (keyof PackageManifest)[]).flatMap((name) =>
      manifest[name] === undefined ? [] : [[name, manifest[name]]],
    ),
  );
  replaceFile(join(folder, MANIFEST), [new TextEncoder().encode(`${JSON.stringify(ordered, null, 2)}\n`)]);
}

/** Hashes by path. The cache exists because opening a model hashes its tokenizer several times. */
const hashes = new Map<string, { readonly stamp: string; readonly hash: Sha256 }>();

/** Hash of a file's bytes, cached until its time or size changes. Throws if the file cannot be read. */
export function sha256Of(path: string): Sha256 {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  const stamp = `${mtimeNs} ${size} ${ino}`;
  const known = hashes.get(path);
  if (known?.stamp === stamp) return known.hash;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  hashes.set(path, { stamp, hash });
  return hash;
}
