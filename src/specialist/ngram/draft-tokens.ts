// The tokens of a search as a draft's: with their texts, and without what healing repeats.
import type { DraftToken } from '../../common/completion.ts';
import type { Hypothesis, Step } from './search.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The text after the cursor, without the bytes that healing repeats. */
export function textOf({ steps }: Hypothesis, healed: Uint8Array, vocabulary: Vocabulary): string {
  const bytes = vocabulary.bytesOf(steps.map((step) => step.token));
  return vocabulary.decode(bytes.subarray(healed.length));
}

/**
 * Tokens with the part of `text` that each stands for. The probability of tokens that only repeat healed bytes is
 * multiplied into the first token with new text.
 */
export function draftTokens(
  steps: readonly Step[],
  text: string,
  healed: Uint8Array,
  { tokenizer }: Vocabulary,
): DraftToken[] {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let skip = healed.length;
  let left = text.length;
  let repeated = 1;
  const tokens: DraftToken[] = [];
  for (const { token, ...features } of steps) {
    const bytes = tokenizer.bytesOf(token);
    const skipped = Math.min(skip, bytes.length);
    skip -= skipped;
    if (skipped === bytes.length) {
      repeated *= features.probability;
      continue;
    }
    const piece = decoder.decode(bytes.subarray(skipped), { stream: true }).slice(0, left);
    left -= piece.length;
    tokens.push({
      text: piece,
      ...features,
      probability: features.probability * repeated,
      margin: features.margin * repeated,
    });
    repeated = 1;
    if (left === 0) break;
  }
  return tokens;
}
