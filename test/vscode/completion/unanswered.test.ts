// An unanswered request is repeated once, and only while the cursor has not moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unanswered } from '../../../src/vscode/completion/unanswered.ts';

const position = { document: 'file:///a.ts', version: 3, line: 4, character: 5 };
const folder = 'file:///';

test('an unanswered request is repeated if nothing was typed since', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, position);
  assert.equal(unanswered.onNoAnswer(folder, position), false);
  assert.equal(unanswered.repeat(folder, { ...position, version: 4 }, true), false);
  assert.equal(unanswered.repeat(folder, { ...position, character: 0 }, true), false);
  assert.equal(unanswered.repeat('file:///other', position, false), false);
  assert.equal(unanswered.repeat(folder, position, true), true);
  assert.equal(unanswered.isRepetition({ ...position, character: 6 }), false);
  assert.equal(unanswered.isRepetition(position), true);
  assert.equal(unanswered.isRepetition(position), false, 'the next request there is the user’s own');
});

test('neither an answered request nor one before the last is repeated', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, position);
  unanswered.onAnswer(folder, position);
  assert.equal(unanswered.repeat(folder, position, true), false);
  unanswered.begin(folder, position);
  unanswered.begin(folder, { ...position, version: 4 });
  assert.equal(unanswered.onNoAnswer(folder, position), false);
  assert.equal(unanswered.repeat(folder, position, true), false);
});

test('a request in progress is repeated if it gets no answer', () => {
  const unanswered = new Unanswered();
  unanswered.begin(folder, position);
  assert.equal(unanswered.repeat(folder, position, true), false, 'still being answered');
  assert.equal(unanswered.onNoAnswer(folder, position), true);
  assert.equal(unanswered.isRepetition(position), true);
  unanswered.begin(folder, position);
  assert.equal(unanswered.onNoAnswer(folder, position), false, 'once');
});

test('text typed before a request was possible is requested', () => {
  assert.equal(new Unanswered().repeat(folder, position, true), true);
  assert.equal(new Unanswered().repeat(folder, position, false), false, 'nothing was typed');
});
