// The tokenizer's interface: text <-> ids.

export interface Tokenizer {
  readonly vocabularySize: number;
  /**
   * Ids of the text's UTF-8 bytes. Special tokens in the text are encoded as ordinary text. decode(encode(t)) is t, or
   * the NFC form of t.
   */
  encode(text: string): Int32Array;
  decode(ids: ArrayLike<number>): string;
  /** The token's bytes; empty for a special token. */
  bytesOf(id: number): Uint8Array;
  /** Ids of all tokens whose bytes begin with `prefix` (for healing a cursor inside a token). */
  idsStartingWith(prefix: Uint8Array): Int32Array;
  /** Special tokens by name, e.g. '<|file|>'; undefined if there is none. */
  special(name: string): number | undefined;
}
