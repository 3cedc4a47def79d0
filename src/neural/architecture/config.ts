// The shape of a decoder: Llama's layers without biases, whose output matrix is the embedding (tied).

export interface ModelConfig {
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
  readonly initializerRange: number;
  readonly bosTokenId?: number;
  readonly eosTokenId?: number;
}
