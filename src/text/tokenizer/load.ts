// Reads a Hugging Face tokenizer.json (byte-level BPE); errors name the unsupported part.

import { readFileSync, statSync } from 'node:fs';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { BytePairTokenizer } from './bpe.ts';
import { bytesOfEntry } from './bytes.ts';
import { id, list, Malformed, record, string } from './json.ts';
import { splitsOf } from './splits.ts';
import type { Tokenizer } from './types.ts';

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
 * @param json the parsed file: model BPE without byte fallback, normalizer NFC or none, and any number of
 * Split(Isolated) and Digits before a ByteLevel pre-tokenizer
 * @param advice for the user, if the file is not one of ours
 * @returns 'corrupt' with the problem for any other file
 */
export function loadTokenizer(json: unknown, advice = 'Reinstall the extension.'): Result<Tokenizer> {
  try {
    return ok(read(json));
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return failed('corrupt', `The tokenizer cannot be used: ${error.message}. ${advice}`);
  }
}

function read(json: unknown): Tokenizer {
  const file = record(json, 'the file');
  const model = record(file.model, 'model');
  if (model.type !== undefined && model.type !== 'BPE') throw new Malformed('model.type is not "BPE"');
  if (model.byte_fallback === true) throw new Malformed("it is of SentencePiece's kind, with model.byte_fallback");
  const { special, literal } = addedTokens(file.added_tokens);
  const vocabulary = record(model.vocab, 'model.vocab');
  const ids = new Map<string, number>();
  let size = 0;
  // A large vocabulary is read in pieces, because temporary objects would take several times its memory.
  for (const entry of Object.keys(vocabulary)) {
    const value = id(vocabulary[entry], () => `model.vocab[${JSON.stringify(entry)}]`);
    ids.set(entry, value);
    size = Math.max(size, value + 1);
  }
  const added = [...special, ...literal];
  for (const [, value] of added) size = Math.max(size, value + 1);
  if (size > ids.size + added.length) throw new Malformed('the ids of model.vocab have holes');

  const bytes = new Array<Uint8Array>(size).fill(new Uint8Array(0));
  for (const [entry, value] of ids) {
    if (special.has(entry) || literal.has(entry)) continue;
    const spelled = bytesOfEntry(entry);
    if (spelled === undefined) throw new Malformed(`token ${JSON.stringify(entry)} is not spelled in bytes`);
    bytes[value] = spelled;
  }
  for (const [text, value] of literal) bytes[value] = new TextEncoder().encode(text);
  const merges = mergesOf(list(model.merges, 'model.merges'), ids);
  return new BytePairTokenizer({
    bytes,
    merges,
    special,
    literal,
    splits: splitsOf(file.pre_tokenizer),
    composes: composes(file.normalizer),
    wholeWords: model.ignore_merges === true,
  });
}

/** 'a b' or ['a', 'b'] each, as BytePairParts wants them. */
function mergesOf(merges: readonly unknown[], ids: ReadonlyMap<string, number>): Int32Array {
  const parts = new Int32Array(3 * merges.length);
  merges.forEach((merge, rank) => {
    const where = () => `model.merges[${rank}]`;
    let [left, right] = ['', ''];
    if (typeof merge === 'string') {
      const blank = merge.indexOf(' ');
      [left, right] = [merge.slice(0, Math.max(0, blank)), merge.slice(blank + 1)];
    } else {
      const pair = list(merge, where);
      [left, right] = [string(pair[0], where), string(pair[1], where)];
    }
    const [a, b, both] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || both === undefined) {
      throw new Malformed(`merge ${rank} names a token that the vocabulary lacks`);
    }
    parts[3 * rank] = a;
    parts[3 * rank + 1] = b;
    parts[3 * rank + 2] = both;
  });
  return parts;
}

/**
 * Tokens in angle or square brackets are special even if the file does not mark them so: some files mark none.
 */
const MARK = /^<.*>$|^\[.*\]$/su;

function addedTokens(entries: unknown): { special: Map<string, number>; literal: Map<string, number> } {
  const special = new Map<string, number>();
  const literal = new Map<string, number>();
  for (const [index, entry] of list(entries ?? [], 'added_tokens').entries()) {
    const token = record(entry, `added_tokens[${index}]`);
    const content = string(token.content, `added_tokens[${index}].content`);
    const isText = token.special === false && !MARK.test(content) && content !== '';
    if (isText && [token.lstrip, token.rstrip, token.single_word].includes(true))
      throw new Malformed(`added_tokens[${index}] takes the text round it`);
    (isText ? literal : special).set(content, id(token.id, `added_tokens[${index}].id`));
  }
  return { special, literal };
}

/**
 * Whether texts are normalised to NFC before they are encoded. Other normalizers are refused.
 */
function composes(normalizer: unknown): boolean {
  if (normalizer === undefined || normalizer === null) return false;
  const top = record(normalizer, 'normalizer');
  const steps = top.type === 'Sequence' ? list(top.normalizers, 'normalizer.normalizers') : [top];
  return (
    steps.map((step) => {
      if (record(step, 'normalizer').type === 'NFC') return true;
      throw new Malformed('it has a normalizer, which would lose text');
    }).length > 0
  );
}
