// Candidate lines of a line model and the n-grams. Each model proposes whole lines, and each scores all of them in its
// own tokens. Scores are compared on bytes, at the ends of the n-grams' tokens, which are also the steps of a line.

import { firstExpertWeight, type GateExample } from '../../common/statistics/gate.ts';
import { allowedTokens, remainingBytes } from '../../neural/inference/healing.ts';
import { cutBeforeRest } from '../../text/lines.ts';
import { textOf } from '../ngram/draft-tokens.ts';
import { longestMatch } from '../ngram/evidence.ts';
import type { Step } from '../ngram/search.ts';
import { type GateFacts, gateFeatures } from './gate.ts';
import { LineScores } from './line-scores.ts';
import { logOf } from './logit-reader.ts';
import { type LineMixtureModels, proposeLine } from './propose-line.ts';
import { restProbability } from './rest-of-line.ts';
import { LOOK_AHEAD, type MixHypothesis, type SearchModels, type SearchStart } from './search.ts';
import { TokenDistribution } from './token-distribution.ts';
import type { VocabularyMapping } from './vocabulary-mapping.ts';

/** Lines of the n-grams that are scored, and tokens of all of them that no pass has run. */
const MOST_LINES = 5;
const MOST_SCORED = 48;

/** Most probable first. Rejects with the signal's reason. */
export async function lineCandidates(
  models: LineMixtureModels,
  start: SearchStart,
  signal?: AbortSignal,
): Promise<MixHypothesis[]> {
  const { position, vocabulary, mapping, restText } = models;
  const lineEnds = restText === '' || !mapping.seesSuffix;
  const local = position.search
    .run(start.before, start.healed, position.scope, position.path, start.maxTokens)
    .flatMap((hypothesis) => cutBeforeRest(textOf(hypothesis, start.healed, vocabulary), restText) ?? [])
    .slice(0, MOST_LINES);
  const proposed = await proposeLine(
    models,
    { healed: mapping.own.healed, lineEnds, maxTokens: start.maxTokens, expected: local, before: start },
    signal,
  );
  const written = proposed === undefined ? undefined : lineEnds ? cutBeforeRest(proposed, restText) : proposed;
  const lines: MixHypothesis[] = [];
  let scored = 0;
  for (const text of new Set([written ?? '', ...local].map((each) => each.trimEnd()))) {
    if (text.trim() === '' || scored > MOST_SCORED) continue;
    const scores = await scoresOf(models, text, signal);
    if (!scores) continue;
    scored += scores.newTokens;
    const line = scoreTokens(text, scores.lineScores, models, start);
    if (line.hypothesis.steps.length <= start.maxTokens) lines.push(line.hypothesis);
  }
  return lines.sort((a, b) => b.logProbability - a.logProbability);
}

/** Training examples of the gate: the tokens of the true line. */
export async function lineExamples(
  models: LineMixtureModels,
  start: SearchStart,
  truth: string,
  signal?: AbortSignal,
): Promise<GateExample[]> {
  const scores = await scoresOf(models, truth, signal);
  return scores ? scoreTokens(truth, scores.lineScores, models, start).examples : [];
}

/** Undefined if the context has no room for the line. */
async function scoresOf({ lines, mapping, restText }: LineMixtureModels, text: string, signal?: AbortSignal) {
  const { tokenizer } = mapping.vocabulary;
  // A model that is not shown the text behind the cursor has to predict it.
  const predictedSuffix = mapping.seesSuffix ? '' : restText;
  const respelled = mapping.vocabulary.decode(mapping.own.healed) + text + predictedSuffix;
  const path = [...tokenizer.encode(respelled)];
  if (path.length + 2 > lines.room) return undefined;
  const newTokens = path.length - lines.depthOf(path);
  const rows = (await lines.run(path, signal)).map((top) => new TokenDistribution(top, mapping.kinds, restText === ''));
  // Normalisation may change bytes; these are the bytes of the model's tokens.
  const bytes = mapping.vocabulary.bytesOf(path);
  const end = predictedSuffix === '' ? undefined : bytes.length - new TextEncoder().encode(predictedSuffix).length;
  return { lineScores: new LineScores(mapping, bytes, path, rows, end), newTokens };
}

