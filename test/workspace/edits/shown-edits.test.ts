// Which edits are not shown again.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownEdits } from '../../../src/workspace/edits/shown-edits.ts';

test('a rule is shown once after each number of examples, a place twice', () => {
  const shown = new ShownEdits();
  shown.shown({ rule: 'old to fresh#1', place: 'line 3' });
  assert.deepEqual(shown.ignored, ['old to fresh#1']);
  shown.shown({ rule: 'old to fresh#2', place: 'line 3' });
  assert.deepEqual(shown.ignored, ['old to fresh#1', 'old to fresh#2', 'line 3']);
});

test('the references of a declaration are shown twice, and a dismissed edit never again', () => {
  const shown = new ShownEdits();
  const renamed = { rule: 'old to fresh', place: 'line 3' };
  shown.shown({ ...renamed, origin: { kind: 'rename', name: 'old' } });
  assert.deepEqual(shown.ignored, []);
  shown.dismissed(renamed);
  assert.deepEqual(shown.ignored, ['old to fresh', 'line 3']);
});
