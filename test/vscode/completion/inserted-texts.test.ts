// The text that an editor command inserted, from the document's changes alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CompletionQuery } from '../../../src/common/completion.ts';
import { OutcomeTracker } from '../../../src/completion/tracker.ts';
import { insertedTexts } from '../../../src/vscode/completion/inserted-texts.ts';
import { aboveBox, boxPath } from '../../../src/vscode/editor/commit-box.ts';
import { ManualClock } from '../../fakes/clock.ts';

test('each inserted text has its end offset and its length with normalized line ends', () => {
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: 'ab' }]), [{ end: 6, length: 2 }]);
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: 'a\r\nb' }]), [{ end: 8, length: 3 }]);
  // Two cursors: the upper insertion shifts the lower one.
  assert.deepEqual(
    insertedTexts([
      { rangeOffset: 20, text: 'abc' },
      { rangeOffset: 5, text: 'abc' },
    ]),
    [
      { end: 8, length: 3 },
      { end: 26, length: 3 },
    ],
  );
  assert.deepEqual(insertedTexts([]), []);
  assert.deepEqual(insertedTexts([{ rangeOffset: 4, text: '' }]), []);
});

test('an accepted word and line in the commit message box are counted', () => {
  const above = aboveBox(['Fix the second', 'Fix the first']);
  const box = (text: string): CompletionQuery => ({
    ...{ path: boxPath, languageId: 'scminput', suffix: '' },
    prefix: above + text,
  });
  const outcomes: string[] = [];
  const tracker = new OutcomeTracker(new ManualClock(), (id, outcome, taken) =>
    outcomes.push(`${id} ${outcome} ${taken}`),
  );
  let text = 'Fix ';
  tracker.shown('1', box(text), 'the third thing\n\nIt was wrong.');
  for (const part of ['the', ' third thing', '\n\n']) {
    const changes = [{ rangeOffset: text.length, text: part }];
    text += part;
    for (const { end, length } of insertedTexts(changes)) tracker.partAccepted(box(text.slice(0, end)), length);
  }
  assert.deepEqual(outcomes, ['1 partly-accepted 3', '1 partly-accepted 15', '1 partly-accepted 17']);
  tracker.accepted('1');
  assert.equal(outcomes.at(-1), '1 accepted 30');
});
