// How `bench -- typing --only workbench` compares what stands on the screen, and names the causes of silence.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { causeOf, isSame } from '../../bench/typing/workbench.ts';

test('the cause of a silence is read from the log', () => {
  const cause = (said: string) => causeOf({ at: 0, text: '', said });
  assert.equal(cause(''), 'not asked, or no answer yet');
  assert.equal(cause('No suggestion: the list is open.'), 'the list is open');
  assert.equal(cause('No suggestion: held back. Held back: 10% sure, shown from 32%.'), 'unsure');
  assert.equal(cause('Suggestion: Answered locally: 98% sure.'), 'answered, not on the screen yet');
  const alone = 'From the n-grams alone: the neural model takes longer.';
  assert.equal(
    cause(`No suggestion: held back. Held back: 1% sure, shown from 32%. ${alone}`),
    'n-grams alone: unsure',
  );
  assert.equal(
    cause('No suggestion: held back. Held back: 39% sure, shown from 51% (the text is short).'),
    'too short',
  );
  assert.equal(cause('No suggestion: within a word.'), 'within a word');
  assert.equal(causeOf({ at: 0, text: 'a', said: '' }), 'shown');
});

test('a text whose closing brackets the editor does not draw is the same', () => {
  assert.ok(isSame('call(a)', 'call(a'));
  assert.ok(!isSame('call(a)', ''));
  assert.ok(!isSame('call(a)', 'call(b'));
});
