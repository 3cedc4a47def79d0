// manifest.json of a model's folder: its schema, read and written; and the dialects, the forms of prompt that a
// manifest names.

import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { failed, ok, type Result } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { FILL_IN, type FillIn } from '../../common/fill-in.ts';
import { fitted, parseObject, readText } from '../../common/json.ts';
import { quoted } from '../../common/plain-text.ts';
import type { SchemaOutput } from '../../common/schemas.ts';
import { REPAIR_ADVICE, unusable } from './unusable.ts';

// The special tokens of each dialect (prompt format), one row per dialect. A model's manifest names the dialect that
// the model was trained on.
//
//   easy-1:     [<|snippet|> path \n lines ...] <|file|> path \n <|suffix|> SUFFIX <|prefix|> PREFIX    MIDDLE <|eom|>
//   others:     [<file> path \n lines ...] <file> path \n <prefix> PREFIX <suffix> SUFFIX <middle>     MIDDLE <eom>
//   file-marks: [<file> path \n lines ...] <file> path \n PREFIX                                       CONTINUATION
//   none:       <end> PREFIX                                                                          CONTINUATION
//
// The model writes the last column. prompts/completion/prompt-form.ts builds the prompts, for serving and training.
// test/golden/prompt.json checks that pretraining uses easy-1, too.

/** Names of the tokens by purpose; '' : the dialect has none. */
interface DialectTokens {
  /** Before the path of the file. */
  readonly file: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly middle: string;
  /** Before the path of another file's lines. */
  readonly snippet: string;
  /** Ends the middle. */
  readonly eom: string;
  /** After each file. */
  readonly end: string;
}

interface Row {
  readonly tokens: DialectTokens;
  /** The text after the cursor comes first, so that a typed character only adds tokens at the end. */
  readonly suffixFirst: boolean;
  /** Other tokens that may end a middle, besides `eom` and `end`. */
  readonly stop: readonly string[];
}

/** Tokens that may end a text of a model that was not trained to fill in. */
const ENDS = ['<|endoftext|>', '<|end_of_text|>', '</s>', '<eos>', '<｜end▁of▁sentence｜>', '<|im_end|>'];

/** Converts a family's row (common/fill-in.ts). @param end the one of the family's end tokens that this dialect uses */
const infillRow = ({ prefix, suffix, middle, file = '', suffixFirst, ends }: FillIn, end: string): Row => ({
  tokens: { file, prefix, suffix, middle, snippet: file, eom: end, end },
  suffixFirst: suffixFirst === true,
  stop: [...ends.filter((each) => each !== end), prefix, suffix, middle, file].filter((each) => each !== ''),
});

const NO_TOKENS: DialectTokens = { file: '', prefix: '', suffix: '', middle: '', snippet: '', eom: '', end: '' };

/** All dialects, in the order in which `dialectFor` tries them. */
const ROWS = {
  'easy-1': {
    tokens: {
      file: '<|file|>',
      prefix: '<|prefix|>',
      suffix: '<|suffix|>',
      middle: '',
      snippet: '<|snippet|>',
      eom: '<|eom|>',
      end: '<|end|>',
    },
    suffixFirst: true,
    stop: ['<|file|>', '<|snippet|>', '<|repo|>'],
  },
  'qwen-coder': infillRow(FILL_IN['qwen-coder'], '<|endoftext|>'),
  'granite-4': infillRow(FILL_IN['granite-4'], '<|end_of_text|>'),
  starcoder: infillRow(FILL_IN.starcoder, '<|endoftext|>'),
  'granite-code': infillRow(FILL_IN.granite, '<|endoftext|>'),
  'granite-3': infillRow(FILL_IN.granite, '<|end_of_text|>'),
  'deepseek-coder': infillRow(FILL_IN['deepseek-coder'], '<｜end▁of▁sentence｜>'),
  'seed-coder': infillRow(FILL_IN['seed-coder'], '<[end▁of▁sentence]>'),
  /**
   * SmolLM2's dialect. The model cannot infill, but was trained on files that follow this mark. It continues the text
   * before the cursor.
   */
  'file-marks': infillRow(
    { prefix: '', suffix: '', middle: '', file: '<file_sep>', ends: ['<|endoftext|>', '<repo_name>', '<|im_end|>'] },
    '<|endoftext|>',
  ),
  /** The model continues the text before the cursor and sees nothing else. It ends with one of its own end tokens. */
  none: { tokens: NO_TOKENS, suffixFirst: false, stop: ENDS },
} as const satisfies Record<string, Row>;

export const DIALECTS: Readonly<Record<keyof typeof ROWS, Row>> = ROWS;

export type Dialect = keyof typeof ROWS;

