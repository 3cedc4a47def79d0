// The drafter for a neural model with the n-grams' tokenizer: both are mixed token by token.
import type { GateExample } from '../../common/statistics/gate.ts';
import { remainingBytes } from '../../neural/inference/prefill.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import { type DrafterOptions, JointDrafter, type PromptedQuery, type QuerySite } from './joint-drafter.ts';
import { LogitReader } from './logit-reader.ts';
import type { MixWeights } from './mix-weights.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { beginnings, type NextTokenScores } from './next-token-scores.ts';
import { REST_ENTRIES } from './ngram-predictions.ts';
import { LINE_LIMITS, type MixHypothesis, searchLine } from './search.ts';

export class TokenMixtureDrafter extends JointDrafter<Float32Array> {
  private readonly reader: LogitReader;

  constructor(
    name: string,
    model: NextTokenScores<Float32Array>,
    ngram: () => NgramModel,
    weights: MixWeights,
    options: DrafterOptions = {},
  ) {
    const { vocabulary } = ngram();
    super(name, model, ngram, weights, vocabulary, options);
    this.reader = new LogitReader(vocabulary, model.vocabularySize);
  }

  protected ownFile({ predictor }: QuerySite): OwnFile {
    return predictor.own;
  }

  protected linesAt(prompted: PromptedQuery<Float32Array>, signal?: AbortSignal): Promise<readonly MixHypothesis[]> {
    const { prompt, predictor, maxTokens } = prompted;
    const { before, healed } = predictor.own;
    return searchLine(prompt, this.mixerAt(prompted), { before, healed, maxTokens }, LINE_LIMITS, signal);
  }

  protected async examplesAt(
    prompted: PromptedQuery<Float32Array>,
    truth: string,
    signal?: AbortSignal,
  ): Promise<GateExample[]> {
    const mixer = this.mixerAt(prompted);
    const { own, vocabulary } = prompted.predictor;
    const { tokenizer } = vocabulary;
    let { healed } = own;
    const tokens = [...tokenizer.encode(vocabulary.decode(healed) + truth)];
    const rows = await prompted.prompt.run(beginnings(tokens), signal);
    const cursor = own.before.length;
    const context = new Int32Array(cursor + tokens.length + REST_ENTRIES);
    context.set(own.before);
    const examples: GateExample[] = [];
    for (const [at, logits] of rows.entries()) {
      const prediction = mixer.predict(context, cursor + at, healed, logits, at === 0);
      const token = tokens[at];
      if (healed.length === 0) {
        const probability = mixer.probabilityOf(token, prediction, logits);
        examples.push({ features: prediction.features, first: probability.neural, second: probability.ngram });
      }
      if (token === undefined) break;
      context[cursor + at] = token;
      healed = remainingBytes(healed, tokenizer.bytesOf(token));
    }
    return examples;
  }

  private mixerAt({ predictor, rest }: QuerySite): NextTokenMixer {
    return new NextTokenMixer(predictor, this.reader, this.weights.gate, rest);
  }
}
