// The identity of a run: what decides its steps is part of it; device, speed and budget are not.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { identityOf, type TrainingRequest } from '../../../src/neural/training/request.ts';
import { PRESETS } from '../../support/random-models.ts';

const config = { ...PRESETS.S, vocabSize: 100 };
const example = { ids: Int32Array.of(1, 2, 3) };
const validation = { examples: [example], everySteps: 2, patience: 3 };
const request: TrainingRequest = {
  ...{
    base: 'base',
    out: 'out',
    tokenizer: 'tokenizer.json',
    examples: [example],
    batch: 1,
    length: 8,
    microBatches: 2,
    epochs: 1,
    seed: 1,
  },
  ...{ separator: 0, learningRate: 1, checkpointEverySteps: 5, device: 'cpu', threads: 1, validation },
};
const identity = identityOf(request, config, 'weights');

test('a run that is moved, or continues on another device with another budget, stays the same run', () => {
  const moved: TrainingRequest = { ...request, base: 'elsewhere', out: 'there', tokenizer: 'there.json' };
  const slower = { checkpointEverySteps: 6, threads: 2, budgetSeconds: 60, lateSeconds: 9, pauseAfter: 1 };
  assert.equal(identityOf({ ...moved, ...slower, device: 'webgpu' }, config, 'weights'), identity);
});

const changes: Partial<TrainingRequest>[] = [
  ...[{ batch: 2 }, { length: 9 }, { microBatches: 3 }, { epochs: 2 }, { maxSteps: 9 }, { seed: 2 }],
  ...[{ separator: 1 }, { learningRate: 2 }],
  { examples: [example, example] },
  { examples: [{ ids: Int32Array.of(1, 2, 4) }] },
  { examples: [{ ...example, weights: Float32Array.of(1, 1, 2) }] },
  { validation: { ...validation, patience: 4 } },
  { validation: { ...validation, everySteps: 3 } },
  { validation: { ...validation, examples: [{ ...example, weights: Float32Array.of(1, 1, 2) }] } },
];

test('another model, other examples or other settings make another run', () => {
  const others = changes.map((change) => identityOf({ ...request, ...change }, config, 'weights'));
  others.push(identityOf(request, config, 'others'), identityOf(request, { ...config, ropeTheta: 5 }, 'weights'));
  assert.equal(new Set([identity, ...others]).size, changes.length + 3);
});
