// Chooses the model in use by fake validation positions.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ScoredPosition } from '../../src/adaptation/report/scored.ts';
import type { MixedQuality } from '../../src/adaptation/report/types.ts';
import type { MeasuredModel, ModelCandidate } from '../../src/adaptation/stages/choose.ts';
import { choose } from '../../src/adaptation/stages/choose.ts';
import type { Training } from '../../src/adaptation/stages/training.ts';

const POSITIONS = 50;

/**
 * @param right number of positions with the right line
 * @param nats loss at a position, which has four tokens
 */
function measured(name: ModelCandidate['name'], right: number, nats?: (position: number) => number): MeasuredModel {
  const scored = Array.from({ length: POSITIONS }, (_, i) => ({
    right: i < right,
    loss: nats && { tokens: 4, nats: nats(i) },
  }));
  return {
    name,
    model: name,
    base: 'base',
    scored: scored as unknown as readonly ScoredPosition[],
    quality: {} as MixedQuality,
  };
}

/** Different losses, because some positions are harder than others. */
const lossOf = (position: number) => 1 + (position % 7);
const base = measured('base', 16, lossOf);
const trained = (improved: boolean) => ({ improved }) as Training;
const used = (...of: MeasuredModel[]) => choose([...of, base], trained(true)).used.name;

test('keeps a model with significantly more exact matches whatever its loss', () => {
  const { used: one, why } = choose([measured('adapted', 24, (i) => lossOf(i) + 1), base], trained(true));
  assert.equal(one.name, 'adapted');
  assert.match(
    why,
    /gets 16\.0% more lines right than the base at the 50 validation positions, which chance does not explain/,
  );
});

test('keeps equal matches with a lower loss at most positions, not with a lower loss at two positions', () => {
  const lower = measured('adapted', 16, (i) => lossOf(i) - 0.05 - 0.01 * (i % 3));
  const { used: one, why } = choose([lower, base], trained(true));
  assert.equal(one.name, 'adapted');
  assert.match(
    why,
    /as many lines right as the base at the 50 validation positions, and it gives the author’s text 1\.5% more probability/,
  );
  const lowerAtTwo = (i: number) => lossOf(i) - (i === 3 || i === 20 ? 3 : -0.01);
  assert.equal(used(measured('adapted', 16, lowerAtTwo)), 'base');
});

test('rejects fewer matches with a lower loss, and training that did not help', () => {
  const lower = (i: number) => lossOf(i) - 0.5;
  assert.equal(used(measured('adapted', 15, lower)), 'base');
  assert.equal(choose([measured('adapted', 16, lower), base], trained(false)).used.name, 'base');
});

test('of two better models keeps the one with more matches, then with the lower loss', () => {
  const lower = (by: number) => (i: number) => lossOf(i) - by - 0.01 * (i % 3);
  assert.equal(used(measured('adapted', 17, lower(0.1)), measured('earlier', 18, lower(0.05))), 'earlier');
  assert.equal(used(measured('adapted', 17, lower(0.1)), measured('earlier', 17, lower(0.2))), 'earlier');
  assert.equal(used(measured('adapted', 17, lower(0.3)), measured('earlier', 17, lower(0.2))), 'adapted');
});

test('without losses, exact matches alone decide', () => {
  assert.equal(used(measured('adapted', 17)), 'base');
  assert.equal(used(measured('adapted', 24)), 'adapted');
});
