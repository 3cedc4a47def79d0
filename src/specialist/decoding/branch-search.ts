// Beam search over the neural model's tree of tokens (branches.ts): one pass at each depth for all open hypotheses.

import type { Branches, Path } from '../../neural/inference/branches.ts';
import { type BeamHypothesis, type BeamLimits, BeamSearch } from '../ngram/beam-search.ts';

export interface SearchLimits extends BeamLimits {
  /** Maximum number of continuations of one hypothesis that are scored. */
  readonly branching: number;
  /** Maximum number of passes of the neural model, which bounds the latency. */
  readonly passes: number;
}

export interface SearchRoot {
  /** The tree after the prompt. Tokens that the search has run stay there. */
  readonly branches: Branches;
  readonly contextLength: number;
  /** Logits after the prompt, [vocabulary]. */
  readonly logits: Float32Array;
}

export interface BranchScorer<H extends BeamHypothesis> {
  /** The continuations of a hypothesis, also finished ones. `logits` follow its last token, [vocabulary]. */
  readonly continuations: (hypothesis: H, logits: Float32Array, depth: number) => readonly H[];
  /** The hypothesis' tokens after the prompt. */
  readonly path: (hypothesis: H) => Path;
  /** Longer paths, with at most `maxMore` more tokens, that later passes probably need. They are run in the same pass. */
  readonly predictedPaths?: (hypothesis: H, maxMore: number) => readonly Path[];
}

/** Finished hypotheses, or open ones if none finished; most probable first. Rejects with the signal's reason. */
export async function searchBranches<H extends BeamHypothesis>(
  root: SearchRoot,
  start: H,
  { continuations, path, predictedPaths = () => [] }: BranchScorer<H>,
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
      const freeTokens = contextLength - branches.root - depth;
      if (open.length === 0 || depth + 1 >= Math.min(maxTokens, limits.passes) || freeTokens < 2) break;
      signal?.throwIfAborted();
      const maxMore = Math.min(freeTokens - 2, maxTokens - depth - 2);
      logits = await branches.run(open.map(path), () =>
        open.flatMap((hypothesis) => predictedPaths(hypothesis, maxMore)),
      );
    }
  } finally {
    branches.settle();
  }
  signal?.throwIfAborted();
  return beam.found;
}
