// Git is called only for the folder's own repository, never for the target of a crafted `.git`.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { readCommit } from '../../../src/text-tasks/commit-context.ts';
import { TaskFolder } from '../../../src/text-tasks/task-folder.ts';
import { ruleOf } from '../../../src/workspace/files/file.ts';
import { harvestFolder } from '../../../src/workspace/files/folder.ts';
import { gitFault } from '../../../src/workspace/files/git-directory.ts';
import { pastCommits, stagedFiles } from '../../../src/workspace/files/staged.ts';
import { foreignGit, foreignWord, isShownByGit, ownGit } from '../../support/foreign-git.ts';
import { Tree } from '../../support/tree.ts';
import { collect } from '../../text-tasks/support.ts';

let base: string;
beforeEach(() => {
  base = new Tree().root;
});

const signal = new AbortController().signal;
const commitOf = (root: string) =>
  readCommit({ root, repository: root, harvest: { trusted: true }, exclude: {}, secrets: [] }, signal);

/** The texts of a task whose source is the commit history. */
async function subjectsOf(root: string): Promise<string[]> {
  const labels = ['a', 'b'].map((name) => ({ name, meaning: name }));
  const task = { instruction: 'Sort.', labels, source: { kind: 'commits' } };
  const path = join(root, '.easyadaptation/tasks/t.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(task));
  const folder = unwrap(await TaskFolder.open({ root, harvest: { trusted: true }, secrets: [] }, 't'));
  return (await collect(folder.texts())).map(({ text }) => text);
}

for (const [name, make] of Object.entries(foreignGit)) {
  test(`${name}: git is not called, and a message says why`, async () => {
    const root = make(base);
    assert.match((await gitFault(root)) ?? '', /Git is not asked there/);
    const harvested = unwrap(await harvestFolder(root, { trusted: true }));
    assert.equal(harvested.report.usedGit, false);
    const actual = harvested.files.map(({ path }) => path).filter((path) => path.endsWith('.ts'));
    assert.deepEqual(actual, ['kept.ts']);
    assert.equal(await stagedFiles(root), undefined);
    assert.deepEqual(await pastCommits(root), []);
    const commit = await commitOf(root);
    assert.ok(!commit.ok && commit.error.code === 'unreadable');
    assert.match(commit.error.message, /Git is not asked there/);
    await assert.rejects(subjectsOf(root), /Git is not asked there.*Choose another source/s);
  });
}

test('plain git reads the other repository in each case, so the test is valid', () => {
  for (const [i, [name, make]] of Object.entries(foreignGit).entries())
    assert.ok(isShownByGit(make(join(base, `${i}`))), name);
});

for (const [name, make] of Object.entries(ownGit)) {
  test(`${name}: git is called`, async () => {
    const root = make(base);
    assert.equal(await gitFault(root), undefined);
    assert.equal(unwrap(await harvestFolder(root, { trusted: true })).report.usedGit, true);
    assert.ok((await pastCommits(root)).some(({ message }) => message.includes('harbour')));
    assert.ok((await subjectsOf(root)).some((text) => text.includes('harbour')));
  });
}

test('git does not list a folder inside a folder whose .git leads elsewhere', async () => {
  const root = foreignGit['a .git file that leads to another repository']?.(base) ?? assert.fail();
  mkdirSync(join(root, 'inner'));
  assert.match((await gitFault(join(root, 'inner'))) ?? '', /Git is not asked there/);
  assert.equal(await stagedFiles(join(root, 'inner')), undefined);
  assert.ok(!JSON.stringify(await pastCommits(join(root, 'inner'))).includes(foreignWord));
});

for (const head of ['nothing', 'ref: refs/heads/main\n'])
  test(`finds a foreign .git above a .git that git skips: ${head.trim()}`, async () => {
    const root = foreignGit['a .git file that leads to another repository']?.(base) ?? assert.fail();
    const inner = join(root, 'inner');
    mkdirSync(join(inner, '.git/refs'), { recursive: true });
    writeFileSync(join(inner, '.git/HEAD'), head);
    if (head === 'nothing') mkdirSync(join(inner, '.git/objects'));
    assert.ok(isShownByGit(inner), 'git passes over it');
    assert.match((await gitFault(inner)) ?? '', /Git is not asked there/);
  });

test('a missing file that git would ignore stays local', async () => {
  const tree = new Tree({ '.gitignore': 'local/\n', 'a.ts': 'a\n' });
  tree.git('init', '-q');
  assert.equal(await ruleOf(tree.root, 'local/gone.ts', { trusted: true }), 'local');
  assert.equal(await ruleOf(tree.root, 'gone.ts', { trusted: true }), 'open');
});
