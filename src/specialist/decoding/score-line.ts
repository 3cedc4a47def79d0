// Scores a line under both models and mixed. Scores are compared on bytes, at the ends of the n-grams' tokens, which are
// also the steps of a line.
import { firstExpertWeight, type GateExample } from '../../common/statistics/gate.ts';
import { allowedTokens, remainingBytes } from '../../neural/inference/healing.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { Predictor } from '../ngram/predictor.ts';
import type { Step } from '../ngram/search.ts';
import { type GateFacts, gateFeatures } from './gate.ts';
import type { LineScores } from './line-scores.ts';
import { logOf } from './logit-reader.ts';
import { lineEndProbability, REST_ENTRIES, REST_TOKENS, restProbability } from './ngram-predictions.ts';
import type { MixHypothesis } from './search.ts';
import type { QuerySite } from './write-draft.ts';

/**
 * A line's probability under each model and mixed, one n-gram token after the other.
 * @param weights of the gate
 */
export function scoreLine(
  text: string,
  scores: LineScores,
  { position, ngram: { vocabulary }, rest }: QuerySite,
  weights: ArrayLike<number>,
): { readonly hypothesis: MixHypothesis; readonly examples: GateExample[] } {
  const { predictor, scope, path, own } = position;
  const { before, healed } = own;
  const { tokenizer, endsLine, separator } = vocabulary;
  const tokens = tokenizer.encode(vocabulary.decode(healed) + text);
  const kept = Math.min(before.length, longestMatch);
  const context = new Int32Array(kept + tokens.length + REST_ENTRIES);
  context.set(before.subarray(before.length - kept));
  const examples: GateExample[] = [];
  const steps: Step[] = [];
  let [at, toHeal, logProbability, neural, ngram, lowestNeural] = [0, healed, 0, 0, 0, 1];
  const mixEvent = (end: number, { unseen = false, ...chances }: EventProbabilities) => {
    const { evidence, mixture } = predictor;
    const reading = scores.readingAt(scores.cursor + Math.max(0, at - healed.length));
    let ngramBest =
      chances.token === undefined
        ? chances.ngram
        : rest === ''
          ? lineEndProbability(predictor, endsLine, separator)
          : 0;
    let [best, second, entropy] = [-1, 0, 0];
    for (let slot = 0; slot < evidence.size; slot++) {
      const [id, p] = [evidence.candidates[slot] as number, mixture.probabilities[slot] as number];
      if (p > 0) entropy -= p * Math.log(p);
      if (endsLine[id] === 1) continue;
      if (id !== chances.token) second = Math.max(second, p);
      if (p > ngramBest) [best, ngramBest] = [id, p];
    }
    const first = reading?.best;
    const firstP = first?.probability ?? chances.neural;
    const finishes = (reading?.finish ?? 0) > firstP;
    const neuralBest = Math.max(reading?.finish ?? 0, firstP);
    const modelsAgree =
      best < 0 ? finishes : !finishes && first !== undefined && onePrefixesOther(first.bytes, tokenizer.bytesOf(best));
    const facts: GateFacts = {
      matchLength: evidence.matchLength,
      matchCount: evidence.matchCount,
      fromOpenFile: evidence.matchTier === 'open-file',
      ...{ ngramBest, neuralBest, modelsAgree, isFirstToken: end === kept },
      entropy: reading?.entropy ?? Math.min(5, -logOf(chances.neural)),
    };
    const features = gateFeatures(facts);
    const gate = unseen ? 1 : firstExpertWeight(features, weights);
    const mixed = gate * chances.neural + (1 - gate) * chances.ngram;
    logProbability += logOf(mixed);
    neural += logOf(chances.neural);
    ngram += logOf(chances.ngram);
    lowestNeural = Math.min(lowestNeural, chances.neural);
    if (toHeal.length === 0) examples.push({ features, first: chances.neural, second: chances.ngram });
    const rival = Math.max((1 - gate) * second, gate * Math.min(neuralBest, 1 - chances.neural));
    const agreed = modelsAgree && best >= 0 && best === chances.token;
    return { mixed, rival, entropy: gate * facts.entropy + (1 - gate) * entropy, facts, agreed };
  };
  const logAt = (bytes: number) => scores.logBytes(scores.cursor + Math.max(0, bytes - healed.length));
  tokens.forEach((token, i) => {
    const end = kept + i;
    const spells = tokenizer.bytesOf(token);
    predictor.predict(context, end, scope, path);
    const ngramProbability =
      toHeal.length > 0 ? healingProbability(predictor, tokenizer, toHeal, token) : predictor.probabilityOf(token);
    const event = {
      neural: Math.min(1, Math.exp(logAt(at + spells.length) - logAt(at))),
      ...{ ngram: ngramProbability ?? 0, unseen: ngramProbability === undefined, token },
    };
    const { mixed, rival, entropy, facts, agreed } = mixEvent(end, event);
    steps.push({
      ...{ token, probability: mixed, margin: mixed - rival, entropy, tier: predictor.evidence.matchTier },
      ...{ matchLength: facts.matchLength, count: facts.matchCount, ...(agreed && { agreed }) },
    });
    context[end] = token;
    at += spells.length;
    toHeal = remainingBytes(toHeal, spells);
  });
  const end = kept + tokens.length;
  const restTokens = tokenizer.encode(rest).subarray(0, REST_TOKENS);
  const ngramFinish = rest === '' ? undefined : restProbability(position, vocabulary, restTokens, context, end);
  predictor.predict(context, end, scope, path);
  mixEvent(end, {
    neural: Math.min(1, Math.exp(scores.logLine() - logAt(at))),
    ngram: ngramFinish ?? lineEndProbability(predictor, endsLine, separator),
  });
  const actual = own.after[0];
  const logLineEnd = actual === undefined ? Number.NEGATIVE_INFINITY : logOf(predictor.probabilityOf(actual));
  const hypothesis = {
    steps,
    finished: true,
    logLineEnd,
    healing: new Uint8Array(0),
    ...{ logProbability, neural, ngram },
  };
  return { hypothesis: { ...hypothesis, lowestNeural }, examples };
}

interface EventProbabilities {
  readonly neural: number;
  readonly ngram: number;
  /** The n-grams have seen no token that continues the spelling: the gate ignores them. */
  readonly unseen?: boolean;
  /** Absent: the line's end. */
  readonly token?: number;
}

/** The token's share among those that continue the spelling; undefined if none of them was seen. */
function healingProbability(predictor: Predictor, tokenizer: Tokenizer, left: Uint8Array, token: number) {
  let total = 0;
  for (const id of allowedTokens(tokenizer, left)) {
    if (predictor.evidence.find(id) >= 0) total += predictor.probabilityOf(id);
  }
  if (total === 0) return undefined;
  return predictor.evidence.find(token) >= 0 ? predictor.probabilityOf(token) / total : 0;
}

/** One of the two begins with the other. */
function onePrefixesOther(a: Uint8Array, b: Uint8Array): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false;
  return true;
}
