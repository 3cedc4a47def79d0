// Takes tokens back before a cursor that stands inside what would be one token.
import type { Tokenizer } from '../../../src/tokenizer/types.ts';

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
