// The layout of Hugging Face's tokenizer.json for a byte-level byte-pair encoding, as it is written.

/** ByteLevel as a step that cuts words, or does not, and as what decodes. */
export const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});

/** A step whose matches are words. */
export const split = (regex: string) => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
});

/** A step that makes each digit a word. */
export const digits = { type: 'Digits', individual_digits: true };

/** @param special stands for no text; else it is a text that is one token wherever it stands */
export const addedToken = (id: number, content: string, special: boolean) => ({
  ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false },
  special,
});

/** What a tokenizer is made of. */
export interface TokenizerParts<Merge extends string | readonly string[]> {
  /** Entries in the byte-level alphabet. */
  readonly vocab: Readonly<Record<string, number>>;
  /** 'a b' or ['a', 'b'] each, best first. */
  readonly merges: readonly Merge[];
  readonly added: readonly ReturnType<typeof addedToken>[];
  /** Cut a text into words, one after the other; the last is a ByteLevel. */
  readonly steps: readonly object[];
  readonly normalizer?: object;
  /** A word that is a token is one, whatever the merges make of it. */
  readonly ignoresMerges?: boolean;
}

export function tokenizerJson<Merge extends string | readonly string[]>(parts: TokenizerParts<Merge>) {
  const { vocab, merges, added, steps, normalizer, ignoresMerges } = parts;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: normalizer ?? null,
    pre_tokenizer: steps.length === 1 ? steps[0] : { type: 'Sequence', pretokenizers: steps },
    post_processor: null,
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoresMerges === true,
      vocab,
      merges,
    },
  };
}
