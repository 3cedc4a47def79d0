// Beam search for the rest of the line: candidate texts with the probability of each of their tokens.
import type { DraftToken } from '../../common/completion.ts';
import { type Evidence, longestMatch } from './evidence.ts';
import type { Predictor } from './predictor.ts';

export interface BeamHypothesis {
  /** Log probability of the tokens and, when finished, of the end. */
  readonly logProbability: number;
  readonly finished: boolean;
}

export interface BeamLimits {
  /** Maximum number of open hypotheses at each depth. */
  readonly width: number;
  /** Number of finished hypotheses after which less probable open ones are dropped. */
  readonly wanted: number;
  /** A hypothesis is dropped if it is less likely than the best by this many nats. */
  readonly pruning: number;
}

/** The continuations of an open hypothesis, finished ones among them. `index`: its index among the open ones. */
type Scorer<H extends BeamHypothesis> = (hypothesis: H, index: number) => readonly H[];

export class BeamSearch<H extends BeamHypothesis> {
  private readonly limits: BeamLimits;
  private readonly finished: H[] = [];
  /** Most probable first. */
  open: readonly H[];

  constructor(start: H, limits: BeamLimits) {
    this.open = [start];
    this.limits = limits;
  }

  /** Replaces every open hypothesis by its continuations, and drops the improbable ones. */
  advance(scorer: Scorer<H>): void {
    const { finished, limits } = this;
    const grown: H[] = [];
    for (const [index, hypothesis] of this.open.entries()) {
      for (const next of scorer(hypothesis, index)) (next.finished ? finished : grown).push(next);
    }
    finished.sort(byProbability);
    grown.sort(byProbability);
    const best = Math.max(finished[0]?.logProbability ?? Number.NEGATIVE_INFINITY, grown[0]?.logProbability ?? 0);
    const lastWanted = finished[limits.wanted - 1]?.logProbability ?? Number.NEGATIVE_INFINITY;
    const floor = Math.max(best - limits.pruning, lastWanted);
    this.open = grown.filter(({ logProbability }) => logProbability > floor).slice(0, limits.width);
  }

  /** Finished hypotheses, or the open ones if none finished; most probable first. */
  get found(): readonly H[] {
    return this.finished.length > 0 ? this.finished : this.open;
  }
}

function byProbability(a: BeamHypothesis, b: BeamHypothesis): number {
  return b.logProbability - a.logProbability;
}

const branching = 6;
const limits: BeamLimits = { width: 8, wanted: 12, pruning: 5 };
/** Maximum number of next-token predictions for one line: bounds the latency. */
const MAX_PREDICTIONS = 150;

export interface Step {
  readonly token: number;
  readonly probability: number;
  readonly margin: number;
  readonly entropy: number;
  readonly matchLength: number;
  readonly count: number;
  readonly tier: DraftToken['tier'];
  readonly agreed?: true;
}

export interface Hypothesis extends BeamHypothesis {
  readonly steps: readonly Step[];
  /** Log probability of the token that really ends the cursor's line; minus infinity if unknown. */
  readonly logLineEnd: number;
  /** Bytes before the cursor that are still to be repeated. */
  readonly healing: Uint8Array;
}

const unknown = Number.NEGATIVE_INFINITY;
/** Number of tokens that a candidate is scored by: the real end of the cursor's line, and first tokens below it. */
const lookAhead = 5;

/** The last tokens of a text, as many as a match may have, with room for more behind them. */
export function contextWithRoom(before: Int32Array, room: number): { context: Int32Array; kept: number } {
  const kept = Math.min(before.length, longestMatch);
  const context = new Int32Array(kept + room);
  context.set(before.subarray(before.length - kept));
  return { context, kept };
}

/** The longest match of the latest prediction. */
export function matchOf(evidence: Evidence): Pick<Step, 'matchLength' | 'count' | 'tier'> {
  return { matchLength: evidence.matchLength, count: evidence.matchCount, tier: evidence.matchTier };
}

interface Scored {
  readonly token: number;
  readonly probability: number;
}

/**
 * Finished lines, or unfinished ones if none ended within `maxTokens`; most probable first.
 * @param before the tokens before the line; only the last ones matter
 * @param healed bytes that the first tokens have to repeat
 * @param maxPredictions maximum number of next-token predictions
 */
export function findLines(
  predictor: Predictor,
  before: Int32Array,
  healed: Uint8Array,
  maxTokens: number,
  maxPredictions = MAX_PREDICTIONS,
): Hypothesis[] {
  const start: Hypothesis = { steps: [], logProbability: 0, finished: false, logLineEnd: unknown, healing: healed };
  const { context, kept } = contextWithRoom(before, maxTokens);
  const beam = new BeamSearch(start, limits);
  let budget = maxPredictions;
  for (let length = 0; length < maxTokens && beam.open.length > 0 && budget > 0; length++)
    beam.advance((hypothesis) => (budget-- > 0 ? extend(predictor, hypothesis, context, kept) : []));
  // If no line finished, one that reached the token limit is the best candidate.
  return beam.found.slice(0, limits.wanted);
}

