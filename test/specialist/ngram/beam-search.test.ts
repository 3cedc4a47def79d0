// Beam search with a scorer that needs no model.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BeamHypothesis, type BeamLimits, BeamSearch } from '../../../src/specialist/ngram/search.ts';

interface Letters extends BeamHypothesis {
  readonly text: string;
}

const start: Letters = { text: '', logProbability: 0, finished: false };
const limits: BeamLimits = { width: 3, wanted: 2, pruning: 2 };
const textsOf = (found: readonly Letters[]) => found.map(({ text }) => text);

/** Each letter costs what `costs` says, in nats; '.' finishes. */
const spelling =
  (costs: Readonly<Record<string, number>>) =>
  ({ text, logProbability }: Letters): Letters[] =>
    Object.entries(costs).map(([letter, cost]) => ({
      text: text + letter,
      logProbability: logProbability - cost,
      finished: letter === '.',
    }));

test('the beam keeps at most `width` hypotheses, and only those within the pruning distance of the best', () => {
  const beam = new BeamSearch(start, limits);
  beam.advance(spelling({ d: 0.4, a: 0.1, b: 0.2, c: 0.3 }));
  assert.deepEqual(textsOf(beam.open), ['a', 'b', 'c']);
  beam.advance(spelling({ x: 1, y: 2.9 }));
  assert.deepEqual(textsOf(beam.open), ['ax', 'bx', 'cx']);
  assert.deepEqual(beam.found, beam.open, 'nothing has finished');
});

test('hypotheses of equal probability keep the order in which the scorer gave them', () => {
  const beam = new BeamSearch(start, { ...limits, width: 8 });
  beam.advance(spelling({ b: 1, a: 1 }));
  beam.advance(spelling({ y: 1, x: 1 }));
  assert.deepEqual(textsOf(beam.open), ['by', 'bx', 'ay', 'ax']);
});

test('an open hypothesis is dropped when enough finished ones are more probable', () => {
  const beam = new BeamSearch(start, { ...limits, pruning: 100 });
  beam.advance(spelling({ a: 0.5, '.': 1 }));
  beam.advance(spelling({ b: 0.2, c: 0.9, '.': 0.7 }));
  // '.' at 1 and 'a.' at 1.2 are the wanted two: 'ab' at 0.7 may still overtake them, 'ac' at 1.4 may not.
  assert.deepEqual(textsOf(beam.open), ['ab']);
  assert.deepEqual(textsOf(beam.found), ['.', 'a.']);
});
