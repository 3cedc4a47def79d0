// Beam search over the neural model's own tokens, if its tokenizer differs from that of the n-grams. The search may
// spell the healed text before the cursor with one or several tokens.
import type { Path } from '../../neural/inference/branches.ts';
import { allowedTokens, remainingBytes } from '../../neural/inference/healing.ts';
import type { BeamHypothesis } from '../ngram/beam-search.ts';
import { type SearchLimits, type SearchRoot, searchBranches } from './branch-search.ts';
import { logOf, probability } from './logit-reader.ts';
import { tokenHead, type VocabularyMapping } from './vocabulary-mapping.ts';

interface Hypothesis extends BeamHypothesis {
  readonly path: Path;
  /** Bytes after the cursor. */
  readonly bytes: readonly number[];
  readonly healing: Uint8Array;
}

/**
 * Texts from the cursor to the line's end, most probable first. Rejects with the signal's reason.
 * @param healed bytes before the cursor that the first tokens must repeat
 * @param lineEnds see LogitReader.read
 */
export async function proposeLines(
  root: SearchRoot,
  mapping: VocabularyMapping,
  {
    healed,
    lineEnds,
    maxTokens,
  }: { readonly healed: Uint8Array; readonly lineEnds: boolean; readonly maxTokens: number },
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<string[]> {
  const { tokenizer } = mapping.vocabulary;
  const continuations = (hypothesis: Hypothesis, logits: Float32Array): Hypothesis[] => {
    const { path, bytes, healing, logProbability } = hypothesis;
    const allowed = healing.length > 0 ? allowedTokens(tokenizer, healing) : undefined;
    const reading = mapping.reader.read(logits, 0, lineEnds, allowed);
    const found: Hypothesis[] = [];
    if (!allowed && reading.finish > 1e-4)
      found.push({ ...hypothesis, logProbability: logProbability + logOf(reading.finish), finished: true });
    // The healed text may contain a line end and an indent, which `reading` would count as the end of the line.
    const next = allowed ? likeliest(allowed, logits, limits.branching) : reading.best.slice(0, limits.branching);
    for (const token of next) {
      const more = tokenizer.bytesOf(token);
      const fresh = more.subarray(Math.min(healing.length, more.length));
      const head = tokenHead(fresh);
      if (head && !lineEnds) continue;
      found.push({
        path: [...path, token],
        bytes: [...bytes, ...(head ?? fresh)],
        healing: healing.length === 0 ? healing : remainingBytes(healing, more),
        logProbability: logProbability + logOf(probability(reading, token)),
        finished: head !== undefined,
      });
    }
    return found;
  };
  const start: Hypothesis = { path: [], bytes: [], healing: healed, logProbability: 0, finished: false };
  const scorer = { continuations, path: ({ path }: Hypothesis) => path };
  const found = await searchBranches(root, start, scorer, maxTokens, limits, signal);
  return found.flatMap(({ bytes, healing }) => (healing.length > 0 ? [] : textOf(bytes)));
}

/** The `count` tokens with the highest scores, best first. */
function likeliest(tokens: readonly number[], scores: Float32Array, count: number): number[] {
  const best: number[] = [];
  const score = (token: number | undefined) =>
    (token === undefined ? Number.NEGATIVE_INFINITY : scores[token]) as number;
  for (const token of tokens) {
    if (score(token) <= score(best[count - 1])) continue;
    let slot = Math.min(best.length, count - 1);
    for (; slot > 0 && score(token) > score(best[slot - 1]); slot--) best[slot] = best[slot - 1] as number;
    best[slot] = token;
  }
  return best;
}

/** Empty if the bytes are not whole characters. */
function textOf(bytes: readonly number[]): string[] {
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return [];
  }
}
