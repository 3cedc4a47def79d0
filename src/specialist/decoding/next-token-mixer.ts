// One step of the mixture: the tokens that may follow a hypothesis, with the probability of each model and of the
// mixture.
import { firstExpertWeight } from '../../common/statistics/gate.ts';
import { allowedTokens } from '../../neural/inference/prefill.ts';
import { levels } from '../ngram/evidence.ts';
import type { Predictor } from '../ngram/predictor.ts';
import { type LogitReader, type NextTokenDistribution, probability } from './logit-reader.ts';
import { REST_TOKENS, restProbability } from './ngram-predictions.ts';

/** Inputs of the gate's features. Probabilities are those of each model's most likely event, a token or the end. */
export interface GateFacts {
  /** Longest match of the n-grams, tokens, and its number of occurrences. */
  readonly matchLength: number;
  readonly matchCount: number;
  readonly fromOpenFile: boolean;
  readonly ngramBest: number;
  readonly neuralBest: number;
  /** Entropy of the neural distribution, nats. */
  readonly entropy: number;
  /** Whether both models have the same most likely event. */
  readonly modelsAgree: boolean;
  readonly isFirstToken: boolean;
}

const flag = (condition: boolean) => (condition ? 1 : 0);
const log = (p: number) => Math.log(Math.max(1e-4, p));

const features: readonly ((facts: GateFacts) => number)[] = [
  ({ matchLength }) => flag(matchLength === 0),
  ...levels.map((level, i) => ({ matchLength }: GateFacts) => {
    const next = levels[i + 1] ?? Number.POSITIVE_INFINITY;
    return flag(matchLength >= level && matchLength < next);
  }),
  ({ entropy }) => entropy / 2,
  ({ entropy }) => Math.max(0, entropy - 1) / 2,
  ({ entropy }) => Math.max(0, entropy - 2.5) / 2,
  ({ ngramBest }) => log(ngramBest) / 2,
  ({ ngramBest }) => ngramBest,
  ({ neuralBest }) => log(neuralBest) / 2,
  ({ neuralBest }) => neuralBest,
  ({ modelsAgree }) => flag(modelsAgree),
  ({ matchCount }) => Math.log1p(matchCount) / 2,
  ({ fromOpenFile }) => flag(fromOpenFile),
  ({ isFirstToken }) => flag(isFirstToken),
  ({ ngramBest, neuralBest }) => log(ngramBest) - log(neuralBest),
];

export const gateSize = features.length;

export function gateFeatures(facts: GateFacts): Float32Array {
  return Float32Array.from(features, (feature) => feature(facts));
}

/** An event's probability under each model, and mixed. */
interface MixedProbability {
  readonly ngram: number;
  readonly neural: number;
  readonly mixed: number;
}

interface TokenOption extends MixedProbability {
  readonly token: number;
}

export interface MixedPrediction {
  /** Tokens that at least one model finds likely, most probable first. */
  readonly options: readonly TokenOption[];
  readonly finish: MixedProbability;
  /** Entropy of the mixture, nats. All tokens that are no option count as one event. */
  readonly entropy: number;
  readonly features: Float32Array;
  readonly facts: GateFacts;
  /** The neural model's weight. */
  readonly gate: number;
}

export class NextTokenMixer {
  readonly predictor: Predictor;
  private readonly reader: LogitReader;
  private readonly gate: ArrayLike<number>;
  /** First tokens of the text between the cursor and the end of its line; empty at the end of the line. */
  private readonly rest: Int32Array;

  /** @param rest text between the cursor and its line's end, trimmed */
  constructor(predictor: Predictor, reader: LogitReader, gate: ArrayLike<number>, rest: string) {
    this.predictor = predictor;
    this.reader = reader;
    this.gate = gate;
    this.rest = predictor.vocabulary.tokenizer.encode(rest).subarray(0, REST_TOKENS);
  }

