// Beam search for the rest of the line under the mixture: one pass of the neural model at each depth for all open
// hypotheses. A pass also runs tokens that the n-grams predict with confidence.
import type { Path } from '../../neural/inference/branches.ts';
import { remainingBytes } from '../../neural/inference/prefill.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { type BeamLimits, BeamSearch, contextWithRoom, type Hypothesis, matchOf, type Step } from '../ngram/search.ts';
import { logOf } from './logit-reader.ts';
import type { MixedPrediction, NextTokenMixer } from './next-token-mixer.ts';
import type { PromptScores } from './next-token-scores.ts';
import { likelyTokens, REST_ENTRIES } from './ngram-predictions.ts';

/**
 * A line or its beginning. `neural` and `ngram` are log probabilities of its tokens and, if finished, of its end.
 * `lowestNeural` is the neural model's lowest probability of a token.
 */
export interface MixHypothesis extends Hypothesis {
  readonly neural: number;
  readonly lowestNeural: number;
  readonly ngram: number;
}

export interface SearchLimits extends BeamLimits {
  /** Maximum number of continuations of one hypothesis that are scored. */
  readonly branching: number;
  /** Maximum number of passes of the neural model, which bounds the latency. */
  readonly passes: number;
}

export const LINE_LIMITS: SearchLimits = { width: 4, branching: 4, wanted: 6, pruning: 3, passes: 40 };

/**
 * A pass may also evaluate up to this many tokens that the n-grams predict after a branch. A wrong prediction costs one
 * row, about a third of a pass; a right one saves a whole pass.
 */
const MAX_PREDICTED = 3;
/** Minimum joint n-gram probability of the predicted tokens. */
const MIN_PREDICTED_PROBABILITY = 0.5;

export interface SearchStart {
  /** Tokens up to the healed cursor; only the last ones matter. */
  readonly before: Int32Array;
  /** Bytes that the first tokens have to repeat. */
  readonly healed: Uint8Array;
  readonly maxTokens: number;
}

/** Finished lines, or unfinished ones if none finished; most probable first. Rejects with the signal's reason. */
export async function searchLine(
  scores: Pick<PromptScores<Float32Array>, 'room' | 'run'>,
  mixer: NextTokenMixer,
  { before, healed, maxTokens }: SearchStart,
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<MixHypothesis[]> {
  const { predictor } = mixer;
  const { context, kept: contextLength } = contextWithRoom(before, maxTokens + REST_ENTRIES);
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
  const continuations = (hypothesis: MixHypothesis, logits: Float32Array, depth: number): MixHypothesis[] => {
    context.set(pathOf(hypothesis), contextLength);
    const prediction = mixer.predict(context, contextLength + depth, hypothesis.healing, logits, depth === 0);
    const ended = finish(hypothesis, prediction, predictor);
    const longer = extend(hypothesis, prediction, predictor, limits.branching);
    return ended ? [ended, ...longer] : longer;
  };
  const predictedPaths = (hypothesis: MixHypothesis, most: number): Path[] => {
    if (hypothesis.healing.length > 0) return [];
    const path = pathOf(hypothesis);
    context.set(path, contextLength);
    const end = contextLength + path.length;
    const wanted = Math.min(MAX_PREDICTED, most);
    const tokens = likelyTokens(predictor, context, end, wanted, MIN_PREDICTED_PROBABILITY);
    return tokens.map((_, i) => [...path, ...tokens.slice(0, i + 1)]);
  };
  const beam = new BeamSearch(start, limits);
  let logits = await scores.run([[]], signal);
  for (let depth = 0; depth < maxTokens; depth++) {
    beam.advance((hypothesis, row) => continuations(hypothesis, logits[row] as Float32Array, depth));
    const { open } = beam;
    const free = scores.room - depth;
    if (open.length === 0 || depth + 1 >= Math.min(maxTokens, limits.passes) || free < 2) break;
    const most = Math.min(free - 2, maxTokens - depth - 2);
    logits = await scores.run(open.map(pathOf), signal, () =>
      open.flatMap((hypothesis) => predictedPaths(hypothesis, most)),
    );
  }
  signal?.throwIfAborted();
  return beam.found.slice(0, limits.wanted);
}

const pathOf = ({ steps }: MixHypothesis): Path => steps.map(({ token }) => token);

function finish(
  hypothesis: MixHypothesis,
  { finish: lineEndProbability }: MixedPrediction,
  predictor: Predictor,
): MixHypothesis | undefined {
  if (hypothesis.healing.length > 0 || lineEndProbability.mixed < 1e-4) return undefined;
  const actualLineEnd = predictor.own.after[0];
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
  { evidence, vocabulary: { tokenizer } }: Predictor,
  branching: number,
): MixHypothesis[] {
  return options.slice(0, branching).map(({ token, ngram, neural, mixed }, i) => {
    const rival = Math.max(options[i === 0 ? 1 : 0]?.mixed ?? 0, lineEndProbability.mixed);
    const step: Step = {
      token,
      probability: mixed,
      margin: mixed - rival,
      entropy,
      ...matchOf(evidence),
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
      healing: remainingBytes(hypothesis.healing, tokenizer.bytesOf(token)),
    };
  });
}
