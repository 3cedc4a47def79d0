// What a validation comes to where the model is mixed with another one: how badly both together foresee the held-out tokens.
import { interpolated } from '../../common/statistics/interpolation.ts';
import type { TokenBatch } from './batches.ts';

/**
 * Both models are interpolated with the one weight that suits these tokens best. The product's gate, which looks at each token, is fitted after
 * training; that weight moves with the model as the gate would, and what the other model knows already earns nothing here, either.
 */
export class MixtureLoss {
  private readonly first: number[] = [];
  private readonly second: number[] = [];
  private readonly weights: number[] = [];

  /** @param losses of each of the batch's targets, nats */
  add({ weights, beside }: TokenBatch, losses: Float32Array): void {
    beside?.forEach((chance, i) => {
      const weight = weights[i] as number;
      if (Number.isNaN(chance) || weight === 0) return;
      this.first.push(Math.exp(-(losses[i] as number)));
      this.second.push(chance);
      this.weights.push(weight);
    });
  }

  /** Nats a token; undefined: nowhere is known what the other model gives. No number where a loss was none. */
  get loss(): number | undefined {
    const { first, second, weights } = this;
    return weights.length === 0 ? undefined : interpolated({ first, second, weights }).loss;
  }
}
