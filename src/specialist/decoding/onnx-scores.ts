// Scores of a model that our engine runs: logits of the whole vocabulary. A pass runs several paths (branches.ts).
import type { Branches, Path } from '../../neural/inference/branches.ts';
import type { KeyValueCache } from '../../neural/inference/key-value-cache.ts';
import type { LanguageModel } from '../../neural/inference/language-model.ts';
import type { Network } from '../../neural/inference/network.ts';
import { prefill } from '../../neural/inference/prefill.ts';
import type { CacheLease } from '../../neural/inference/prefixes.ts';
import type { NextTokenScores, PromptScores } from './next-token-scores.ts';

export type OnnxModel = Pick<LanguageModel, 'network' | 'prefixes' | 'tokenizer' | 'dialect'>;

export class OnnxScores implements NextTokenScores<OnnxPrompt> {
  readonly tokenizer: OnnxModel['tokenizer'];
  readonly dialect: OnnxModel['dialect'];
  readonly vocabularySize: number;
  readonly contextLength: number;
  private readonly model: OnnxModel;

  constructor(model: OnnxModel) {
    this.model = model;
    this.tokenizer = model.tokenizer;
    this.dialect = model.dialect;
    const { vocabSize, contextLength } = model.network.config;
    this.vocabularySize = vocabSize;
    this.contextLength = contextLength;
  }

  open(prompt: readonly number[]): OnnxPrompt {
    return new OnnxPrompt(this.model, prompt);
  }
}

export class OnnxPrompt implements PromptScores<Float32Array> {
  readonly freshTokens: number;
  readonly room: number;
  readonly network: Network;
  readonly cache: KeyValueCache;
  readonly branches: Branches;
  private readonly prompt: readonly number[];
  private readonly lease: CacheLease;

  constructor({ network, prefixes }: OnnxModel, prompt: readonly number[]) {
    const lease = prefixes.lease(prompt);
    this.network = network;
    this.prompt = prompt;
    this.lease = lease;
    this.cache = lease.cache;
    this.branches = lease.branches;
    this.freshTokens = prompt.length - lease.reused;
    this.room = network.config.contextLength - prompt.length;
  }

  async ready(signal?: AbortSignal): Promise<void> {
    const { network, cache, branches, prompt, lease } = this;
    branches.logits ??= await prefill(network, cache, prompt, lease.reused, signal);
    signal?.throwIfAborted();
  }

  depthOf(path: Path): number {
    return this.branches.depthOf(path);
  }

  async run(paths: readonly Path[], signal?: AbortSignal, ahead?: () => readonly Path[]): Promise<Float32Array[]> {
    signal?.throwIfAborted();
    return this.branches.run(paths, ahead);
  }

  close(): void {
    this.branches.settle();
    this.lease.finish(this.prompt);
  }
}
