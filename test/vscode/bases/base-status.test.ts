// What the dialog says of an added base's measured speed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BaseMeasures } from '../../../src/specialist/engine/measure-base.ts';
import '../../support/ui-text.ts';

const { measuresText } = await import('../../../src/vscode/bases/base-status.ts');

test('the words for a measured base follow its line, and name the time of a new prompt that takes seconds', () => {
  const training = { trainingTokensPerSecond: 900, leastMinutes: 2.1, whyUntrainable: undefined };
  const of = (answers: BaseMeasures['answers'], lineMs: number, promptMs: number) =>
    measuresText('coder', { answers, lineMs, promptMs, ...training });
  assert.equal(
    of('while-typing', 120, 900),
    'coder needs 120 ms for a line and 900 ms for a new prompt: fast enough to answer while you type. An adaptation needs at least 3 minutes to train it.',
  );
  assert.match(
    of('in-a-pause', 380, 5700),
    /: fast enough to answer in a short pause; .* first\. At a new place in the code, .* answers for 5\.7 s\. An/,
  );
  assert.match(
    of('late', 1400, 20_000),
    /: too slow to answer in a short pause, so the n-gram model answers first\. An/,
  );
});
