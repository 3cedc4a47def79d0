// Lines of a small model of our own, with another tokenizer than the n-grams, in place of llama.cpp's.
import type { LanguageModel } from '../../../src/neural/inference/language-model.ts';
import { prefill } from '../../../src/neural/inference/prefill.ts';
import { logTotal, TOP, type TopTokens } from '../../../src/neural/inference/top-tokens.ts';
import type { Dialect } from '../../../src/neural/models/dialects.ts';
import type { LineModel, PromptedLines } from '../../../src/specialist/decoding/line-model.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/types.ts';

export class OnnxLines implements LineModel {
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  private readonly languageModel: Pick<LanguageModel, 'network' | 'prefixes'>;

  constructor(languageModel: Pick<LanguageModel, 'network' | 'prefixes'>, tokenizer: Tokenizer, dialect: Dialect) {
    this.languageModel = languageModel;
    this.tokenizer = tokenizer;
    this.dialect = dialect;
    const { vocabSize, contextLength } = languageModel.network.config;
    this.vocabularySize = vocabSize;
    this.contextLength = contextLength;
  }

  open(prompt: readonly number[]): PromptedLines {
    const { network, prefixes } = this.languageModel;
    const lease = prefixes.lease(prompt);
    const { branches, cache } = lease;
    return {
      freshTokens: prompt.length - lease.reused,
      room: network.config.contextLength - prompt.length,
      ready: async (signal) => {
        branches.logits ??= await prefill(network, cache, prompt, lease.reused, signal);
        signal?.throwIfAborted();
      },
      depthOf: (path) => branches.depthOf(path),
      run: async (path, signal) => {
        signal?.throwIfAborted();
        const rows = path.length === 0 ? [] : await branches.run(path.map((_, i) => path.slice(0, i + 1)));
        return [branches.logits as Float32Array, ...rows].map(topTokens);
      },
      close: () => {
        branches.settle();
        lease.finish(prompt);
      },
    };
  }
}

export function topTokens(logits: Float32Array): TopTokens {
  const sum = logTotal(logits);
  const ids = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number)).slice(0, TOP);
  return { ids, logs: ids.map((id) => (logits[id] as number) - sum) };
}
