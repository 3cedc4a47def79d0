// The specialist for a neural model with the n-grams' tokenizer: both are mixed token by token.
import type { GateExample } from '../../common/statistics/gate.ts';
import { remainingBytes } from '../../neural/inference/healing.ts';
import type { Block, FirstLine } from '../ngram/block.ts';
import type { NgramModel } from '../ngram/model.ts';
import type { OwnFile } from '../ngram/own-file.ts';
import { continueMixedBlock } from './block.ts';
import { FolderSpecialist, type PromptedQuery, type SpecialistOptions } from './folder-specialist.ts';
import { LogitReader } from './logit-reader.ts';
import { NextTokenMixer } from './next-token-mixer.ts';
import { beginnings, type NextTokenScores } from './next-token-scores.ts';
import { REST_ENTRIES } from './ngram-predictions.ts';
import { LINE_LIMITS, type MixHypothesis, searchLine } from './search.ts';
import type { MixWeights } from './types.ts';
import type { QuerySite } from './write-draft.ts';

export class MixtureSpecialist extends FolderSpecialist<Float32Array> {
  private readonly reader: LogitReader;

  constructor(
    name: string,
    model: NextTokenScores<Float32Array>,
    ngram: () => NgramModel,
    weights: MixWeights,
    options: SpecialistOptions = {},
  ) {
    const { vocabulary } = ngram();
    super(name, model, ngram, weights, vocabulary, options);
    this.reader = new LogitReader(vocabulary, model.vocabularySize);
  }

  protected ownFile({ position }: QuerySite): OwnFile {
    return position.own;
  }

  protected linesAt(prompted: PromptedQuery<Float32Array>, signal?: AbortSignal): Promise<readonly MixHypothesis[]> {
    const { prompt, position, maxTokens } = prompted;
    const { before, healed } = position.own;
    return searchLine(prompt, this.mixerAt(prompted), { before, healed, maxTokens }, LINE_LIMITS, signal);
  }

  protected async blockAt(
    prompted: PromptedQuery<Float32Array>,
    first: FirstLine,
    signal?: AbortSignal,
  ): Promise<Block | false> {
    return prompted.rest === '' && continueMixedBlock(prompted, first, this.reader, this.mixerAt(prompted), signal);
  }

  protected async examplesAt(
    prompted: PromptedQuery<Float32Array>,
    truth: string,
    signal?: AbortSignal,
  ): Promise<GateExample[]> {
    const { ngram, position, prompt } = prompted;
    const mixer = this.mixerAt(prompted);
    const { tokenizer } = ngram.vocabulary;
    const { own } = position;
    let { healed } = own;
    const tokens = [...tokenizer.encode(ngram.vocabulary.decode(healed) + truth)];
    const rows = await prompt.run(beginnings(tokens), signal);
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

  private mixerAt({ position, ngram, rest }: QuerySite): NextTokenMixer {
    return new NextTokenMixer(position, ngram.vocabulary, this.reader, this.weights.gate, rest);
  }
}
