// How surprising each token of a text is to the model.
import type { Network } from '../../src/decode/network.ts';
import { predict } from '../common/greedy/predict.ts';

export interface Scored {
  readonly ids: readonly number[];
  /** Negative log-likelihood of each token given those before it, nats; NaN for the first, which nothing predicts. */
  readonly losses: Float32Array;
  /** Entropy of the prediction that each token met, nats. */
  readonly entropies: Float32Array;
  readonly cancelled: boolean;
}

const CHUNK = 128;

/** The text is cut at the model's context length. */
export async function score(network: Network, ids: readonly number[], signal?: AbortSignal): Promise<Scored> {
  const { vocabSize, contextLength } = network.config;
  const tokens = ids.slice(0, contextLength);
  const losses = new Float32Array(tokens.length).fill(Number.NaN);
  const entropies = new Float32Array(tokens.length).fill(Number.NaN);
  const cache = network.cache();
  for (let at = 0; at < tokens.length - 1; at += CHUNK) {
    if (signal?.aborted) return { ids: tokens, losses, entropies, cancelled: true };
    const part = tokens.slice(at, Math.min(tokens.length - 1, at + CHUNK));
    const logits = await network.forward(cache, { ids: part.map((id) => [id]), rows: part.map((_, i) => i) });
    part.forEach((_, i) => {
      const { top, entropy } = predict(logits, i * vocabSize, vocabSize, 1);
      const [best] = top as [(typeof top)[number]];
      const target = tokens[at + i + 1] as number;
      const gap = (logits[i * vocabSize + best.id] as number) - (logits[i * vocabSize + target] as number);
      losses[at + i + 1] = gap - best.logProbability;
      entropies[at + i + 1] = entropy;
    });
  }
  return { ids: tokens, losses, entropies, cancelled: false };
}