/** The most likely line end after `before`, with its share among line ends; undefined if none was ever seen. */
export function likeliestLineEnd(predictor: Predictor, before: Int32Array): Step | undefined {
  predictor.predict(before, before.length);
  const { evidence, mixture, vocabulary } = predictor;
  let best = -1;
  let total = 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    const token = evidence.candidates[slot] as number;
    if (vocabulary.endsLine[token] === 0 || token === vocabulary.separator) continue;
    const probability = mixture.probabilities[slot] as number;
    total += probability;
    if (best < 0 || probability > (mixture.probabilities[best] as number)) best = slot;
  }
  if (best < 0) return undefined;
  const probability = (mixture.probabilities[best] as number) / total;
  return {
    token: evidence.candidates[best] as number,
    probability,
    margin: Math.max(0, 2 * probability - 1),
    entropy: 0,
    ...matchOf(evidence),
  };
}

/** Log probability of the first tokens of the file's next line, if `hypothesis` completes the cursor's line. */
export function logNextLine(predictor: Predictor, hypothesis: Hypothesis): number {
  const { own, vocabulary } = predictor;
  const { after } = own;
  const { context, kept } = contextWithRoom(own.before, hypothesis.steps.length + 2 * lookAhead);
  let end = kept;
  for (const step of hypothesis.steps) context[end++] = step.token;
  let sum = 0;
  let scored = 0;
  for (let at = 0; at < after.length && scored < lookAhead - 1; at++) {
    const token = after[at] as number;
    if (scored > 0 && vocabulary.endsLine[token] === 1) break;
    if (at > 0 && vocabulary.endsLine[token] === 0) {
      predictor.predict(context, end);
      sum += Math.log(Math.max(1e-6, predictor.probabilityOf(token)));
      scored += 1;
    }
    if (end === context.length) break;
    context[end++] = token;
  }
  return sum;
}

/** The hypothesis with its most likely next tokens, and finished. Its tokens go into context[kept...). */
function extend(predictor: Predictor, hypothesis: Hypothesis, context: Int32Array, kept: number): Hypothesis[] {
  const { evidence, mixture, vocabulary, own } = predictor;
  const { steps, healing } = hypothesis;
  let end = kept;
  for (const step of steps) context[end++] = step.token;
  predictor.predict(context, end);

  const scored: Scored[] = [];
  let lineEnd = 0;
  let entropy = mixture.rest > 0 ? -mixture.rest * Math.log(mixture.rest) : 0;
  let total = 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    const probability = mixture.probabilities[slot] as number;
    const token = evidence.candidates[slot] as number;
    if (healing.length > 0 && !vocabulary.heals(token, healing)) continue;
    total += probability;
    if (probability > 0) entropy -= probability * Math.log(probability);
    if (vocabulary.endsLine[token] === 1) lineEnd += probability;
    else scored.push({ token, probability });
  }
  if (healing.length > 0) {
    // The index may not know the bytes to repeat, so the tokenizer's first token for them is a candidate too.
    const token = vocabulary.tokenizer.encode(new TextDecoder().decode(healing))[0] as number;
    if (token !== undefined && evidence.find(token) < 0 && vocabulary.heals(token, healing)) {
      const probability = Math.max(1e-9, predictor.probabilityOf(token));
      total += probability;
      scored.push({ token, probability });
    }
  }
  const scale = healing.length > 0 && total > 0 ? 1 / total : 1;
  scored.sort((a, b) => b.probability - a.probability);
  const results: Hypothesis[] = [];
  if (lineEnd > 0 && healing.length === 0) {
    const actual = own.after[0];
    results.push({
      ...hypothesis,
      logProbability: hypothesis.logProbability + Math.log(lineEnd),
      finished: true,
      logLineEnd: actual === undefined ? unknown : Math.log(predictor.probabilityOf(actual)),
    });
  }
  for (let i = 0; i < Math.min(branching, scored.length); i++) {
    const { token, probability } = scored[i] as Scored;
    const p = Math.min(1, probability * scale);
    const rival =
      i === 0 ? Math.max(scored[1]?.probability ?? 0, lineEnd) : Math.max((scored[0] as Scored).probability, lineEnd);
    const margin = p - Math.min(1, rival * scale);
    results.push({
      steps: [...steps, { token, probability: p, margin, entropy, ...matchOf(evidence) }],
      logProbability: hypothesis.logProbability + Math.log(Math.max(p, 1e-12)),
      finished: false,
      logLineEnd: unknown,
      healing: healing.subarray(Math.min(healing.length, vocabulary.tokenizer.bytesOf(token).length)),
    });
  }
  return results;
}
