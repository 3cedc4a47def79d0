// The fit of the gate finds the model to trust; and which specialists share a model in memory.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstExpertWeight, fitGate, meanLogLoss, mixtureProbability } from '../../../src/common/statistics/gate.ts';
import { ADAPTER, WEIGHTS } from '../../../src/neural/models/manifest.ts';
import { initialMixWeights, readMixWeights } from '../../../src/specialist/decoding/mix-weights.ts';
import { type GateFacts, gateFeatures, gateSize } from '../../../src/specialist/decoding/next-token-mixer.ts';
import { identity } from '../../../src/specialist/decoding/open-folders.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function facts(more: Partial<GateFacts>): GateFacts {
  return {
    matchLength: 0,
    matchCount: 0,
    fromOpenFile: false,
    ngramBest: 0.2,
    neuralBest: 0.4,
    entropy: 2,
    modelsAgree: false,
    isFirstToken: false,
    ...more,
  };
}

const start = new Array<number>(gateSize).fill(0);
const longMatch = gateFeatures(facts({ matchLength: 12, matchCount: 3, ngramBest: 0.9 }));
const noMatch = gateFeatures(facts({}));
/** Examples: the n-grams are right after long matches, and the neural model in all other cases. */
const examples = Array.from({ length: 60 }, (_, i) =>
  i % 2 === 0 ? { features: longMatch, first: 0.1, second: 0.9 } : { features: noMatch, first: 0.4, second: 0.001 },
);
const lossWith = (weights: readonly number[]) =>
  meanLogLoss(examples, (example) => mixtureProbability(example, weights));

test('without weights both models count equally', () => {
  assert.equal(firstExpertWeight(noMatch, start), 0.5);
});

test('the fit trusts the n-grams after long matches and the neural model where they know nothing', () => {
  const fitted = fitGate(examples, start, 1);
  assert.ok(firstExpertWeight(longMatch, fitted) < 0.1, `${firstExpertWeight(longMatch, fitted)}`);
  assert.ok(firstExpertWeight(noMatch, fitted) > 0.9, `${firstExpertWeight(noMatch, fitted)}`);
  const mean = (a: number, b: number) => -(Math.log(a) + Math.log(b)) / 2;
  assert.ok(lossWith(fitted) < Math.min(mean(0.9, 0.001), mean(0.1, 0.4)), 'better than either alone');
  assert.ok(lossWith(fitted) < lossWith(start));
});

test('a strong prior or no examples keep the weights', () => {
  const held = fitGate(examples, start, 1e6);
  assert.ok(held.every((weight) => Math.abs(weight) < 0.01));
  const from = start.map((_, i) => i / 10);
  assert.deepEqual(fitGate([], from, 1), from);
});

test('the weights are read from the first folder that has usable ones', () => {
  const [none, broken, fitted] = ['none', 'broken', 'fitted'].map((name) =>
    mkdtempSync(join(tmpdir(), `${name}-`)),
  ) as [string, string, string];
  const start = initialMixWeights();
  const wanted = { ...start, gate: start.gate.map(() => 0.5) };
  writeFileSync(join(broken, 'mixture.json'), '{');
  writeFileSync(join(fitted, 'mixture.json'), JSON.stringify(wanted));
  assert.deepEqual(readMixWeights([none]), start);
  assert.deepEqual(readMixWeights([none, broken, fitted]).gate, wanted.gate);
  for (const folder of [none, broken, fitted]) rmSync(folder, { recursive: true });
});

const folder = temporaryFolder();
const make = (name: string, file: string) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, file), 'weights');
  return path;
};
const [small, medium, whole] = ['small', 'medium', 'whole'].map((name) => make(name, WEIGHTS)) as [
  string,
  string,
  string,
];
const adapter = make('adapter', ADAPTER);
const of = (model: string, base: string, threads = 2) =>
  identity({ key: 'any', model, base, name: 'adapted', changes: [], tokenizer: 'words', threads });

test('the base changes the identity of an adapter, not of a whole model', () => {
  assert.equal(of(whole, small), of(whole, medium));
  assert.notEqual(of(whole, small), of(small, small));
  assert.notEqual(of(whole, small), of(whole, small, 1));
  assert.notEqual(of(adapter, small), of(adapter, medium));
});

test('replaced weights change the identity, also those of an adapter’s base', () => {
  const [before, over] = [of(whole, small), of(adapter, medium)];
  utimesSync(join(whole, WEIGHTS), 1, 1);
  assert.notEqual(of(whole, small), before);
  utimesSync(join(medium, WEIGHTS), 1, 1);
  assert.notEqual(of(adapter, medium), over);
});
