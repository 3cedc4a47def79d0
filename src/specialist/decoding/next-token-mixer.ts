// One step of the mixture: the tokens that may follow a hypothesis, with the probability of each model and of the
// mixture.

import { firstExpertWeight } from '../../common/statistics/gate.ts';
import { allowedTokens } from '../../neural/inference/healing.ts';
import type { NgramCursorPosition } from '../ngram/search.ts';
import type { Vocabulary } from '../ngram/vocabulary.ts';
import { type GateFacts, gateFeatures } from './gate.ts';
import { type LogitReader, type NextTokenDistribution, probability } from './logit-reader.ts';
import { REST_TOKENS, restProbability } from './ngram-predictions.ts';

/** An event's probability under each model, and mixed. */
export interface MixedProbability {
  readonly ngram: number;
  readonly neural: number;
  readonly mixed: number;
}

export interface TokenOption extends MixedProbability {
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
  readonly vocabulary: Vocabulary;
  readonly position: NgramCursorPosition;
  private readonly reader: LogitReader;
  private readonly gate: ArrayLike<number>;
  /** First tokens of the text between the cursor and the end of its line; empty at the end of the line. */
  private readonly rest: Int32Array;

  /** @param rest text between the cursor and its line's end, trimmed */
  constructor(
    position: NgramCursorPosition,
    vocabulary: Vocabulary,
    reader: LogitReader,
    gate: ArrayLike<number>,
    rest: string,
  ) {
    this.position = position;
    this.vocabulary = vocabulary;
    this.reader = reader;
    this.gate = gate;
    this.rest = vocabulary.tokenizer.encode(rest).subarray(0, REST_TOKENS);
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
    const { predictor, path, scope } = this.position;
    const isHealing = healing.length > 0;
    const lineEnds = this.rest.length === 0;
    const ngramRest =
      !isHealing && !lineEnds ? restProbability(this.position, this.vocabulary, this.rest, context, end) : 0;
    predictor.predict(context, end, scope, path);
    const { evidence, mixture } = predictor;
    const { tokenizer, endsLine } = this.vocabulary;
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
          if (lineEnds && id !== this.vocabulary.separator) ngramFinish += p;
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
    const ngram = this.position.predictor.probabilityOf(token);
    return { ngram, neural, mixed: prediction.gate * neural + (1 - prediction.gate) * ngram };
  }

  private facts(
    candidates: ReadonlyMap<number, number>,
    scale: number,
    ngramFinish: number,
    reading: NextTokenDistribution,
    isFirstToken: boolean,
  ): GateFacts {
    const { evidence } = this.position.predictor;
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
