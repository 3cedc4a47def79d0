// Ten training steps of adapters against PyTorch's losses and norms.
import assert from 'node:assert/strict';
import type { StepperOptions } from '../../../src/neural/training/stepper.ts';
import { readGolden } from '../architecture/golden.ts';
import { split, stepper, tokenBatch } from './helpers.ts';

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
