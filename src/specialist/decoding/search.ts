// Beam search for the rest of the line under the mixture. Each pass of the neural model also runs tokens that the
// n-grams predict with confidence.

import { remainingBytes } from '../../neural/inference/healing.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { NgramCursorPosition } from '../ngram/model.ts';
import type { Hypothesis, Step } from '../ngram/search.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { type BranchScorer, type SearchLimits, type SearchRoot, searchBranches } from './branch-search.ts';
import { logOf } from './logit-reader.ts';
import type { MixedPrediction, NextTokenMixer } from './next-token-mixer.ts';

/**
 * A line or its beginning. `neural` and `ngram` are log probabilities of its tokens and, if finished, of its end.
 * `lowestNeural` is the neural model's lowest probability of a token.
 */
export interface MixHypothesis extends Hypothesis {
  readonly neural: number;
  readonly lowestNeural: number;
  readonly ngram: number;
}

export const LINE_LIMITS: SearchLimits = { width: 4, branching: 4, wanted: 6, pruning: 3, passes: 40 };

/**
 * Free entries at the end of `context`. `restProbability` (rest-of-line.ts) writes the rest of the cursor's line there.
 */
export const REST_ENTRIES = 6;
/**
 * A pass may also evaluate up to this many tokens that the n-grams predict after a branch. A wrong prediction costs one
 * row, about a third of a pass; a right one saves a whole pass.
 */
const MAX_PREDICTED = 3;
/** Minimum joint n-gram probability of the predicted tokens. */
const MIN_PREDICTED_PROBABILITY = 0.5;

/** Both models at the query's cursor. */
export interface SearchModels {
  readonly position: NgramCursorPosition;
  readonly vocabulary: Vocabulary;
  readonly mixer: NextTokenMixer;
}

export interface SearchStart {
  /** Tokens up to the healed cursor; only the last ones matter. */
  readonly before: Int32Array;
  /** Bytes that the first tokens have to repeat. */
  readonly healed: Uint8Array;
  readonly maxTokens: number;
}

/** Finished lines, or unfinished ones if none finished; most probable first. Rejects with the signal's reason. */
export async function searchLine(
  root: SearchRoot,
  { position, vocabulary, mixer }: SearchModels,
  { before, healed, maxTokens }: SearchStart,
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<MixHypothesis[]> {
  const contextLength = Math.min(before.length, longestMatch);
  const context = new Int32Array(contextLength + maxTokens + REST_ENTRIES);
  context.set(before.subarray(before.length - contextLength));
  const start: MixHypothesis = {
    steps: [],
    logProbability: 0,
    finished: false,
    logLineEnd: Number.NEGATIVE_INFINITY,
    healing: healed,
    neural: 0,
    lowestNeural: 1,
    ngram: 0,
  };
  const path = ({ steps }: MixHypothesis) => steps.map(({ token }) => token);
  const scorer: BranchScorer<MixHypothesis> = {
    path,
    continuations: (hypothesis, logits, depth) => {
      const tokens = path(hypothesis);
      context.set(tokens, contextLength);
      const prediction = mixer.predict(
        context,
        contextLength + tokens.length,
        hypothesis.healing,
        logits,
        0,
        depth === 0,
      );
      const ended = finish(hypothesis, prediction, position);
      const longer = extend(hypothesis, prediction, position, vocabulary, limits.branching);
      return ended ? [ended, ...longer] : longer;
    },
    predictedPaths: (hypothesis, most) =>
      hypothesis.healing.length === 0
        ? predictedPathsAfter(
            context,
            contextLength,
            path(hypothesis),
            position,
            vocabulary,
            Math.min(MAX_PREDICTED, most),
          )
        : [],
  };
  return (await searchBranches(root, start, scorer, maxTokens, limits, signal)).slice(0, limits.wanted);
}

/** Extends a path by the n-grams' best tokens while they are sure. Returns every extended path, for the same pass. */
function predictedPathsAfter(
  context: Int32Array,
  start: number,
  path: readonly number[],
  { predictor, scope, path: file }: NgramCursorPosition,
  { endsLine }: Vocabulary,
  most: number,
): number[][] {
  context.set(path, start);
  const paths: number[][] = [];
  let jointProbability = 1;
  let extended = path;
  while (paths.length < most) {
    predictor.predict(context, start + extended.length, scope, file);
    const { evidence, mixture } = predictor;
    let best = -1;
    for (let slot = 0; slot < evidence.size; slot++) {
      if (best < 0 || (mixture.probabilities[slot] as number) > (mixture.probabilities[best] as number)) best = slot;
    }
    const token = evidence.candidates[best];
    jointProbability *= mixture.probabilities[best] ?? 0;
    if (token === undefined || endsLine[token] === 1 || jointProbability < MIN_PREDICTED_PROBABILITY) break;
    context[start + extended.length] = token;
    extended = [...extended, token];
    paths.push([...extended]);
  }
  return paths;
}

function finish(
  hypothesis: MixHypothesis,
  { finish: lineEndProbability }: MixedPrediction,
  { predictor, own: ownFile }: NgramCursorPosition,
): MixHypothesis | undefined {
  if (hypothesis.healing.length > 0 || lineEndProbability.mixed < 1e-4) return undefined;
  const actualLineEnd = ownFile.after[0];
  return {
    ...hypothesis,
    logProbability: hypothesis.logProbability + logOf(lineEndProbability.mixed),
    neural: hypothesis.neural + logOf(lineEndProbability.neural),
    ngram: hypothesis.ngram + logOf(lineEndProbability.ngram),
    finished: true,
    logLineEnd: actualLineEnd === undefined ? Number.NEGATIVE_INFINITY : logOf(predictor.probabilityOf(actualLineEnd)),
  };
}

function extend(
  hypothesis: MixHypothesis,
  { options, finish: lineEndProbability, entropy, facts }: MixedPrediction,
  { predictor }: NgramCursorPosition,
  { tokenizer }: Vocabulary,
  branching: number,
): MixHypothesis[] {
  const { evidence } = predictor;
  return options.slice(0, branching).map(({ token, ngram, neural, mixed }, i) => {
    const rival = Math.max(options[i === 0 ? 1 : 0]?.mixed ?? 0, lineEndProbability.mixed);
    const step: Step = {
      token,
      probability: mixed,
      margin: mixed - rival,
      entropy,
      matchLength: facts.matchLength,
      count: facts.matchCount,
      tier: evidence.matchTier,
      ...(i === 0 && facts.modelsAgree && mixed >= lineEndProbability.mixed && { agreed: true }),
    };
    return {
      steps: [...hypothesis.steps, step],
      logProbability: hypothesis.logProbability + logOf(mixed),
      neural: hypothesis.neural + logOf(neural),
      lowestNeural: Math.min(hypothesis.lowestNeural, neural),
      ngram: hypothesis.ngram + logOf(ngram),
      finished: false,
      logLineEnd: Number.NEGATIVE_INFINITY,
      healing:
        hypothesis.healing.length === 0
          ? hypothesis.healing
          : remainingBytes(hypothesis.healing, tokenizer.bytesOf(token)),
    };
  });
}
