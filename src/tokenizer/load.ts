// Reads a Hugging Face tokenizer.json (byte-level BPE) and says clearly what it cannot use.

import { readFileSync, statSync } from 'node:fs';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import { BytePairTokenizer } from './bpe.ts';
import { bytesOfEntry } from './bytes.ts';
import type { Tokenizer } from './types.ts';

/** GPT-2's own pattern, which a ByteLevel pre-tokenizer applies by itself unless told not to. */
const gpt2Pattern = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

type Json = Readonly<Record<string, unknown>>;

class Malformed extends Error {}

/** Bytes; a vocabulary of a million takes about 60 MB. */
const MOST = 100e6;

/** The tokenizer in a file. Fails with 'unreadable' and 'corrupt'. */
export function readTokenizer(path: string): Result<Tokenizer> {
  let json: unknown;
  try {
    const { size } = statSync(path);
    if (size > MOST)
      return failed('corrupt', `The tokenizer at ${path} is none: it is too large. Reinstall the extension.`);
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = messageOf(error);
    return failed('unreadable', `The tokenizer at ${path} cannot be read: ${why}. Reinstall the extension.`);
  }
  return loadTokenizer(json);
}

/**
 * @param json the parsed file: model BPE without byte fallback, no normalizer, pre-tokenizer ByteLevel or
 *   Sequence[Split(Regex, Isolated), ByteLevel]
 * @returns `corrupt` with what is wrong; nothing is guessed
 */
export function loadTokenizer(json: unknown): Result<Tokenizer> {
  try {
    return ok(read(json));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return failed('corrupt', `The tokenizer cannot be used: ${error.message}. Reinstall the extension.`);
  }
}

function read(json: unknown): Tokenizer {
  const file = record(json, 'the file');
  const model = record(file.model, 'model');
  if (model.type !== undefined && model.type !== 'BPE') throw new Malformed('model.type is not "BPE"');
  if (model.byte_fallback === true) throw new Malformed('model.byte_fallback is not supported');
  if (file.normalizer !== undefined && file.normalizer !== null) {
    throw new Malformed('it has a normalizer, which would lose text');
  }
  const special = new Map<string, number>();
  for (const [index, entry] of list(file.added_tokens ?? [], 'added_tokens').entries()) {
    const token = record(entry, `added_tokens[${index}]`);
    special.set(string(token.content, `added_tokens[${index}].content`), id(token.id, `added_tokens[${index}].id`));
  }
  const vocabulary = record(model.vocab, 'model.vocab');
  const ids = new Map<string, number>();
  let size = 0;
  for (const [entry, value] of Object.entries(vocabulary)) {
    ids.set(entry, id(value, `model.vocab[${JSON.stringify(entry)}]`));
    size = Math.max(size, (value as number) + 1);
  }
  for (const value of special.values()) size = Math.max(size, value + 1);
  if (size > ids.size + special.size) throw new Malformed('the ids of model.vocab have holes');

  const bytes: Uint8Array[] = Array.from({ length: size }, () => new Uint8Array(0));
  for (const [entry, value] of ids) {
    if (special.has(entry)) continue;
    const spelled = bytesOfEntry(entry);
    if (spelled === undefined) throw new Malformed(`token ${JSON.stringify(entry)} is not spelled in bytes`);
    bytes[value] = spelled;
  }
  const merges = list(model.merges, 'model.merges').map((merge, rank) => {
    const pair = typeof merge === 'string' ? merge.split(' ') : list(merge, `model.merges[${rank}]`);
    const [left, right] = pair.slice(0, 2).map((part) => string(part, `model.merges[${rank}]`));
    const parts = [left, right, `${left}${right}`].map((part) => ids.get(part ?? ''));
    if (parts.includes(undefined)) throw new Malformed(`merge ${rank} names a token that the vocabulary lacks`);
    return parts as [number, number, number];
  });
  return new BytePairTokenizer({ bytes, merges, special, pattern: pattern(file.pre_tokenizer) });
}

/** The pattern that splits text into words; text between its matches forms words of its own ('Isolated'). */
function pattern(preTokenizer: unknown): RegExp {
  const top = record(preTokenizer, 'pre_tokenizer');
  const steps = top.type === 'Sequence' ? list(top.pretokenizers, 'pre_tokenizer.pretokenizers') : [top];
  let source: string | undefined;
  let byteLevel = false;
  for (const entry of steps) {
    const step = record(entry, 'pre_tokenizer');
    if (step.type === 'ByteLevel') {
      byteLevel = true;
      if (step.add_prefix_space === true) throw new Malformed('add_prefix_space would change the text');
      if (step.use_regex !== false) source ??= gpt2Pattern;
    } else if (step.type === 'Split' && source === undefined && !byteLevel) {
      if (step.behavior !== 'Isolated' || step.invert === true) throw new Malformed('Split must be "Isolated"');
      source = string(record(step.pattern, 'Split.pattern').Regex, 'Split.pattern.Regex');
    } else throw new Malformed(`pre_tokenizer '${string(step.type, 'its type')}' is not supported here`);
  }
  if (!byteLevel || source === undefined) throw new Malformed('pre_tokenizer must split and then be ByteLevel');
  try {
    return new RegExp(source, 'gu');
  } catch (error) {
    throw new Malformed(`its pattern is not a regular expression here: ${(error as Error).message}`);
  }
}

function record(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw new Malformed(`${where} is not an object`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Malformed(`${where} is not a list`);
}

function string(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new Malformed(`${where} is not a string`);
}

function id(value: unknown, where: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 24) return value as number;
  throw new Malformed(`${where} is not a token id`);
}
