// What shape of decoder a model is, and the sizes of our own.
import type { ModelType, Traits } from './families.ts';

export interface ModelConfig extends Traits {
  readonly modelType: ModelType;
  readonly vocabSize: number;
  /** Width of the residual stream. */
  readonly hiddenSize: number;
  /** Width inside the feed-forward block. */
  readonly intermediateSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Key/value heads; each serves heads / keyValueHeads query heads. */
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** Longest sequence it was made for, tokens. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  /** What each of the headDim / 2 frequencies is divided by; absent: nothing. */
  readonly ropeDivisors?: readonly number[];
  /** The output projection is the embedding matrix. */
  readonly tied: boolean;
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
}

const COMMON = {
  modelType: 'llama',
  contextLength: 1024,
  normEpsilon: 1e-5,
  ropeTheta: 10000,
  attentionBias: false,
  outputBias: false,
  tied: true,
  initializerRange: 0.02,
} as const;

/** Sizes of our own models; the vocabulary comes from the tokenizer. At 16,384 tokens S has 16.6 M parameters, M 115.6 M. */
export const PRESETS = {
  S: { ...COMMON, hiddenSize: 384, intermediateSize: 1152, layers: 6, heads: 6, keyValueHeads: 2, headDim: 64 },
  M: {
    ...COMMON,
    contextLength: 2048,
    ropeTheta: 100_000,
    hiddenSize: 576,
    intermediateSize: 1536,
    layers: 30,
    heads: 9,
    keyValueHeads: 3,
    headDim: 64,
  },
} as const satisfies Record<string, Omit<ModelConfig, 'vocabSize'>>;
