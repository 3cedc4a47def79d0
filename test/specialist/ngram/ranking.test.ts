// Features of candidate lines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describe, surroundings } from '../../../src/specialist/ngram/ranking.ts';
import type { Hypothesis } from '../../../src/specialist/ngram/search.ts';

const hypothesis: Hypothesis = {
  steps: [],
  logProbability: -1,
  logLineEnd: -1,
  finished: true,
  healing: new Uint8Array(),
};

function featuresOf(text: string, suffix: string): number[] {
  const [found] = describe([{ hypothesis, text, logNextLine: 0 }], surroundings('package shop\n\ntype ', suffix));
  return Array.from(found?.features ?? []);
}

test('a line that opens a block differs from another line only where something follows', () => {
  const differing = (suffix: string) => {
    const plain = featuresOf('model: string;', suffix);
    return featuresOf('model struct {', suffix).flatMap((value, i) => (value === plain[i] ? [] : [i]));
  };
  assert.deepEqual(differing(''), []);
  assert.deepEqual(differing('\n\n'), []);
  assert.notDeepEqual(differing('\nfunc main() {'), []);
});
