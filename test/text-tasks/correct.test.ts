// A correction is one to the task as its file is now, whatever the table that it comes from has read.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { correctText } from '../../src/text-tasks/correct.ts';

const root = mkdtempSync(join(tmpdir(), 'easy-adaptation-correct-'));
after(() => rmSync(root, { recursive: true, force: true }));
const at = join(root, '.easyadaptation/tasks');
const answers = join(at, 'notes.answers.jsonl');
mkdirSync(at, { recursive: true });
beforeEach(() => rmSync(answers, { force: true }));

const put = (task: object) =>
  writeFileSync(
    join(at, 'notes.json'),
    JSON.stringify({ instruction: 'Sort.', source: { kind: 'lines', path: 'notes.txt' }, ...task }),
  );
const putLabels = (...names: string[]) => put({ labels: names.map((name) => ({ name, meaning: `It is a ${name}.` })) });
const nobody = async () => assert.fail('nobody is asked');
const correct = (said: string | undefined, pick: Parameters<typeof correctText>[3] = nobody) =>
  correctText(root, 'notes', { text: 'a text', said }, pick);
const kept = () => JSON.parse(readFileSync(answers, 'utf8').trim().split('\n').at(-1) ?? '');

test('a label that the file has got since is kept, and one that it has lost is none, which is said', async () => {
  putLabels('bug', 'wish');
  assert.equal(unwrap(await correct('bug')), 'bug');
  putLabels('bug', 'question');
  assert.equal(unwrap(await correct('question')), 'question');
  assert.deepEqual(kept(), { text: 'a text', label: 'question', by: 'person' });
  const lost = await correct('wish');
  assert.ok(
    !lost.ok && /'wish' is no label of 'notes' as its file is now, and was not kept\./.test(lost.error.message),
  );
  assert.equal(kept().label, 'question');
});

test('who is asked sees the labels of the file, and may leave', async () => {
  putLabels('one', 'two');
  assert.equal(unwrap(await correct(undefined, async ({ labels }) => labels[1]?.name)), 'two');
  rmSync(answers);
  assert.equal(unwrap(await correct(undefined, async () => undefined)), undefined);
  assert.ok(!existsSync(answers));
});

test('an answer is as long as the file allows, and a file that is broken is a sentence', async () => {
  put({ output: 'text', maximumLength: 10 });
  assert.equal(unwrap(await correct(' ten chars ')), 'ten chars');
  for (const said of ['  ', 'eleven chars']) {
    const wrong = await correct(said);
    assert.ok(!wrong.ok && /1 to 10 characters.*was not kept/.test(wrong.error.message));
  }
  assert.equal(kept().label, 'ten chars');
  writeFileSync(join(at, 'notes.json'), '{');
  const broken = await correct('x');
  assert.ok(!broken.ok && broken.error.code === 'corrupt');
});
