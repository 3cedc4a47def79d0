// The context of a commit message: both versions of a file are redacted whole, before hunks are cut out.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { localDraft } from '../../src/prompts/commit/local-draft.ts';
import { readCommit } from '../../src/text-tasks/commit-context.ts';
import { changedFiles, passwordOf, sentChange, users } from '../support/cut-texts.ts';
import { keyLines, linesLeft, pemOf } from '../support/keys.ts';
import { Tree } from '../workspace/files/tree.ts';

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
  tree.git('init', '-q');
});
afterEach(() => tree.remove());

for (const [path, form] of Object.entries(changedFiles)) {
  test(`${path}: sends neither the old and new secret nor the secrets near them`, async () => {
    const sent = await sentChange(tree, path, form(1), form(2));
    for (const user of [28, 29, 31, 32]) assert.ok(!sent.includes(passwordOf(user, 0)), sent);
    for (const turn of [1, 2]) assert.ok(!sent.includes(passwordOf(30, turn)), sent);
    assert.match(sent, /^-.*\*{5}/m);
    assert.match(sent, /^\+.*\*{5}/m);
  });

  test(`${path}: sends no secret of a removed file`, async () => {
    const sent = await sentChange(tree, path, form(1), undefined);
    assert.ok(sent.split('\n').length > users.length);
    for (const user of users) assert.ok(!sent.includes(passwordOf(user, 0)), sent);
  });
}

test('redacts a secret of either version in both versions', async () => {
  const password = ['kaleidoscope', '77', 'Quartz!'].join('-');
  const sent = await sentChange(tree, 'a.ts', `const password = '${password}';\n`, `use('${password}');\n`);
  assert.ok(!sent.includes(password), sent);
  assert.match(sent, /^\+use\('\*+'\);$/m);
});

test('sends no line of a key that a hunk shows as context', async () => {
  const lines = keyLines('commit');
  const notes = 'The key is in the vault, and here until everybody has it from there.\n'.repeat(60);
  const file = (body: readonly string[]) => `${notes}${pemOf(body)}\n${notes}`;
  const changed = [...lines.slice(0, 9), lines[20] as string, ...lines.slice(10)];
  const sent = await sentChange(tree, 'docs/key.md', file(lines), file(changed));
  assert.match(sent, /^-\*{64}\n\+\*{64}$/m);
  assert.deepEqual(linesLeft(sent, lines), []);
});

test('sends no line of a key in the heading of a hunk', async () => {
  const lines = keyLines('heading');
  const code = (last: string) =>
    `${'// a line of a comment that says nothing\n'.repeat(90)}const key = \`\n${pemOf(lines)}\n\`;\n${'  \n'.repeat(9)}  ${last}\n`;
  const sent = await sentChange(tree, 'a.ts', code('one();'), code('two();'));
  assert.match(sent, /^@@ -\d+,4 \+\d+,4 @@ .*\*{9}/m);
  assert.ok(sent.includes('+  two();'));
  assert.deepEqual(linesLeft(sent, lines), []);
});

test('sends additions, a last line without a line end, and Windows line ends as git shows them', async () => {
  const sent = await sentChange(tree, 'a.ts', 'one\r\ntwo\r\nthree', 'one\r\n2\r\nthree\r\nfour');
  assert.match(
    sent,
    /^@@ -1,3 \+1,4 @@\n one\r\n-two\r\n-three\n\\ No newline at end of file\n\+2\r\n\+three\r\n\+four\n/m,
  );
});

test('a draft for a new file takes type and scope from the commits that added files to its folder', async () => {
  const commit = (message: string, ...paths: string[]) => {
    for (const path of paths) tree.write({ [path]: `${message}\n` });
    tree.git('add', '.');
    tree.git('commit', '-q', '-m', message);
  };
  commit('chore: begin', 'README.md');
  commit('feat(rules): add no-loop', 'src/rules/no-loop.ts');
  for (let i = 0; i < 14; i++) commit(`fix(core): case ${i}`, 'src/rules/no-loop.ts', 'src/core/walk.ts');
  tree.write({ 'src/rules/no-label.ts': 'export {};\n' });
  tree.git('add', '.');
  const source = { root: tree.root, repository: tree.root, harvest: {}, exclude: {} };
  const { files, nearest, additions } = unwrap(await readCommit(source, new AbortController().signal));
  assert.deepEqual(additions, ['feat(rules): add no-loop']);
  assert.equal(nearest[0], additions[0]);
  assert.equal(nearest.length, 12);
  assert.equal(localDraft(files, nearest, additions), 'feat(rules): add no-label.ts');
  assert.match(localDraft(files, nearest), /^fix\(core\)/);
});
