// The validation loss of the mixture of this model and another one on held-out tokens.
import { fitInterpolation } from '../../common/statistics/interpolation.ts';
import type { TokenBatch } from './batches.ts';

/**
 * Interpolates both models with the single weight that fits these tokens best. When serving, a gate weights each token,
 * but it is fitted only after training. As with the gate, learning what the other model already predicts lowers this
 * loss little.
 */
export class MixtureLoss {
  private readonly first: number[] = [];
  private readonly second: number[] = [];
  private readonly weights: number[] = [];

  /** @param losses of each target of the batch, nats */
  add({ weights, otherProbabilities: beside }: TokenBatch, losses: Float32Array): void {
    beside?.forEach((otherProbability, i) => {
      const weight = weights[i] as number;
      if (Number.isNaN(otherProbability) || weight === 0) return;
      this.first.push(Math.exp(-(losses[i] as number)));
      this.second.push(otherProbability);
      this.weights.push(weight);
    });
  }

  /** Nats per token; undefined if no probability of the other model is known. NaN if a loss was NaN. */
  get loss(): number | undefined {
    const { first, second, weights } = this;
    return weights.length === 0 ? undefined : fitInterpolation({ first, second, weights }).loss;
  }
}