  /**
   * @param context context[0, end) holds the tokens before the cursor and those of the hypothesis; a few more entries
   * follow, which may be overwritten
   * @param healing bytes that the next tokens have to begin with
   * @param logits after the hypothesis, [vocabulary]
   */
  predict(
    context: Int32Array,
    end: number,
    healing: Uint8Array,
    logits: Float32Array,
    isFirstToken: boolean,
  ): MixedPrediction {
    const { predictor } = this;
    const { evidence, mixture, vocabulary } = predictor;
    const { tokenizer, endsLine } = vocabulary;
    const isHealing = healing.length > 0;
    const lineEnds = this.rest.length === 0;
    const ngramRest = !isHealing && !lineEnds ? restProbability(predictor, this.rest, context, end) : 0;
    predictor.predict(context, end);
    const allowed = isHealing ? allowedTokens(tokenizer, healing) : undefined;
    const reading = this.reader.read(logits, lineEnds, allowed);

    // The n-grams' candidates; while healing, only those that continue the spelling.
    const candidates = new Map<number, number>();
    let ngramTotal = 0;
    let ngramFinish = ngramRest;
    if (allowed) {
      for (const id of allowed) if (evidence.find(id) >= 0) candidates.set(id, predictor.probabilityOf(id));
      for (const p of candidates.values()) ngramTotal += p;
      for (const id of reading.best) if (!candidates.has(id)) candidates.set(id, 0);
    } else {
      ngramTotal = 1;
      for (let slot = 0; slot < evidence.size; slot++) {
        const id = evidence.candidates[slot] as number;
        const p = mixture.probabilities[slot] as number;
        if (endsLine[id] === 1) {
          if (lineEnds && id !== vocabulary.separator) ngramFinish += p;
        } else candidates.set(id, p);
      }
      const [next] = this.rest;
      if (next !== undefined && ngramRest > 0)
        candidates.set(next, Math.max(0, (candidates.get(next) ?? 0) - ngramRest));
      for (const id of reading.best) if (!candidates.has(id)) candidates.set(id, predictor.probabilityOf(id));
    }
    const scale = ngramTotal > 0 ? 1 / ngramTotal : 0;
    const facts = this.facts(candidates, scale, ngramFinish, reading, isFirstToken);
    const values = gateFeatures(facts);
    // If the neural model did not expect the healed bytes, its prediction of the next token counts less.
    const neuralWeight = firstExpertWeight(values, this.gate) * reading.allowed;
    const ngramWeight = (1 - firstExpertWeight(values, this.gate)) * ngramTotal;
    const gate = neuralWeight + ngramWeight > 0 ? neuralWeight / (neuralWeight + ngramWeight) : 1;
    const mix = (ngram: number, neural: number): MixedProbability => ({
      ngram,
      neural,
      mixed: gate * neural + (1 - gate) * ngram,
    });
    const finish = mix(ngramFinish, reading.finish);
    const options: TokenOption[] = [];
    let entropy = finish.mixed > 0 ? -finish.mixed * Math.log(finish.mixed) : 0;
    let remaining = 1 - finish.mixed;
    for (const [token, p] of candidates) {
      const mixed = mix(p * scale, probability(reading, token));
      remaining -= mixed.mixed;
      if (mixed.mixed > 0) entropy -= mixed.mixed * Math.log(mixed.mixed);
      if (mixed.mixed > 1e-3) options.push({ token, ...mixed });
    }
    if (remaining > 0) entropy -= remaining * Math.log(remaining);
    options.sort((a, b) => b.mixed - a.mixed);
    return { options, finish, entropy, features: values, facts, gate };
  }

  /** Probabilities of the author's next token under the latest prediction; undefined: the end of the line. */
  probabilityOf(token: number | undefined, prediction: MixedPrediction, logits: Float32Array): MixedProbability {
    if (token === undefined) return prediction.finish;
    const known = prediction.options.find((option) => option.token === token);
    if (known) return known;
    const reading = this.reader.read(logits, this.rest.length === 0);
    const neural = probability(reading, token);
    const ngram = this.predictor.probabilityOf(token);
    return { ngram, neural, mixed: prediction.gate * neural + (1 - prediction.gate) * ngram };
  }

  private facts(
    candidates: ReadonlyMap<number, number>,
    scale: number,
    ngramFinish: number,
    reading: NextTokenDistribution,
    isFirstToken: boolean,
  ): GateFacts {
    const { evidence } = this.predictor;
    let ngramBest = -1;
    let best = ngramFinish;
    for (const [token, p] of candidates) {
      if (p * scale <= best) continue;
      best = p * scale;
      ngramBest = token;
    }
    const neuralFirst = reading.best[0];
    const neuralToken = neuralFirst === undefined ? 0 : probability(reading, neuralFirst);
    const neuralBest = reading.finish > neuralToken ? -1 : (neuralFirst ?? -1);
    return {
      matchLength: evidence.matchLength,
      matchCount: evidence.matchCount,
      fromOpenFile: evidence.matchTier === 'open-file',
      ngramBest: best,
      neuralBest: Math.max(reading.finish, neuralToken),
      entropy: reading.entropy,
      modelsAgree: ngramBest === neuralBest,
      isFirstToken,
    };
  }
}
