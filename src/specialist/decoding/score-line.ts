// Mixes both models over a line that is already written: the probability of each n-gram token and of the line's end under
// either model, and mixed by the gate.
import { firstExpertWeight, type GateExample } from '../../common/statistics/gate.ts';
import { allowedTokens, remainingBytes } from '../../neural/inference/prefill.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { contextWithRoom, matchOf, type Step } from '../ngram/search.ts';
import type { QuerySite } from './joint-drafter.ts';
import type { LineScores, NeuralReading } from './line-scores.ts';
import { logOf } from './logit-reader.ts';
import { type GateFacts, gateFeatures } from './next-token-mixer.ts';
import { lineEndProbability, REST_ENTRIES, REST_TOKENS, restProbability } from './ngram-predictions.ts';
import type { MixHypothesis } from './search.ts';

/** A line's probability under each model and mixed. */
export interface ScoredLine {
  readonly hypothesis: MixHypothesis;
  /** For the gate's fit: one for each token and for the line's end. Tokens that only repeat typed bytes are left out. */
  readonly examples: GateExample[];
}

/** @param weights of the gate */
export function scoreLine(text: string, scores: LineScores, site: QuerySite, weights: ArrayLike<number>): ScoredLine {
  const { own, vocabulary } = site.predictor;
  const tokens = vocabulary.tokenizer.encode(vocabulary.decode(own.healed) + text);
  const scorer = new LineScorer(scores, site, weights, tokens.length);
  for (const token of tokens) scorer.addToken(token);
  scorer.addLineEnd();
  return scorer.scored();
}

/** What may come next, with its probability under each model. */
interface NextEvent {
  readonly neural: number;
  readonly ngram: number;
  /** The n-grams have seen no token that continues the spelling: the gate ignores them. */
  readonly unseen?: boolean;
  /** Absent: the line's end. */
  readonly token?: number;
}

/** The n-grams' distribution around an event. */
interface NgramRivals {
  /** The likeliest token of the line, if it is likelier than the line's end or the event; else -1. */
  readonly best: number;
  readonly bestProbability: number;
  /** Probability of the likeliest token that is not the event. */
  readonly second: number;
  /** Nats. */
  readonly entropy: number;
}

class LineScorer {
  private readonly scores: LineScores;
  private readonly predictor: Predictor;
  private readonly rest: string;
  private readonly weights: ArrayLike<number>;
  private readonly context: ReturnType<typeof contextWithRoom>['context'];
  /** Length of the context before the line, and with the line's tokens so far. */
  private readonly kept: number;
  private end: number;
  /** Bytes of the line so far, from the first healed byte. */
  private at = 0;
  /** Typed bytes that the next tokens only repeat. */
  private toHeal: Uint8Array;
  private readonly steps: Step[] = [];
  private readonly examples: GateExample[] = [];
  /** Sums of log probabilities. */
  private logProbability = 0;
  private neural = 0;
  private ngram = 0;
  private lowestNeural = 1;

  constructor(scores: LineScores, { predictor, rest }: QuerySite, weights: ArrayLike<number>, tokens: number) {
    this.scores = scores;
    this.predictor = predictor;
    this.rest = rest;
    this.weights = weights;
    ({ context: this.context, kept: this.kept } = contextWithRoom(predictor.own.before, tokens + REST_ENTRIES));
    this.end = this.kept;
    this.toHeal = predictor.own.healed;
  }

  addToken(token: number): void {
    const { predictor, context, end, toHeal, at } = this;
    const { tokenizer } = predictor.vocabulary;
    const spelled = tokenizer.bytesOf(token);
    predictor.predict(context, end);
    const ngram =
      toHeal.length > 0 ? healingProbability(predictor, tokenizer, toHeal, token) : predictor.probabilityOf(token);
    const event: NextEvent = {
      neural: Math.min(1, Math.exp(this.logAt(at + spelled.length) - this.logAt(at))),
      ngram: ngram ?? 0,
      unseen: ngram === undefined,
      token,
    };
    const { mixed, rival, entropy, agreed } = this.mix(event);
    this.steps.push({
      token,
      probability: mixed,
      margin: mixed - rival,
      entropy,
      ...matchOf(predictor.evidence),
      ...(agreed && { agreed }),
    });
    context[end] = token;
    this.end++;
    this.at += spelled.length;
    this.toHeal = remainingBytes(toHeal, spelled);
  }

