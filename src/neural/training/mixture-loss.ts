// The validation loss of a model that is mixed with another one: how well both together predict the held-out tokens.
import { fitInterpolation } from '../../common/statistics/interpolation.ts';
import type { TokenBatch } from './batches.ts';

/**
 * Both models are interpolated with the one weight that suits these tokens best. The product's gate, which depends on
 * the token, is fitted after training. This weight follows the model as the gate would, and what the other model knows
 * already earns nothing here either.
 */
export class MixtureLoss {
  private readonly first: number[] = [];
  private readonly second: number[] = [];
  private readonly weights: number[] = [];

  /** @param losses of each target of the batch, nats */
  add({ weights, beside }: TokenBatch, losses: Float32Array): void {
    beside?.forEach((chance, i) => {
      const weight = weights[i] as number;
      if (Number.isNaN(chance) || weight === 0) return;
      this.first.push(Math.exp(-(losses[i] as number)));
      this.second.push(chance);
      this.weights.push(weight);
    });
  }

  /** Nats per token; undefined if no probability of the other model is known. NaN if a loss was. */
  get loss(): number | undefined {
    const { first, second, weights } = this;
    return weights.length === 0 ? undefined : fitInterpolation({ first, second, weights }).loss;
  }
}
