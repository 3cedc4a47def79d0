// Token healing: the cursor may be inside the text of one token. The last tokens before it are removed, and the first
// new tokens have to spell their bytes again.
import { startsWithBytes } from '../../text/tokenizer/bytes.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';

/**
 * Tokens that may come while `left` remains to be spelled: tokens that begin with it, and tokens that it begins with.
 */
export function allowedTokens(tokenizer: Tokenizer, left: Uint8Array): number[] {
  const allowed = [...tokenizer.idsStartingWith(left)];
  for (let length = 1; length < left.length; length++) {
    const part = left.subarray(0, length);
    for (const id of tokenizer.idsStartingWith(part)) if (tokenizer.bytesOf(id).length === length) allowed.push(id);
  }
  return allowed.sort((a, b) => a - b);
}

/** The bytes that remain to be spelled after `token`. */
export function remainingBytes(left: Uint8Array, token: Uint8Array): Uint8Array {
  return startsWithBytes(token, left) ? new Uint8Array() : left.subarray(token.length);
}
