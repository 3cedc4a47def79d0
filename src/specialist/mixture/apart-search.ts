// The neural model's own proposals where its words are others than the n-grams': a beam over its tokens alone, with what was taken back of
// the text spelled again in any way: by a token that covers it, or by several.
import type { Path } from '../../neural/decoding/branches.ts';
import { allowedTokens, spelled } from '../../neural/decoding/healing.ts';
import { logOf } from './apart-scores.ts';
import { type ApartWords, tokenHead } from './apart-words.ts';
import { probability } from './reader.ts';
import type { SearchLimits, SearchRoot } from './search.ts';

interface Hypothesis {
  readonly path: Path;
  /** Bytes behind the cursor. */
  readonly bytes: readonly number[];
  readonly healing: Uint8Array;
  readonly logProbability: number;
}

/**
 * Texts behind the cursor up to the line's end, most probable first. Rejects with the signal's reason.
 * @param healed bytes before the cursor that are spelled again
 * @param lineEnds see Reader.read
 */
export async function proposeLines(
  { branches, contextLength, logits: rootLogits }: SearchRoot,
  words: ApartWords,
  {
    healed,
    lineEnds,
    maxTokens,
  }: { readonly healed: Uint8Array; readonly lineEnds: boolean; readonly maxTokens: number },
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<string[]> {
  const { tokenizer } = words.vocabulary;
  let beam: Hypothesis[] = [{ path: [], bytes: [], healing: healed, logProbability: 0 }];
  const done: Hypothesis[] = [];
  let logits = [rootLogits];
  try {
    for (let depth = 0; depth < maxTokens; depth++) {
      const grown: Hypothesis[] = [];
      beam.forEach((hypothesis, row) => {
        const { path, bytes, healing, logProbability } = hypothesis;
        const allowed = healing.length > 0 ? allowedTokens(tokenizer, healing) : undefined;
        const scores = logits[row] as Float32Array;
        const reading = words.reader.read(scores, 0, lineEnds, allowed);
        if (!allowed && reading.finish > 1e-4)
          done.push({ ...hypothesis, logProbability: logProbability + logOf(reading.finish) });
        // What is spelled again may be a line end with its indent, which a reading counts as the end.
        const next = allowed ? likeliest(allowed, scores, limits.branching) : reading.best.slice(0, limits.branching);
        for (const token of next) {
          const more = tokenizer.bytesOf(token);
          const fresh = more.subarray(Math.min(healing.length, more.length));
          const head = tokenHead(fresh);
          if (head && !lineEnds) continue;
          const longer = {
            path: [...path, token],
            bytes: [...bytes, ...(head ?? fresh)],
            healing: healing.length === 0 ? healing : spelled(healing, more),
            logProbability: logProbability + logOf(probability(reading, token)),
          };
          (head ? done : grown).push(longer);
        }
      });
      const byProbability = (a: Hypothesis, b: Hypothesis) => b.logProbability - a.logProbability;
      done.sort(byProbability);
      grown.sort(byProbability);
      const best = Math.max(done[0]?.logProbability ?? Number.NEGATIVE_INFINITY, grown[0]?.logProbability ?? 0);
      const enough = done[limits.wanted - 1]?.logProbability ?? Number.NEGATIVE_INFINITY;
      const floor = Math.max(best - limits.hopeless, enough);
      beam = grown.filter((each) => each.logProbability > floor).slice(0, limits.beam);
      const room = contextLength - branches.root - depth;
      if (beam.length === 0 || depth + 1 >= Math.min(maxTokens, limits.passes) || room < 2) break;
      signal?.throwIfAborted();
      logits = await branches.run(beam.map(({ path }) => path));
    }
  } finally {
    branches.settle();
  }
  signal?.throwIfAborted();
  return (done.length > 0 ? done : beam).flatMap(({ bytes, healing }) => (healing.length > 0 ? [] : textOf(bytes)));
}

/** The `count` tokens with the highest scores, best first. */
function likeliest(tokens: readonly number[], scores: Float32Array, count: number): number[] {
  const best: number[] = [];
  const score = (token: number | undefined) =>
    (token === undefined ? Number.NEGATIVE_INFINITY : scores[token]) as number;
  for (const token of tokens) {
    if (score(token) <= score(best[count - 1])) continue;
    let place = Math.min(best.length, count - 1);
    for (; place > 0 && score(token) > score(best[place - 1]); place--) best[place] = best[place - 1] as number;
    best[place] = token;
  }
  return best;
}

/** None where the bytes are no whole characters. */
function textOf(bytes: readonly number[]): string[] {
  try {
    return [new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes))];
  } catch {
    return [];
  }
}
