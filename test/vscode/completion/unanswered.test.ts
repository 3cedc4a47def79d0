// A place that got nothing is asked about again, once, and only while the cursor stands there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unanswered } from '../../../src/vscode/completion/unanswered.ts';

const place = { document: 'file:///a.ts', version: 3, line: 4, character: 5 };
const folder = 'file:///';

test('an unanswered request is repeated if nothing was typed since', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, place);
  assert.equal(unanswered.onNoAnswer(folder, place), false);
  assert.equal(unanswered.repeat(folder, { ...place, version: 4 }, true), false);
  assert.equal(unanswered.repeat(folder, { ...place, character: 0 }, true), false);
  assert.equal(unanswered.repeat('file:///other', place, false), false);
  assert.equal(unanswered.repeat(folder, place, true), true);
  assert.equal(unanswered.isRepetition({ ...place, character: 6 }), false);
  assert.equal(unanswered.isRepetition(place), true);
  assert.equal(unanswered.isRepetition(place), false, 'the next request there is the user’s own');
});

test('a request that was answered is not repeated, nor one before the last', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, place);
  unanswered.onAnswer(folder, place);
  assert.equal(unanswered.repeat(folder, place, true), false);
  unanswered.begin(folder, place);
  unanswered.begin(folder, { ...place, version: 4 });
  assert.equal(unanswered.onNoAnswer(folder, place), false);
  assert.equal(unanswered.repeat(folder, place, true), false);
});

test('a request in progress is repeated if it gets no answer', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, place);
  assert.equal(unanswered.repeat(folder, place, true), false, 'still being answered');
  assert.equal(unanswered.onNoAnswer(folder, place), true);
  assert.equal(unanswered.isRepetition(place), true);
  unanswered.begin(folder, place);
  assert.equal(unanswered.onNoAnswer(folder, place), false, 'once');
});

test('text typed before a request was possible is requested', () => {
  assert.equal(new Unanswered().repeat(folder, place, true), true);
  assert.equal(new Unanswered().repeat(folder, place, false), false, 'nothing was typed: no suggestion unasked');
});
