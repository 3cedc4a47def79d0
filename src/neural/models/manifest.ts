// manifest.json: what a model's folder says of itself. Written where a model is made, read here alone.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failed, messageOf, ok, type Result, unwrap } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { MEND } from '../architecture/decoder-values.ts';
import type { Precision } from '../architecture/precision.ts';
import { isObject } from './config-json.ts';
import { DIALECT, DIALECTS, type Dialect, isDialect } from './dialects.ts';

export const MANIFEST = 'manifest.json';
export const CONFIG = 'config.json';
export const WEIGHTS = 'model.safetensors';
/** In place of the weights, of what is laid over a base. */
export const ADAPTER = 'adapter_model.safetensors';
export const ADAPTER_CONFIG = 'adapter_config.json';
export const TOKENIZER = 'tokenizer.json';

/** Of the format. */
const VERSION = 1;
const PRECISIONS: readonly Precision[] = ['int4', 'int8', 'fp32'];
/** Bytes. */
const MOST = 1e6;

/** 64 hex digits. */
export type Sha256 = string;

export interface PackageManifest {
  readonly version: typeof VERSION;
  /** 'small', 'medium'; 'adapted' of what was made from a user's folder. */
  readonly name: string;
  /** A whole model, or what is laid over `base`, which it does not work without. */
  readonly kind: 'model' | 'adapter';
  /** What it was made from; null: from noise. `weights`: of the base's own file, where that was known. */
  readonly base: { readonly name: string; readonly weights?: Sha256 } | null;
  /** Of the file of weights, or of the adapter's. */
  readonly weights: Sha256;
  /** Of the tokenizer.json whose ids it was trained on, which lies beside it or beside its base. */
  readonly tokenizer: Sha256;
  readonly dialect: Dialect;
  /** Tokens that end a completion, as tokenizer.json names them. */
  readonly stop: readonly string[];
  /** SPDX expression of the weights. */
  readonly licence: string;
  /** The shortest that costs it nothing: what its weights were trained for. */
  readonly precision: Precision;
  /** All that lies in the folder and belongs to it, itself included. */
  readonly files: readonly string[];
}

/** Fails with 'corrupt', naming the field; with 'newer-version'; with 'unsupported' where prompts have a form that is not known here. */
export function parseManifest(text: string): Result<PackageManifest> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return failed('corrupt', `${MANIFEST} is not valid JSON. ${MEND}`);
  }
  if (!isObject(json)) return failed('corrupt', `${MANIFEST} holds no object. ${MEND}`);
  if (typeof json.version === 'number' && json.version > VERSION) {
    return failed('newer-version', 'This model is from a later version of Easy Adaptation. Update the extension.');
  }
  const wrong = Object.entries(FIELDS).find(([name, isRight]) => !isRight(json[name]));
  if (wrong) return failed('corrupt', `${MANIFEST} has no usable ${wrong[0]}. ${MEND}`);
  if (!isDialect(json.dialect)) {
    const known = Object.keys(DIALECTS).join(', ');
    return failed(
      'unsupported',
      `This model expects prompts in the form '${(json.dialect as string).slice(0, 40)}'; this version knows ${known}. Update the extension, or name another base.`,
    );
  }
  const fields = Object.keys(FIELDS).map((name) => [name, json[name]]);
  return ok(Object.fromEntries(fields) as PackageManifest);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 200;
const isHash = (value: unknown) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const isList = (of: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length <= 1000 && value.every(of);

/** A row a field: what makes it usable. */
const FIELDS: Readonly<Record<keyof PackageManifest, (value: unknown) => boolean>> = {
  version: (value) => value === VERSION,
  name: (value) => isText(value) && /^[\w.-]+$/.test(value),
  kind: (value) => value === 'model' || value === 'adapter',
  base: (value) =>
    value === null || (isObject(value) && isText(value.name) && (value.weights === undefined || isHash(value.weights))),
  weights: isHash,
  tokenizer: isHash,
  dialect: isText,
  stop: isList(isText),
  licence: isText,
  precision: (value) => PRECISIONS.includes(value as Precision),
  // Names, no paths to elsewhere.
  files: isList((value) => isText(value) && /^[\w][\w.-]*$/.test(value)),
};

/** Undefined where there is none: a folder from before there were any, or another's. Fails as `parseManifest` does, and with 'unreadable'. */
export function readManifest(folder: string): Result<PackageManifest | undefined> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return ok(undefined);
  try {
    if (statSync(path).size > MOST) return failed('corrupt', `The model's ${MANIFEST} is none. ${MEND}`);
    return parseManifest(readFileSync(path, 'utf8'));
  } catch (cause) {
    return failed('unreadable', `The model's ${MANIFEST} cannot be read: ${messageOf(cause)}. ${MEND}`);
  }
}

/** The form that the model in a folder is asked in; before there were manifests there was one. Throws where it has a damaged one. */
export function dialectOf(folder: string | undefined): Dialect {
  return (folder === undefined ? undefined : unwrap(readManifest(folder))?.dialect) ?? DIALECT;
}

export function writeManifest(folder: string, manifest: PackageManifest): void {
  const ordered = Object.fromEntries(
    (Object.keys(FIELDS) as (keyof PackageManifest)[]).map((name) => [name, manifest[name]]),
  );
  replaceFile(join(folder, MANIFEST), [new TextEncoder().encode(`${JSON.stringify(ordered, null, 2)}\n`)]);
}

/** By path: a tokenizer is asked for several times whenever a model is opened, and some of that is the editor's thread. */
const hashes = new Map<string, { readonly stands: string; readonly hash: Sha256 }>();

/** Of a file's bytes, which are read again where its time or size is another. Throws where it cannot be read. */
export function sha256Of(path: string): Sha256 {
  const { mtimeNs, size, ino } = statSync(path, { bigint: true });
  const stands = `${mtimeNs} ${size} ${ino}`;
  const known = hashes.get(path);
  if (known?.stands === stands) return known.hash;
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  hashes.set(path, { stands, hash });
  return hash;
}

/** What is in a folder now, as a manifest lists it. */
export function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  return [...new Set([...names, MANIFEST])].sort();
}
