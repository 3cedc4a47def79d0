// Reads a Hugging Face tokenizer.json (byte-level BPE); errors name the unsupported part.
import { readFileSync, statSync } from 'node:fs';
import { failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { quoted } from '../../common/plain-text.ts';
import { BytePairTokenizer, bytesOfEntry, type Tokenizer } from './bpe.ts';
import { MalformedTokenizer, readId, readList, readObject, readString, splitsOf } from './splits.ts';

/** Bytes; a vocabulary of a million takes about 60 MB. */
const MAX_FILE_BYTES = 100e6;

/** The tokenizer in a file. Fails with 'unreadable' and 'corrupt'. */
export function readTokenizer(path: string): Result<Tokenizer> {
  let json: unknown;
  try {
    const { size } = statSync(path);
    if (size > MAX_FILE_BYTES)
      return failed('corrupt', `The file ${path} is too large to be a tokenizer. Reinstall the extension.`);
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = messageOf(error);
    return failed('unreadable', `The tokenizer at ${path} cannot be read: ${why}. Reinstall the extension.`);
  }
  return loadTokenizer(json);
}

/**
 * @param json the parsed file: one that ships, or that was made of a GGUF file (`tokenizerJson`)
 * @param advice for the user, if the file did not come with the extension
 * @returns 'corrupt' with the problem for any other file
 */
export function loadTokenizer(json: unknown, advice = 'Reinstall the extension.'): Result<Tokenizer> {
  try {
    return ok(buildTokenizer(json));
  } catch (error) {
    if (!(error instanceof MalformedTokenizer)) throw error;
    return failed('corrupt', `The tokenizer cannot be used: ${error.message}. ${advice}`);
  }
}

function buildTokenizer(json: unknown): Tokenizer {
  const file = readObject(json, 'the file');
  const model = readObject(file.model, 'model');
  const { special, literal } = addedTokens(file.added_tokens);
  const vocabulary = readObject(model.vocab, 'model.vocab');
  const ids = new Map<string, number>();
  let size = 0;
  // Object.entries would allocate a pair per entry, several times the memory of a large vocabulary.
  for (const entry of Object.keys(vocabulary)) {
    const value = readId(vocabulary[entry], () => `model.vocab[${JSON.stringify(entry)}]`);
    ids.set(entry, value);
    size = Math.max(size, value + 1);
  }
  const added = [...special, ...literal];
  for (const [, value] of added) size = Math.max(size, value + 1);
  if (size > ids.size + added.length) throw new MalformedTokenizer('the ids of model.vocab have holes');

  const bytes = new Array<Uint8Array>(size).fill(new Uint8Array(0));
  for (const [entry, value] of ids) {
    if (special.has(entry) || literal.has(entry)) continue;
    const tokenBytes = bytesOfEntry(entry);
    if (tokenBytes === undefined) {
      throw new MalformedTokenizer(`token ${quoted(entry)} is not spelled in the byte alphabet`);
    }
    bytes[value] = tokenBytes;
  }
  for (const [text, value] of literal) bytes[value] = new TextEncoder().encode(text);
  const merges = mergesOf(readList(model.merges, 'model.merges'), ids);
  return new BytePairTokenizer({
    bytes,
    merges,
    special,
    literal,
    splits: splitsOf(file.pre_tokenizer),
    normalizesToNfc: (file.normalizer as { readonly type?: unknown } | null | undefined)?.type === 'NFC',
    ignoresMerges: model.ignore_merges === true,
  });
}

/** Converts merges, each 'a b' or ['a', 'b'], to the ids of `BytePairParts.merges`. */
function mergesOf(merges: readonly unknown[], ids: ReadonlyMap<string, number>): Int32Array {
  const parts = new Int32Array(3 * merges.length);
  merges.forEach((merge, rank) => {
    const where = () => `model.merges[${rank}]`;
    let [left, right] = ['', ''];
    if (typeof merge === 'string') {
      const blank = merge.indexOf(' ');
      [left, right] = [merge.slice(0, Math.max(0, blank)), merge.slice(blank + 1)];
    } else {
      const pair = readList(merge, where);
      [left, right] = [readString(pair[0], where), readString(pair[1], where)];
    }
    const [a, b, both] = [ids.get(left), ids.get(right), ids.get(left + right)];
    if (a === undefined || b === undefined || both === undefined) {
      throw new MalformedTokenizer(`merge ${rank} names a token that is not in the vocabulary`);
    }
    parts[3 * rank] = a;
    parts[3 * rank + 1] = b;
    parts[3 * rank + 2] = both;
  });
  return parts;
}

/** Tokens in angle or square brackets are special even if the file does not mark them: some files mark no token. */
const BRACKETED = /^<.*>$|^\[.*\]$/su;

function addedTokens(entries: unknown): { special: Map<string, number>; literal: Map<string, number> } {
  const special = new Map<string, number>();
  const literal = new Map<string, number>();
  for (const [index, entry] of readList(entries ?? [], 'added_tokens').entries()) {
    const token = readObject(entry, `added_tokens[${index}]`);
    const content = readString(token.content, `added_tokens[${index}].content`);
    const isText = token.special === false && !BRACKETED.test(content) && content !== '';
    (isText ? literal : special).set(content, readId(token.id, `added_tokens[${index}].id`));
  }
  return { special, literal };
}
