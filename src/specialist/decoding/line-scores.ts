// A line's log probability under the neural model, byte by byte. The two models' tokens end at different bytes, so they
// are compared on bytes. The probability of a prefix is the product of two probabilities: that of the tokens before the
// last one, and that of all tokens that cover the prefix's last bytes.
import { firstExpertWeight, type GateExample } from '../../common/statistics/gate.ts';
import type { TopTokens } from '../../neural/inference/passes.ts';
import { allowedTokens, remainingBytes } from '../../neural/inference/prefill.ts';
import { startsWithBytes, type Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { contextWithRoom, matchOf, type Step } from '../ngram/search.ts';
import type { QuerySite } from './joint-drafter.ts';
import { logOf } from './logit-reader.ts';
import { type GateFacts, gateFeatures } from './next-token-mixer.ts';
import { lineEndProbability, REST_ENTRIES, REST_TOKENS, restProbability } from './ngram-predictions.ts';
import type { MixHypothesis } from './search.ts';
import type { VocabularyMapping } from './vocabulary-mapping.ts';

/** How many of the last tokens may be merged with the line end into one token. */
const ENDINGS = 3;

/** The likeliest next tokens of a model, read for one cursor: which of them end the middle. */
export class TokenDistribution {
  /** Likeliest first, of all kinds. */
  readonly ids: readonly number[];
  /** Ordinary tokens, likeliest first. */
  readonly best: readonly number[];
  /** Probability that the middle ends here. */
  readonly finish: number;
  /** Nats. */
  readonly entropy: number;
  private readonly probabilities: ReadonlyMap<number, number>;
  /** Of a token that is not listed. */
  private readonly unlistedProbability: number;

  /** @param lineEndFinishes a line end ends the middle; otherwise only a special token does */
  constructor({ ids, logs }: TopTokens, kinds: Uint8Array, lineEndFinishes: boolean) {
    this.ids = ids;
    const probabilities = new Map<number, number>();
    const best: number[] = [];
    let [finish, entropy] = [0, 0];
    ids.forEach((id, i) => {
      const log = logs[i] as number;
      const p = Math.exp(log);
      probabilities.set(id, p);
      entropy -= p * log;
      const kind = kinds[id] ?? 2;
      if (kind === 2 || (kind === 1 && lineEndFinishes)) finish += p;
      else if (kind === 0) best.push(id);
    });
    this.probabilities = probabilities;
    this.best = best;
    this.finish = Math.min(1, finish);
    this.entropy = Math.max(0, entropy);
    this.unlistedProbability = ids.length < kinds.length ? Math.exp(logs.at(-1) ?? Number.NEGATIVE_INFINITY) / 2 : 0;
  }

  probabilityOf(id: number): number {
    return this.probabilities.get(id) ?? this.unlistedProbability;
  }
}

/** A next-token distribution. Tokens that end the middle are one event, `finish`. */
interface NeuralReading {
  /** Nats. */
  readonly entropy: number;
  readonly finish: number;
  /** The likeliest token of the others. */
  readonly best?: { readonly bytes: Uint8Array; readonly probability: number };
}

/** A line under the neural model. Offsets are bytes from where its scores start, at or before the cursor. */
export class LineScores {
  /** Offset of the cursor. */
  readonly cursor: number;
  private readonly mapping: VocabularyMapping;
  /** Bytes from the start of the respelled text to the end of the line. */
  private readonly bytes: Uint8Array;
  /** Offset of each token in `bytes`, and the length of all. */
  private readonly starts: number[] = [0];
  /** Log probability of the tokens before each token, and of all tokens. */
  private readonly before: number[] = [0];
  private readonly readings: readonly TokenDistribution[];
  private readonly path: readonly number[];
  private readonly end: number | undefined;

  /**
   * @param path tokens that spell the bytes
   * @param readings the distributions before each token, and after the last
   * @param end length of the line in bytes, if `bytes` also holds the text after the cursor. A model that does not see
   * that text in its prompt has to predict it.
   */
  constructor(
    mapping: VocabularyMapping,
    bytes: Uint8Array,
    path: readonly number[],
    readings: readonly TokenDistribution[],
    end?: number,
  ) {
    this.end = end;
    this.cursor = mapping.own.healed.length;
    this.mapping = mapping;
    this.bytes = bytes;
    this.readings = readings;
    this.path = path;
    path.forEach((token, i) => {
      this.starts.push((this.starts[i] as number) + mapping.vocabulary.tokenizer.bytesOf(token).length);
      this.before.push((this.before[i] as number) + logOf((readings[i] as TokenDistribution).probabilityOf(token)));
    });
  }

  /** Log probability of the first `end` bytes. Decreases with `end`. */
  logBytes(end: number): number {
    if (end <= 0) return 0;
    const token = this.tokenAt(end - 1);
    const start = this.starts[token] as number;
    const reading = this.readings[token] as TokenDistribution;
    const { tokenizer } = this.mapping.vocabulary;
    const wanted = this.bytes.subarray(start, end);
    const own = this.path[token] as number;
    // The line's own token counts even if it is not among the likeliest.
    let covered = reading.probabilityOf(own);
    for (const id of reading.ids) {
      if (id !== own && id < tokenizer.vocabularySize && startsWithBytes(tokenizer.bytesOf(id), wanted))
        covered += reading.probabilityOf(id);
    }
    return (this.before[token] as number) + logOf(covered);
  }

  /** Log probability of all bytes followed by the line's end. */
  logLine(): number {
    if (this.end !== undefined) return this.logBytes(this.bytes.length);
    const last = this.starts.length - 1;
    let sum = Math.exp(this.before[last] as number) * (this.readings[last] as TokenDistribution).finish;
    for (let token = last - 1; token >= Math.max(0, last - ENDINGS); token--) {
      const ending = this.mapping.endingWith(this.bytes.subarray(this.starts[token]));
      const reading = this.readings[token] as TokenDistribution;
      for (const id of reading.ids)
        if (ending.includes(id)) sum += Math.exp(this.before[token] as number) * reading.probabilityOf(id);
    }
    return logOf(sum);
  }

  /** The distribution after the first `end` bytes, if a token begins there. */
  readingAt(end: number): NeuralReading | undefined {
    const reading = this.readings[this.starts.indexOf(end)];
    if (!reading) return undefined;
    const { entropy, finish } = reading;
    const [best] = reading.best;
    if (best === undefined) return { entropy, finish };
    const bytes = this.mapping.vocabulary.tokenizer.bytesOf(best);
    return { entropy, finish, best: { bytes, probability: reading.probabilityOf(best) } };
  }

  /** Index of the token that contains a byte. */
  private tokenAt(byte: number): number {
    let token = this.starts.length - 2;
    while (token > 0 && (this.starts[token] as number) > byte) token--;
    return token;
  }
}

/**
 * A line's probability under each model and mixed, one n-gram token after the other.
 * @param weights of the gate
 */
export function scoreLine(
  text: string,
  scores: LineScores,
  { predictor, rest }: QuerySite,
  weights: ArrayLike<number>,
): { readonly hypothesis: MixHypothesis; readonly examples: GateExample[] } {
  const { own, vocabulary } = predictor;
  const { healed } = own;
  const { tokenizer, endsLine, separator } = vocabulary;
  const tokens = tokenizer.encode(vocabulary.decode(healed) + text);
  const { context, kept } = contextWithRoom(own.before, tokens.length + REST_ENTRIES);
  const examples: GateExample[] = [];
  const steps: Step[] = [];
  let [at, toHeal, logProbability, neural, ngram, lowestNeural] = [0, healed, 0, 0, 0, 1];
  const mixEvent = (end: number, { unseen = false, ...chances }: EventProbabilities) => {
    const { evidence, mixture } = predictor;
    const reading = scores.readingAt(scores.cursor + Math.max(0, at - healed.length));
    let ngramBest =
      chances.token === undefined ? chances.ngram : rest === '' ? lineEndProbability(predictor, separator) : 0;
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
      ngramBest,
      neuralBest,
      modelsAgree,
      isFirstToken: end === kept,
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
    return { mixed, rival, entropy: gate * facts.entropy + (1 - gate) * entropy, agreed };
  };
  const logAt = (bytes: number) => scores.logBytes(scores.cursor + Math.max(0, bytes - healed.length));
  tokens.forEach((token, i) => {
    const end = kept + i;
    const spells = tokenizer.bytesOf(token);
    predictor.predict(context, end);
    const ngramProbability =
      toHeal.length > 0 ? healingProbability(predictor, tokenizer, toHeal, token) : predictor.probabilityOf(token);
    const event = {
      neural: Math.min(1, Math.exp(logAt(at + spells.length) - logAt(at))),
      ngram: ngramProbability ?? 0,
      unseen: ngramProbability === undefined,
      token,
    };
    const { mixed, rival, entropy, agreed } = mixEvent(end, event);
    steps.push({
      token,
      probability: mixed,
      margin: mixed - rival,
      entropy,
      ...matchOf(predictor.evidence),
      ...(agreed && { agreed }),
    });
    context[end] = token;
    at += spells.length;
    toHeal = remainingBytes(toHeal, spells);
  });
  const end = kept + tokens.length;
  const restTokens = tokenizer.encode(rest).subarray(0, REST_TOKENS);
  const ngramFinish = rest === '' ? undefined : restProbability(predictor, restTokens, context, end);
  predictor.predict(context, end);
  mixEvent(end, {
    neural: Math.min(1, Math.exp(scores.logLine() - logAt(at))),
    ngram: ngramFinish ?? lineEndProbability(predictor, separator),
  });
  const actual = own.after[0];
  const logLineEnd = actual === undefined ? Number.NEGATIVE_INFINITY : logOf(predictor.probabilityOf(actual));
  const hypothesis = {
    steps,
    finished: true,
    logLineEnd,
    healing: new Uint8Array(0),
    logProbability,
    neural,
    ngram,
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