/** A line's probability under each model and mixed, one n-gram token after the other. */
function scoreTokens(
  text: string,
  scores: LineScores,
  { position, vocabulary, mapping, gate: weights, rest, restText }: LineMixtureModels,
  { before, healed }: SearchStart,
): { readonly hypothesis: MixHypothesis; readonly examples: GateExample[] } {
  const { predictor, scope, path, own } = position;
  const { tokenizer } = vocabulary;
  const tokens = tokenizer.encode(vocabulary.decode(healed) + text);
  const kept = Math.min(before.length, longestMatch);
  const context = new Int32Array(kept + tokens.length + LOOK_AHEAD);
  context.set(before.subarray(before.length - kept));
  const healedLength = mapping.own.healed.length;
  const examples: GateExample[] = [];
  const steps: Step[] = [];
  let [at, toHeal, logProbability, neural, ngram, lowestNeural] = [0, healed, 0, 0, 0, 1];
  const mixEvent = (end: number, { unseen = false, ...chances }: EventProbabilities) => {
    const { evidence, mixture } = predictor;
    const reading = scores.readingAt(healedLength + Math.max(0, at - healed.length));
    let ngramBest =
      chances.token === undefined ? chances.ngram : restText === '' ? lineEndProbability(predictor, vocabulary) : 0;
    let [best, second, entropy] = [-1, 0, 0];
    for (let slot = 0; slot < evidence.size; slot++) {
      const [id, p] = [evidence.candidates[slot] as number, mixture.probabilities[slot] as number];
      if (p > 0) entropy -= p * Math.log(p);
      if (vocabulary.endsLine[id] === 1) continue;
      if (id !== chances.token) second = Math.max(second, p);
      if (p > ngramBest) [best, ngramBest] = [id, p];
    }
    const first = reading?.best[0];
    const firstP = reading && first !== undefined ? reading.probabilityOf(first) : chances.neural;
    const finishes = (reading?.finish ?? 0) > firstP;
    const neuralBest = Math.max(reading?.finish ?? 0, firstP);
    const modelsAgree =
      best < 0
        ? finishes
        : !finishes &&
          first !== undefined &&
          onePrefixesOther(mapping.vocabulary.tokenizer.bytesOf(first), tokenizer.bytesOf(best));
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
  const logAt = (bytes: number) => scores.logBytes(healedLength + Math.max(0, bytes - healed.length));
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
    toHeal = toHeal.length === 0 ? toHeal : remainingBytes(toHeal, spells);
  });
  const end = kept + tokens.length;
  const ngramFinish = restText === '' ? undefined : restProbability(position, vocabulary, rest, context, end);
  predictor.predict(context, end, scope, path);
  mixEvent(end, {
    neural: Math.min(1, Math.exp(scores.logLine() - logAt(at))),
    ngram: ngramFinish ?? lineEndProbability(position.predictor, vocabulary),
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

type Predictor = SearchModels['position']['predictor'];

interface EventProbabilities {
  readonly neural: number;
  readonly ngram: number;
  /** The n-grams have seen no token that continues the spelling: the gate ignores them. */
  readonly unseen?: boolean;
  /** Absent: the line's end. */
  readonly token?: number;
}

/** The token's share among those that continue the spelling; undefined if none of them was seen. */
function healingProbability(
  predictor: Predictor,
  tokenizer: VocabularyMapping['vocabulary']['tokenizer'],
  left: Uint8Array,
  token: number,
) {
  let total = 0;
  for (const id of allowedTokens(tokenizer, left)) {
    if (predictor.evidence.find(id) >= 0) total += predictor.probabilityOf(id);
  }
  if (total === 0) return undefined;
  return predictor.evidence.find(token) >= 0 ? predictor.probabilityOf(token) / total : 0;
}

/** The n-grams' probability that the line ends. */
function lineEndProbability(
  { evidence, mixture }: Predictor,
  { endsLine, separator }: SearchModels['vocabulary'],
): number {
  let sum = 0;
  for (let slot = 0; slot < evidence.size; slot++) {
    const id = evidence.candidates[slot] as number;
    if (endsLine[id] === 1 && id !== separator) sum += mixture.probabilities[slot] as number;
  }
  return sum;
}

/** One of the two begins with the other. */
function onePrefixesOther(a: Uint8Array, b: Uint8Array): boolean {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) if (a[i] !== b[i]) return false;
  return true;
}