  addLineEnd(): void {
    const { predictor, context, end, rest } = this;
    const { tokenizer, separator } = predictor.vocabulary;
    const restTokens = tokenizer.encode(rest).subarray(0, REST_TOKENS);
    const finish = rest === '' ? undefined : restProbability(predictor, restTokens, context, end);
    predictor.predict(context, end);
    this.mix({
      neural: Math.min(1, Math.exp(this.scores.logLine() - this.logAt(this.at))),
      ngram: finish ?? lineEndProbability(predictor, separator),
    });
  }

  scored(): ScoredLine {
    const { steps, examples, logProbability, neural, ngram, lowestNeural, predictor } = this;
    const actual = predictor.own.after[0];
    const logLineEnd = actual === undefined ? Number.NEGATIVE_INFINITY : logOf(predictor.probabilityOf(actual));
    const healing = new Uint8Array(0);
    const sums = { logLineEnd, logProbability, neural, ngram, lowestNeural };
    return { hypothesis: { steps, finished: true, healing, ...sums }, examples };
  }

  /** Mixes the models' probabilities of an event at the line's present end, and adds it to the sums. */
  private mix(event: NextEvent) {
    const reading = this.scores.readingAt(this.offset(this.at));
    const rivals = this.rivalsOf(event);
    const facts = this.gateFacts(event, rivals, reading);
    const features = gateFeatures(facts);
    const gate = event.unseen ? 1 : firstExpertWeight(features, this.weights);
    const mixed = gate * event.neural + (1 - gate) * event.ngram;
    this.logProbability += logOf(mixed);
    this.neural += logOf(event.neural);
    this.ngram += logOf(event.ngram);
    this.lowestNeural = Math.min(this.lowestNeural, event.neural);
    if (this.toHeal.length === 0) this.examples.push({ features, first: event.neural, second: event.ngram });
    const neuralRival = gate * Math.min(facts.neuralBest, 1 - event.neural);
    return {
      mixed,
      rival: Math.max((1 - gate) * rivals.second, neuralRival),
      entropy: gate * facts.entropy + (1 - gate) * rivals.entropy,
      agreed: facts.modelsAgree && rivals.best >= 0 && rivals.best === event.token,
    };
  }

  private gateFacts(event: NextEvent, rivals: NgramRivals, reading: NeuralReading | undefined): GateFacts {
    const { evidence, vocabulary } = this.predictor;
    const best = reading?.best;
    const bestProbability = best?.probability ?? event.neural;
    const finish = reading?.finish ?? 0;
    const finishes = finish > bestProbability;
    const modelsAgree =
      rivals.best < 0
        ? finishes
        : !finishes && best !== undefined && onePrefixesOther(best.bytes, vocabulary.tokenizer.bytesOf(rivals.best));
    return {
      matchLength: evidence.matchLength,
      matchCount: evidence.matchCount,
      fromOpenFile: evidence.matchTier === 'open-file',
      ngramBest: rivals.bestProbability,
      neuralBest: Math.max(finish, bestProbability),
      modelsAgree,
      isFirstToken: this.end === this.kept,
      entropy: reading?.entropy ?? Math.min(5, -logOf(event.neural)),
    };
  }

  private rivalsOf({ token, ngram }: NextEvent): NgramRivals {
    const { evidence, mixture, vocabulary } = this.predictor;
    const { endsLine, separator } = vocabulary;
    let bestProbability =
      token === undefined ? ngram : this.rest === '' ? lineEndProbability(this.predictor, separator) : 0;
    let [best, second, entropy] = [-1, 0, 0];
    for (let slot = 0; slot < evidence.size; slot++) {
      const [id, p] = [evidence.candidates[slot] as number, mixture.probabilities[slot] as number];
      if (p > 0) entropy -= p * Math.log(p);
      if (endsLine[id] === 1) continue;
      if (id !== token) second = Math.max(second, p);
      if (p > bestProbability) [best, bestProbability] = [id, p];
    }
    return { best, bestProbability, second, entropy };
  }

  /** Log probability of the line's first `bytes` bytes under the neural model. */
  private logAt(bytes: number): number {
    return this.scores.logBytes(this.offset(bytes));
  }

  /** Where the scores have the line's byte `at`: healed bytes are before the cursor. */
  private offset(at: number): number {
    return this.scores.cursor + Math.max(0, at - this.predictor.own.healed.length);
  }
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
