// A random model that runs in a millisecond, for tests of cache contents.

import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import { prefill } from '../../../src/neural/inference/prefill.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { COMMON, initialWeights } from '../../support/random-models.ts';

export const TINY: ModelConfig = {
  ...COMMON,
  vocabSize: 64,
  hiddenSize: 32,
  intermediateSize: 64,
  layers: 2,
  heads: 2,
  keyValueHeads: 1,
  headDim: 16,
};

/** In full precision: the caller disposes of it. */
export async function tinyNetwork(): Promise<Network> {
  await loadLibrary();
  const model = { config: TINY, weights: initialWeights(TINY, 2) };
  return Network.load(model, { device: 'cpu', threads: 1, precision: 'fp32' });
}

/** The logits after these tokens with a fresh cache. */
export async function afresh(network: Network, tokens: readonly number[]): Promise<Float32Array> {
  return (await prefill(network, network.cache(), tokens, 0)) as Float32Array;
}
