// The text that tokens spell. A character may be spread over several tokens: one that is not whole yet is left out.
import type { Tokenizer } from '../../../src/tokenizer/types.ts';

/** @param skip bytes at the front that are not part of it */
export function textOf(tokens: readonly { readonly id: number }[], tokenizer: Tokenizer, skip = 0): string {
  const bytes = Buffer.concat(tokens.map(({ id }) => tokenizer.bytesOf(id)));
  // `stream` holds an unfinished character back instead of replacing it.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(skip), { stream: true });
}
