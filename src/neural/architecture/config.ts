// The shape of a decoder.
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
  /** Divisors of the headDim / 2 frequencies; absent: unscaled. */
  readonly ropeDivisors?: readonly number[];
  /** The output projection is the embedding matrix. */
  readonly tied: boolean;
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
}
