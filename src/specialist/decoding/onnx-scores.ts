// Scores of a model that our engine runs: logits of the whole vocabulary. A pass runs several paths (branches.ts).
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import type { NextTokenScores, PromptScores } from './next-token-scores.ts';

export type OnnxModel = Pick<LanguageModel, 'network' | 'prefixes' | 'tokenizer' | 'dialect'>;

export function onnxScores({ network, prefixes, tokenizer, dialect }: OnnxModel): NextTokenScores<Float32Array> {
  const { vocabSize, contextLength } = network.config;
  const open = (prompt: readonly number[]): PromptScores<Float32Array> => {
    const { cache, branches, reused, finish } = prefixes.lease(prompt);
    return {
      freshTokens: prompt.length - reused,
      room: contextLength - prompt.length,
      ready: async (signal) => {
        branches.logits ??= await prefill(network, cache, prompt, reused, signal);
        signal?.throwIfAborted();
      },
      depthOf: (path) => branches.depthOf(path),
      run: async (paths, signal, ahead) => {
        signal?.throwIfAborted();
        return branches.run(paths, ahead);
      },
      close: () => {
        branches.settle();
        finish(prompt);
      },
    };
  };
  return { tokenizer, dialect, vocabularySize: vocabSize, contextLength, open };
}
