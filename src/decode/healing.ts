// Token healing: the cursor may stand inside what would be one token. The last tokens of the prompt are taken back, and the first
// new ones must spell their bytes.
import { startsWithBytes } from '../tokenizer/bytes.ts';
import type { Tokenizer } from '../tokenizer/types.ts';

/** Tokens taken back at most: a long identifier's beginning can be several. */
const DEEPEST = 4;

export interface Healed {
  readonly prompt: readonly number[];
  /** What the next tokens must begin with; empty: nothing to heal. */
  readonly bytes: Uint8Array;
}

/** Takes back as many tokens as some longer token begins with. */
export function heal(tokenizer: Tokenizer, prompt: readonly number[]): Healed {
  let best: Healed = { prompt, bytes: new Uint8Array() };
  let bytes = new Uint8Array();
  for (let count = 1; count <= Math.min(DEEPEST, prompt.length - 1); count++) {
    const token = tokenizer.bytesOf(prompt[prompt.length - count] as number);
    if (token.length === 0) break;
    const joined = new Uint8Array(token.length + bytes.length);
    joined.set(token);
    joined.set(bytes, token.length);
    bytes = joined;
    const longer = tokenizer.idsStartingWith(bytes).some((id) => tokenizer.bytesOf(id).length > bytes.length);
    if (longer) best = { prompt: prompt.slice(0, -count), bytes };
  }
  return best;
}

/** Tokens that may come while `left` is still to be spelled: those that begin with it, and those that it begins with. */
export function allowedTokens(tokenizer: Tokenizer, left: Uint8Array): number[] {
  const allowed = [...tokenizer.idsStartingWith(left)];
  for (let length = 1; length < left.length; length++) {
    const part = left.subarray(0, length);
    for (const id of tokenizer.idsStartingWith(part)) if (tokenizer.bytesOf(id).length === length) allowed.push(id);
  }
  return allowed.sort((a, b) => a - b);
}

/** What is left to spell after `token`. */
export function spelled(left: Uint8Array, token: Uint8Array): Uint8Array {
  return startsWithBytes(token, left) ? new Uint8Array() : left.subarray(token.length);
}
