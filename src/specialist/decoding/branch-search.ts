// Beam search over the neural model's tree of tokens (branches.ts): one pass at each depth for all open hypotheses.

import type { Branches, Path } from '../../neural/inference/branches.ts';
import { type BeamHypothesis, type BeamLimits, BeamSearch } from '../ngram/beam-search.ts';

export interface SearchLimits extends BeamLimits {
  /** Continuations of one hypothesis that are scored. */
  readonly branching: number;
  /** Passes of the neural model: bounds the latency. */
  readonly passes: number;
}

export interface SearchRoot {
  /** Behind the prompt: tokens that the search has run stay there. */
  readonly branches: Branches;
  readonly contextLength: number;
  /** Logits after the prompt, [vocabulary]. */
  readonly logits: Float32Array;
}

export interface BranchScorer<H extends BeamHypothesis> {
  /** The continuations of a hypothesis, finished ones among them. `logits`: after its last token, [vocabulary]. */
  readonly continuations: (hypothesis: H, logits: Float32Array, depth: number) => readonly H[];
  /** The hypothesis' tokens from the prompt's end on. */
  readonly path: (hypothesis: H) => Path;
  /** Paths with at most `most` more tokens that the next passes probably need, to be run in the same pass. */
  readonly ahead?: (hypothesis: H, most: number) => readonly Path[];
}

/** Finished hypotheses, or open ones if none finished; most probable first. Rejects with the signal's reason. */
export async function searchBranches<H extends BeamHypothesis>(
  root: SearchRoot,
  start: H,
  { continuations, path, ahead = () => [] }: BranchScorer<H>,
  maxTokens: number,
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<readonly H[]> {
  const { branches, contextLength } = root;
  const beam = new BeamSearch(start, limits);
  let logits: readonly Float32Array[] = [root.logits];
  try {
    for (let depth = 0; depth < maxTokens; depth++) {
      beam.advance((hypothesis, row) => continuations(hypothesis, logits[row] as Float32Array, depth));
      const { open } = beam;
      const room = contextLength - branches.root - depth;
      if (open.length === 0 || depth + 1 >= Math.min(maxTokens, limits.passes) || room < 2) break;
      signal?.throwIfAborted();
      const most = Math.min(room - 2, maxTokens - depth - 2);
      logits = await branches.run(open.map(path), () => open.flatMap((hypothesis) => ahead(hypothesis, most)));
    }
  } finally {
    branches.settle();
  }
  signal?.throwIfAborted();
  return beam.found;
}
