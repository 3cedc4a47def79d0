// Steppers and batches of the golden cases, and ten training steps of adapters against PyTorch's losses and norms.
import assert from 'node:assert/strict';

import type { TokenBatch } from '../../../src/neural/training/batches.ts';
import { Stepper, type StepperOptions, type TrainingState } from '../../../src/neural/training/stepper.ts';
import { OPTIMIZER } from '../../../src/neural/training/training-settings.ts';
import { type Golden, type GoldenBatch, readGolden } from '../architecture/golden.ts';

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

export const LEARNING_RATE = 3e-3;
export const MAX_NORM = 0.5;

/** Throws if a loss or a norm differs. */
export async function compareSteps(more: Partial<StepperOptions>): Promise<void> {
  const golden = readGolden();
  const trainer = await stepper(golden, more);
  for (const [i, batch] of golden.batches.entries()) {
    const whole = tokenBatch(batch);
    const batches = more.batch === 1 ? split(whole, golden.length) : [whole];
    const result = await trainer.run(batches, LEARNING_RATE, MAX_NORM);
    assert.ok(result);
    const { loss, norm } = result;
    for (const [actual, expected] of [
      [loss, golden.losses[i]],
      [norm, golden.norms[i]],
    ] as [number, number][]) {
      assert.ok(Math.abs(actual - expected) <= 1e-4 * expected, `step ${i + 1}: ${actual}, PyTorch has ${expected}`);
    }
  }
  assert.equal(trainer.step, 10);
  await trainer.dispose();
}
