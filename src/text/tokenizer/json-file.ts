// Writes Hugging Face's tokenizer.json for a byte-level byte-pair encoding.

/** Maps bytes to the alphabet and back. @param useRegex also split words by GPT-2's pattern */
export const byteLevelStep = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});

/** A pre-tokenizer step that makes each match a word. */
export const splitStep = (regex: string) => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior: 'Isolated',
  invert: false,
});

/** A pre-tokenizer step that makes each digit a word. */
export const digitsStep = { type: 'Digits', individual_digits: true };

/** @param special true: the token represents no text; false: this text is one token wherever it occurs */
export const addedToken = (id: number, content: string, special: boolean) => ({
  ...{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false },
  special,
});

export interface TokenizerParts<Merge extends string | readonly string[]> {
  /** Entries in the byte-level alphabet. */
  readonly vocab: Readonly<Record<string, number>>;
  /** Each is 'a b' or ['a', 'b']; best first. */
  readonly merges: readonly Merge[];
  readonly added: readonly ReturnType<typeof addedToken>[];
  /** The steps that split a text into words; the last is a ByteLevel. */
  readonly steps: readonly object[];
  readonly normalizer?: object;
  /** Whether a word in the vocabulary is always one token, without merges. */
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
    decoder: byteLevelStep(true),
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
