// Lines of an imported model with another tokenizer than the n-grams, which our own engine serves.
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import type { TopTokens } from '../../neural/llama/llama-model.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { LineModel, PromptedLines } from './line-model.ts';

/** Tokens of a distribution that are read. */
const TOP = 512;

export class OnnxLines implements LineModel {
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  private readonly language: Pick<LanguageModel, 'network' | 'prefixes'>;

  constructor(language: Pick<LanguageModel, 'network' | 'prefixes'>, tokenizer: Tokenizer, dialect: Dialect) {
    this.language = language;
    this.tokenizer = tokenizer;
    this.dialect = dialect;
    const { vocabSize, contextLength } = language.network.config;
    this.vocabularySize = vocabSize;
    this.contextLength = contextLength;
  }

  open(prompt: readonly number[]): PromptedLines {
    const { network, prefixes } = this.language;
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

/** The likeliest tokens of a row of logits; their log probabilities are those of the whole row. */
export function topTokens(logits: Float32Array): TopTokens {
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of logits) if (value > highest) highest = value;
  let total = 0;
  for (const value of logits) total += Math.exp(value - highest);
  const logTotal = highest + Math.log(total);
  // A threshold that few tokens pass is lowered until enough do.
  let ids: number[] = [];
  for (let reach = 8; ids.length < Math.min(TOP, logits.length) && reach <= 64; reach *= 2) {
    ids = [];
    const least = reach === 64 ? Number.NEGATIVE_INFINITY : highest - reach;
    for (let id = 0; id < logits.length; id++) if ((logits[id] as number) >= least) ids.push(id);
  }
  ids.sort((a, b) => (logits[b] as number) - (logits[a] as number));
  ids.length = Math.min(ids.length, TOP);
  return { ids, logs: ids.map((id) => (logits[id] as number) - logTotal) };
}
