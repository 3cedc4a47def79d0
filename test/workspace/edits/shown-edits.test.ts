// Which edits are not shown again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownEdits } from '../../../src/workspace/edits/shown-edits.ts';
import { edit } from './support.ts';

const example = edit({ removed: 'old', inserted: 'fresh' });

test('an edit with one example is shown once, one with several twice', () => {
  const shown = new ShownEdits();
  shown.shown({ rule: 'old to fresh#1', place: 'line 3', learnedFrom: [example] });
  assert.deepEqual(shown.ignored, ['old to fresh#1']);
  const repeated = { rule: 'old to fresh#2', place: 'line 5', learnedFrom: [example, example] };
  shown.shown(repeated);
  assert.deepEqual(shown.ignored, ['old to fresh#1']);
  shown.shown(repeated);
  assert.deepEqual(shown.ignored, ['old to fresh#1', 'old to fresh#2', 'line 5']);
});

test('the references of a declaration are shown twice, and a dismissed edit never again', () => {
  const shown = new ShownEdits();
  const renamed = { rule: 'old to fresh', place: 'line 3', learnedFrom: [example] };
  shown.shown({ ...renamed, origin: { kind: 'rename', name: 'old' } });
  assert.deepEqual(shown.ignored, []);
  shown.dismissed(renamed);
  assert.deepEqual(shown.ignored, ['old to fresh', 'line 3']);
});
