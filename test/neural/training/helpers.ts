// Steppers and batches of the golden cases.

import type { TokenBatch } from '../../../src/neural/training/batches.ts';
import { Stepper, type StepperOptions, type TrainingState } from '../../../src/neural/training/stepper.ts';
import { OPTIMIZER } from '../../../src/neural/training/training-settings.ts';
import type { Golden, GoldenBatch } from '../architecture/golden.ts';

export function options(golden: Golden, more: Partial<StepperOptions> = {}): StepperOptions {
  const { config, batch, length, lora, packed } = golden;
  return {
    config,
    batch,
    length,
    lora,
    packed: new Map(packed),
    optimizer: OPTIMIZER,
    lossChunk: 16,
    device: 'cpu',
    threads: 1,
    ...more,
  };
}

/** Starts from the golden adapters. */
export function stepper(golden: Golden, more: Partial<StepperOptions> = {}, state?: TrainingState): Promise<Stepper> {
  const start = state ?? { step: 0, tensors: copyOf(golden.weights) };
  return Stepper.create(options(golden, more), golden.weights, start);
}

/** Steps on the CPU change the arrays they are given. */
export function copyOf(tensors: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  return new Map([...tensors].map(([name, data]) => [name, data.slice()]));
}

export function tokenBatch({ ids, targets, weights }: GoldenBatch): TokenBatch {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    ids: Int32Array.from(ids),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights, (weight) => weight / total),
  };
}

/** Splits a batch into micro-batches of one sequence each. */
export function split(batch: TokenBatch, length: number): TokenBatch[] {
  return Array.from({ length: batch.ids.length / length }, (_, i) => ({
    ids: batch.ids.slice(i * length, (i + 1) * length),
    targets: batch.targets.slice(i * length, (i + 1) * length),
    weights: batch.weights.slice(i * length, (i + 1) * length),
  }));
}
