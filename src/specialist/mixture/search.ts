// Beam search for the rest of the line under the mixture: at each depth one pass of the neural model over all open branches that no
// pass before has looked at; it takes along what the n-grams are sure to come next.

import type { Branches } from '../../neural/decoding/branches.ts';
import { spelled } from '../../neural/decoding/healing.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { PredictionPoint } from '../ngram/model.ts';
import type { Hypothesis, Step } from '../ngram/search.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import type { NextTokenMixer, View } from './view.ts';

/** A line, or its beginning, with what each model alone thinks of it. Log probabilities; sums run over tokens and the end. */
export interface MixHypothesis extends Hypothesis {
  readonly neural: number;
  readonly lowestNeural: number;
  readonly ngram: number;
}

export interface SearchLimits {
  readonly beam: number;
  /** Continuations of one branch that are looked at. */
  readonly branching: number;
  /** Finished lines to choose from. */
  readonly wanted: number;
  /** A branch that much less likely (nats) than the best is given up. */
  readonly hopeless: number;
  /** Passes of the neural model: bounds the latency. */
  readonly passes: number;
}

export const LINE_LIMITS: SearchLimits = { beam: 4, branching: 4, wanted: 6, hopeless: 3, passes: 40 };

/** Room in the context for the tokens of the line's rest, which the view looks ahead to. */
export const LOOK_AHEAD = 6;
/**
 * Tokens that a pass runs ahead of a branch, and how sure the n-grams must be of them: what is run in vain costs a row, a third of
 * the pass that is spared otherwise.
 */
const AHEAD = 3;
const SURE = 0.5;
const LEAST = 1e-12;
const logOf = (p: number) => Math.log(Math.max(LEAST, p));

export interface SearchRoot {
  /** Behind the prompt: what the search looks at stays there. */
  readonly branches: Branches;
  readonly contextLength: number;
  /** Logits after the prompt, [vocabulary]. */
  readonly logits: Float32Array;
}

/** Both models at the query's place. */
export interface Models {
  readonly place: PredictionPoint;
  readonly vocabulary: Vocabulary;
  readonly viewer: NextTokenMixer;
}

export interface Start {
  /** Tokens up to the healed cursor; only their end matters. */
  readonly before: Int32Array;
  /** Bytes that the first tokens have to repeat. */
  readonly healed: Uint8Array;
  readonly maxTokens: number;
}

/** Finished lines, or unfinished ones where none came to an end; most probable first. Rejects with the signal's reason. */
export async function searchLine(
  { branches, contextLength, logits: rootLogits }: SearchRoot,
  { place, vocabulary, viewer }: Models,
  { before, healed, maxTokens }: Start,
  limits: SearchLimits,
  signal?: AbortSignal,
): Promise<MixHypothesis[]> {
  const kept = Math.min(before.length, longestMatch);
  const context = new Int32Array(kept + maxTokens + LOOK_AHEAD);
  context.set(before.subarray(before.length - kept));
  let beam: MixHypothesis[] = [
    {
      steps: [],
      logProbability: 0,
      finished: false,
      logLineEnd: Number.NEGATIVE_INFINITY,
      healing: healed,
      neural: 0,
      lowestNeural: 1,
      ngram: 0,
    },
  ];
  const done: MixHypothesis[] = [];
  let logits = [rootLogits];
  try {
    for (let depth = 0; depth < maxTokens; depth++) {
      const grown: MixHypothesis[] = [];
      beam.forEach((hypothesis, row) => {
        let end = kept;
        for (const step of hypothesis.steps) context[end++] = step.token;
        const view = viewer.look(context, end, hypothesis.healing, logits[row] as Float32Array, 0, depth === 0);
        const ended = finish(hypothesis, view, place);
        if (ended) done.push(ended);
        for (const next of extend(hypothesis, view, place, vocabulary, limits.branching)) grown.push(next);
      });
      done.sort(byProbability);
      grown.sort(byProbability);
      const best = Math.max(done[0]?.logProbability ?? Number.NEGATIVE_INFINITY, grown[0]?.logProbability ?? 0);
      const floor = Math.max(
        best - limits.hopeless,
        done[limits.wanted - 1]?.logProbability ?? Number.NEGATIVE_INFINITY,
      );
      beam = grown.filter(({ logProbability }) => logProbability > floor).slice(0, limits.beam);
      const room = contextLength - branches.root - depth;
      if (beam.length === 0 || depth + 1 >= Math.min(maxTokens, limits.passes) || room < 2) break;
      signal?.throwIfAborted();
      const paths = beam.map(({ steps }) => steps.map(({ token }) => token));
      const further = Math.min(AHEAD, room - 2, maxTokens - depth - 2);
      const foreseen = (path: readonly number[], i: number) =>
        beam[i]?.healing.length === 0 ? foresee(context, kept, path, place, vocabulary, further) : [];
      logits = await branches.run(paths, () => paths.flatMap(foreseen));
    }
  } finally {
    branches.settle();
  }
  signal?.throwIfAborted();
  return (done.length > 0 ? done : beam).slice(0, limits.wanted);
}

