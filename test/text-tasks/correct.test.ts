// A correction is checked against the current task file, not against the table that the user corrected.
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { storeCorrection } from '../../src/text-tasks/given-labels.ts';
import { labelsOf, TaskTree } from './support.ts';

const tree = new TaskTree();
const answers = `${tree.pathOf('notes')}.answers.jsonl`;
beforeEach(() => rmSync(tree.at(answers), { force: true }));

const writeTask = (parts: object) => tree.task('notes', { source: { kind: 'lines', path: 'notes.txt' }, ...parts });
const putLabels = (...names: string[]) => writeTask({ labels: labelsOf(...names) });
const failIfAsked = async () => assert.fail('the user is not asked');
const correct = (answer: string | undefined, pick: Parameters<typeof storeCorrection>[3] = failIfAsked) =>
  storeCorrection(tree.root, 'notes', { text: 'a text', answer }, pick);
const lastStored = () => JSON.parse(tree.read(answers).trim().split('\n').at(-1) ?? '');

test('stores a label that the task file has gained, and refuses one that it has lost', async () => {
  putLabels('bug', 'wish');
  assert.equal(unwrap(await correct('bug')), 'bug');
  putLabels('bug', 'question');
  assert.equal(unwrap(await correct('question')), 'question');
  assert.deepEqual(lastStored(), { text: 'a text', label: 'question', by: 'person' });
  const refused = await correct('wish');
  assert.ok(
    !refused.ok &&
      /'wish' is not a label in the current file of 'notes' and was not stored\./.test(refused.error.message),
  );
  assert.equal(lastStored().label, 'question');
});

test('offers the labels of the task file and stores nothing when the user cancels', async () => {
  putLabels('one', 'two');
  assert.equal(unwrap(await correct(undefined, async ({ labels }) => labels[1]?.name)), 'two');
  rmSync(tree.at(answers));
  assert.equal(unwrap(await correct(undefined, async () => undefined)), undefined);
  assert.ok(!existsSync(tree.at(answers)));
});

test('refuses an answer of the wrong length, and reports an invalid task file', async () => {
  writeTask({ output: 'text', maximumLength: 10 });
  assert.equal(unwrap(await correct(' ten chars ')), 'ten chars');
  for (const answer of ['  ', 'eleven chars']) {
    const wrong = await correct(answer);
    assert.ok(!wrong.ok && /was not stored.*1 to 10 characters/.test(wrong.error.message));
  }
  assert.equal(lastStored().label, 'ten chars');
  tree.write({ [`${tree.pathOf('notes')}.json`]: '{' });
  const broken = await correct('x');
  assert.ok(!broken.ok && broken.error.code === 'corrupt');
});
