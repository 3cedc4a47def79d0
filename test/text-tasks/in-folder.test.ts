// Writing below a folder of unknown origin follows no links and uses no predictable temporary names.
import assert from 'node:assert/strict';
import { constants, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { appendLabel } from '../../src/text-tasks/given-labels.ts';
import { requireWritable, writablePathIn, writeNewFile } from '../../src/text-tasks/in-folder.ts';
import { Tree } from '../support/tree.ts';
import { TaskTree } from './support.ts';

const outsideText = 'what is elsewhere\n';

/** A folder with a task that reads a table, and a user's file outside the folder. */
function makeFolders() {
  const outside = new Tree({ outsideText }).root;
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i % 2 ? 'an error' : 'please add'} ${i},${i % 2 ? 'bug' : 'wish'}`,
  );
  const tree = new TaskTree({ 'issues.csv': `title,kind\n${rows.join('\n')}\n` });
  for (const name of ['issues', 'other'])
    tree.task(name, { source: { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' } });
  const link = (path: string, to: string) => {
    mkdirSync(dirname(tree.at(path)), { recursive: true });
    symlinkSync(to, tree.at(path));
  };
  return { tree, root: tree.root, outside, link };
}

const isUntouched = (outside: string) => {
  assert.deepEqual(readdirSync(outside), ['outsideText']);
  assert.equal(readFileSync(join(outside, 'outsideText'), 'utf8'), outsideText);
};

test('writes the results to a new file, although links have the names that it could use', async () => {
  const { tree, root, outside, link } = makeFolders();
  link('issues.labels.csv.tmp', join(outside, 'outsideText'));
  const { path } = await tree.run('issues');
  isUntouched(outside);
  assert.ok(lstatSync(tree.at(path)).isFile());
  assert.equal(tree.read(path).trimEnd().split('\n').length, 61);
  const expected = ['.easyadaptation', 'issues.csv', path, 'issues.labels.csv.tmp'].sort();
  assert.deepEqual(readdirSync(root).sort(), expected, 'nothing is left of the writing');
});

test('gives each task its own results file, and refuses to overwrite another file before asking anything', async () => {
  const { tree } = makeFolders();
  const run = async (name: string) => (await tree.run(name)).path;
  assert.deepEqual(await Promise.all(['issues', 'other'].map(run)), ['issues.labels.csv', 'other.labels.csv']);
  await run('issues');
  tree.write({ 'issues.labels.csv': '"title","kind","label","who","how sure","in doubt"\r\n' });
  assert.equal(await run('issues'), 'issues.labels.csv', 'written by a spreadsheet');
  for (const mine of ['text,label\na,b\n', 'title,kind,label,who,how sure,in doubt,mine\n']) {
    tree.write({ 'issues.labels.csv': mine });
    const expectedError = {
      code: 'unwritable',
      message: /^issues\.labels\.csv already exists and is not a table of results\./,
    };
    await assert.rejects(run('issues'), expectedError);
    assert.equal(tree.read('issues.labels.csv'), mine);
  }
  // Another task reads the results table as its texts.
  rmSync(tree.at('issues.labels.csv'));
  tree.write({ 'again.labels.csv': tree.read('other.labels.csv') });
  tree.task('again', { source: { kind: 'csv', path: 'again.labels.csv', text: 'text', label: 'label' } });
  await assert.rejects(run('again'), { code: 'unwritable' });
});

test('refuses to append an answer through a link of the file or of a parent folder', () => {
  const answer = { text: 'a', label: 'bug', by: 'person' } as const;
  const file = makeFolders();
  file.link('.easyadaptation/tasks/issues.answers.jsonl', join(file.outside, 'outsideText'));
  assert.throws(() => appendLabel(file.root, 'issues', answer), { code: 'unwritable' });
  isUntouched(file.outside);
  for (const path of ['.easyadaptation', '.easyadaptation/tasks']) {
    const { root, outside, link } = makeFolders();
    rmSync(join(root, path), { recursive: true });
    link(path, outside);
    assert.throws(() => appendLabel(root, 'issues', answer), {
      code: 'unwritable',
      message: /is a link or not a folder/,
    });
    isUntouched(outside);
  }
});

test('does not replace an existing file or a dangling link', () => {
  const { root, outside, link } = makeFolders();
  link('tasks/one.json', join(outside, 'outsideText'));
  link('tasks/two.json', join(outside, 'none'));
  link('linked', outside);
  assert.equal(writeNewFile(root, 'tasks/one.json', 'new'), false);
  assert.equal(writeNewFile(root, 'tasks/two.json', 'new'), false);
  assert.throws(() => writeNewFile(root, 'linked/three.json', 'new'), { code: 'unwritable' });
  isUntouched(outside);
  assert.equal(writeNewFile(root, 'a/b/four.json', 'new'), true);
  assert.equal(readFileSync(join(root, 'a/b/four.json'), 'utf8'), 'new');
  for (const path of ['../four.json', '.git/hooks/x', '/four.json'])
    assert.throws(() => writablePathIn(root, path), { code: 'unwritable', message: /is outside the folder/ });
  assert.ok(!existsSync(join(root, '../four.json')));
});

test('refuses a folder that cannot hold a task before anything is written', () => {
  const { root, outside, link } = makeFolders();
  const tasks = '.easyadaptation/tasks';
  requireWritable(root, tasks);
  rmSync(join(root, '.easyadaptation'), { recursive: true });
  requireWritable(root, tasks);
  assert.ok(!existsSync(join(root, '.easyadaptation')));
  link('.easyadaptation', outside);
  assert.throws(() => requireWritable(root, tasks), { code: 'unwritable', message: /is a link or not a folder/ });
  rmSync(join(root, '.easyadaptation'));
  // The superuser may write everywhere, so the refusal is the test's.
  const refuse = (path: unknown, mode?: number) => {
    assert.deepEqual([path, mode], [root, constants.W_OK]);
    throw new Error('EACCES');
  };
  assert.throws(() => requireWritable(root, tasks, refuse), { code: 'unwritable', message: /is read-only\./ });
  isUntouched(outside);
});