/** How the n-grams alone go on from a path, where they are sure: paths that a pass takes along. */
function foresee(
  context: Int32Array,
  start: number,
  path: readonly number[],
  { predictor, asking, path: file }: PredictionPoint,
  { endsLine }: Vocabulary,
  most: number,
): number[][] {
  context.set(path, start);
  const found: number[][] = [];
  let sure = 1;
  let whole = path;
  while (found.length < most) {
    predictor.predict(context, start + whole.length, asking, file);
    const { evidence, mixture } = predictor;
    let best = -1;
    for (let slot = 0; slot < evidence.size; slot++) {
      if (best < 0 || (mixture.probabilities[slot] as number) > (mixture.probabilities[best] as number)) best = slot;
    }
    const token = evidence.candidates[best];
    sure *= mixture.probabilities[best] ?? 0;
    if (token === undefined || endsLine[token] === 1 || sure < SURE) break;
    context[start + whole.length] = token;
    whole = [...whole, token];
    found.push([...whole]);
  }
  return found;
}

function byProbability(a: MixHypothesis, b: MixHypothesis): number {
  return b.logProbability - a.logProbability;
}

function finish(
  hypothesis: MixHypothesis,
  { finish: chance }: View,
  { predictor, own }: PredictionPoint,
): MixHypothesis | undefined {
  if (hypothesis.healing.length > 0 || chance.mixed < 1e-4) return undefined;
  const actual = own.after[0];
  return {
    ...hypothesis,
    logProbability: hypothesis.logProbability + logOf(chance.mixed),
    neural: hypothesis.neural + logOf(chance.neural),
    ngram: hypothesis.ngram + logOf(chance.ngram),
    finished: true,
    logLineEnd: actual === undefined ? Number.NEGATIVE_INFINITY : logOf(predictor.probabilityOf(actual)),
  };
}

function extend(
  hypothesis: MixHypothesis,
  { options, finish: end, entropy, facts }: View,
  { predictor }: PredictionPoint,
  { tokenizer }: Vocabulary,
  branching: number,
): MixHypothesis[] {
  const { evidence } = predictor;
  return options.slice(0, branching).map(({ token, ngram, neural, mixed }, i) => {
    const rival = Math.max(options[i === 0 ? 1 : 0]?.mixed ?? 0, end.mixed);
    const step: Step = {
      token,
      probability: mixed,
      margin: mixed - rival,
      entropy,
      matchLength: facts.matchLength,
      count: facts.matchCount,
      tier: evidence.matchTier,
      ...(i === 0 && facts.agree && mixed >= end.mixed && { agreed: true }),
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
        hypothesis.healing.length === 0 ? hypothesis.healing : spelled(hypothesis.healing, tokenizer.bytesOf(token)),
    };
  });
}