/** The dialect of the shipped models, for prompts and for training. */
export const DIALECT: Dialect = 'easy-1';

/** The part of a tokenizer that is used here. */
type SpecialTokens = { special(name: string): number | undefined };

/** A dialect's tokens as ids. Undefined: the dialect has no such token. */
export type DialectIds = {
  readonly [Role in keyof DialectTokens]: Role extends 'eom' | 'end' ? number : number | undefined;
};

/** Ids of a dialect's special tokens, by purpose. Throws CodedError 'unsupported' if the tokenizer lacks one. */
export function dialectTokens(tokenizer: SpecialTokens, dialect: Dialect = DIALECT): DialectIds {
  const tokens = Object.entries(namesOf(tokenizer, dialect)).map(([role, name]) => {
    const id = tokenizer.special(name);
    if (id === undefined && name !== '')
      throw unusable('unsupported', `The tokenizer has no token '${name}', which prompts need`);
    return [role, id];
  });
  const ids = Object.fromEntries(tokens) as DialectIds;
  if (ids.end === undefined)
    throw unusable('unsupported', 'The tokenizer has no token that ends a text, which prompts need');
  return ids;
}

/** Names of the dialect's tokens. If the dialect has no end token, the tokenizer's own is used. */
function namesOf(tokenizer: SpecialTokens, dialect: Dialect): DialectTokens {
  const { tokens } = DIALECTS[dialect];
  if (tokens.end !== '') return tokens;
  const end = ENDS.find((name) => tokenizer.special(name) !== undefined) ?? '';
  return { ...tokens, eom: end, end };
}

/** The first dialect whose tokens are all in the tokenizer, and the names of the tokens that end a completion. */
export function dialectFor(tokenizer: SpecialTokens): { readonly dialect: Dialect; readonly stop: readonly string[] } {
  const has = (name: string) => name === '' || tokenizer.special(name) !== undefined;
  const dialects = Object.keys(DIALECTS) as Dialect[];
  const dialect = dialects.find((each) => Object.values(DIALECTS[each].tokens).every(has)) ?? 'none';
  const { eom, end } = namesOf(tokenizer, dialect);
  const stop = [eom, end, ...DIALECTS[dialect].stop].filter((name) => name !== '' && has(name));
  return { dialect, stop: [...new Set(stop)] };
}

export const MANIFEST = 'manifest.json';
export const CONFIG = 'config.json';
export const WEIGHTS = 'model.safetensors';
/** An adapter has this file instead of WEIGHTS. */
export const ADAPTER = 'adapter_model.safetensors';
export const ADAPTER_CONFIG = 'adapter_config.json';
export const TOKENIZER = 'tokenizer.json';

const VERSION = 1;
const SUBJECT = { name: MANIFEST, advice: REPAIR_ADVICE };

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
  dialect: v.picklist(Object.keys(ROWS) as Dialect[]),
  /** Tokens that end a completion, by their names in tokenizer.json. */
  stop: listOf(text),
  /** SPDX expression of the weights. */
  licence: text,
  /** The GGUF file, which is not copied, and facts of its header. `weights` is its hash. */
  gguf: v.exactOptional(
    v.object({
      path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096), v.check(isAbsolute)),
      bytes: count,
      /** Of the file when it was hashed last, see checkGgufFile. */
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

/**
 * Fails with 'corrupt', naming the field; with 'other-version'; with 'unsupported' if this version does not know the
 * model's prompt format.
 */
export function parseManifest(json: string): Result<PackageManifest> {
  const object = parseObject(json, SUBJECT);
  if (!object.ok) return object;
  const { version, dialect } = object.value;
  if (typeof version === 'number' && version !== VERSION)
    return failed('other-version', `This model is from another version of Easy Adaptation. ${REPAIR_ADVICE}`);
  if (typeof dialect === 'string' && !Object.hasOwn(DIALECTS, dialect))
    return failed(
      'unsupported',
      `This model needs the prompt format ${quoted(dialect)}; this version supports ${Object.keys(DIALECTS).join(', ')}. Update the extension, or choose another base.`,
    );
  const manifest = fitted(object.value, schema, SUBJECT);
  if (!manifest.ok || (manifest.value.kind === 'gguf') === (manifest.value.gguf !== undefined)) return manifest;
  return failed('corrupt', `${MANIFEST} has no usable gguf. ${REPAIR_ADVICE}`);
}

/** Undefined: the folder has none. Fails as `parseManifest` does, and with 'unreadable'. */
export function readManifest(folder: string): Result<PackageManifest | undefined> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return ok(undefined);
  const text = readText(path, SUBJECT);
  return text.ok ? parseManifest(text.value) : text;
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
