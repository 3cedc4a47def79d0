// An unanswered request is repeated once, and only while the cursor has not moved.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unanswered } from '../../../src/vscode/completion/unanswered.ts';

const position = { document: 'file:///a.ts', version: 3, line: 4, character: 5 };
const folder = 'file:///';
let time = 10_000;

test('an unanswered request is repeated if nothing was typed since', () => {
  const unanswered = new Unanswered(() => time);
  unanswered.begin(folder, position);
  assert.equal(unanswered.onNoAnswer(folder, position), false);
  assert.equal(unanswered.repeat(folder, { ...position, version: 4 }, true), false);
  assert.equal(unanswered.repeat(folder, { ...position, character: 0 }, true), false);
  assert.equal(unanswered.repeat('file:///other', position, false), false);
  assert.equal(unanswered.repeat(folder, position, true), true);
  assert.equal(unanswered.isRepetition(), true);
  assert.equal(unanswered.isRepetition(), false, 'the next request is the user’s own');
});

test('a repetition counts as one although a key came before the editor sent it', () => {
  const unanswered = new Unanswered(() => time);
  unanswered.begin(folder, position);
  unanswered.onNoAnswer(folder, position);
  assert.equal(unanswered.repeat(folder, position, true), true);
  unanswered.begin(folder, { ...position, version: 4, character: 6 });
  assert.equal(unanswered.isRepetition(), true, 'else it would be answered without a threshold');
});

test('an announced repetition that the editor never sends does not hide the user’s own request', () => {
  const unanswered = new Unanswered(() => time);
  unanswered.announce();
  time += 1001;
  assert.equal(unanswered.isRepetition(), false);
  unanswered.announce();
  unanswered.withdraw();
  assert.equal(unanswered.isRepetition(), false);
});

test('neither an answered request nor one before the last is repeated', () => {
  const unanswered = new Unanswered(() => time);
  unanswered.begin(folder, position);
  unanswered.onAnswer(folder, position);
  assert.equal(unanswered.repeat(folder, position, true), false);
  unanswered.begin(folder, position);
  unanswered.begin(folder, { ...position, version: 4 });
  assert.equal(unanswered.onNoAnswer(folder, position), false);
  assert.equal(unanswered.repeat(folder, position, true), false);
});

test('a request in progress is repeated if it gets no answer', () => {
  const unanswered = new Unanswered(() => time);
  unanswered.begin(folder, position);
  assert.equal(unanswered.repeat(folder, position, true), false, 'still being answered');
  assert.equal(unanswered.onNoAnswer(folder, position), true);
  assert.equal(unanswered.isRepetition(), true);
  unanswered.begin(folder, position);
  assert.equal(unanswered.onNoAnswer(folder, position), false, 'once');
});

test('text typed before a request was possible is requested', () => {
  assert.equal(new Unanswered(() => time).repeat(folder, position, true), true);
  assert.equal(new Unanswered(() => time).repeat(folder, position, false), false, 'nothing was typed');
});
