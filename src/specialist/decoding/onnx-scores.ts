// Scores of a model that our engine runs: logits of the whole vocabulary. A pass runs several paths (branches.ts).
import type { Branches } from '../../neural/inference/branches.ts';
import type { KeyValueCache } from '../../neural/inference/key-value-cache.ts';
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import type { Network } from '../../neural/inference/network.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import type { NextTokenScores, PromptScores } from './next-token-scores.ts';

/** With the cache, for passes that are no search: a block's line ends, and a line that is known. */
export interface OnnxPrompt extends PromptScores<Float32Array> {
  readonly network: Network;
  readonly cache: KeyValueCache;
  readonly branches: Branches;
}

export type OnnxModel = Pick<LanguageModel, 'network' | 'prefixes' | 'tokenizer' | 'dialect'>;

export function onnxScores({ network, prefixes, tokenizer, dialect }: OnnxModel): NextTokenScores<OnnxPrompt> {
  const { vocabSize, contextLength } = network.config;
  const open = (prompt: readonly number[]): OnnxPrompt => {
    const { cache, branches, reused, finish } = prefixes.lease(prompt);
    return {
      ...{ network, cache, branches },
      freshTokens: prompt.length - reused,
      room: contextLength - prompt.length,
      ready: async (signal) => {
        branches.logits ??= await prefill(network, cache, prompt, reused, signal);
        signal?.throwIfAborted();
      },
      depthOf: (path) => branches.depthOf(path),
      run: (paths, signal, ahead) => runBranches(branches, paths, signal, ahead),
      close: () => {
        branches.settle();
        finish(prompt);
      },
    };
  };
  return { tokenizer, dialect, vocabularySize: vocabSize, contextLength, open };
}

/** As PromptScores.run. */
export async function runBranches(
  branches: Branches,
  ...[paths, signal, ahead]: Parameters<OnnxPrompt['run']>
): Promise<readonly Float32Array[]> {
  signal?.throwIfAborted();
  return branches.run(paths, ahead);
}
