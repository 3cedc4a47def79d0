// The context of a commit message: both versions of a file are redacted whole, before hunks are cut out.
import assert from 'node:assert/strict';
import { rmSync, statSync, utimesSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { changeText, commitItem, readCommit } from '../../src/text-tasks/commit-context.ts';
import { FolderReader } from '../../src/workspace/files/folder-reader.ts';
import { learnStored } from '../../src/workspace/files/stored-secrets.ts';
import { SecretValues } from '../../src/workspace/secrets/secrets.ts';
import { changedFiles, passwordOf, sentChange, users } from '../support/cut-texts.ts';
import { keyLines, linesLeft, pemOf } from '../support/keys.ts';
import { Tree } from '../support/tree.ts';
import { noise } from '../workspace/files/samples.ts';

const { signal } = new AbortController();
const source = () => ({
  ...{ root: tree.root, repository: tree.root, harvest: { trusted: true } },
  ...{ exclude: {}, secrets: [] },
});

let tree: Tree;
beforeEach(() => {
  tree = new Tree();
  tree.git('init', '-q');
});

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

test('redacts a known password with umlauts in a staged Latin-1 file, also where its other version is UTF-8', async () => {
  const password = ['Größenwahn', '77', 'Bär!'].join('-');
  tree.write({ '.env': `DB_PASSWORD='${password}'\n` });
  const file = (n: number) => `// Größe ${n}\nuse('${password}');\nöffne(${n});\n`;
  for (const [before, after] of [
    ['latin1', 'latin1'],
    ['latin1', 'utf8'],
    ['utf8', 'latin1'],
  ] as const) {
    const sent = await sentChange(
      tree,
      `${before}-${after}.c`,
      Buffer.from(file(1), before),
      Buffer.from(file(2), after),
    );
    assert.ok(!/wahn|77|r!/.test(sent), sent);
    assert.match(sent, /^-\/\/ Größe 1\n/m);
    assert.match(sent, /^\+\/\/ Größe 2\n/m);
  }
});

test('redacts a secret that stood in a UTF-16 file before it was changed', async () => {
  const password = ['kaleidoscope', '77', 'Quartz!'].join('-');
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  tree.write({ 'settings.ini': utf16(`[db]\r\npassword = ${password}\r\n`) });
  tree.git('add', '-A');
  tree.git('commit', '-qm', 'settings');
  tree.write({ 'settings.ini': utf16('[db]\r\n'), 'a.ts': `use('${password}');\n` });
  tree.git('add', 'a.ts');
  const source = { root: tree.root, repository: tree.root, harvest: { trusted: true }, exclude: {}, secrets: [] };
  const { files } = unwrap(await readCommit(source, new AbortController().signal));
  const sent = files.map(({ diff }) => diff).join('\n');
  assert.match(sent, /^\+use\('/m);
  assert.ok(!sent.includes(password), sent);
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

test('for a new file the commits that added files to its folder come first', async () => {
  commit({ 'README.md': 'a\n' }, 'chore: begin');
  commit({ 'src/rules/no-loop.ts': 'a\n' }, 'feat(rules): add no-loop');
  for (let i = 0; i < 14; i++)
    commit({ 'src/rules/no-loop.ts': `${i}\n`, 'src/core/walk.ts': `${i}\n` }, `fix(core): case ${i}`);
  tree.write({ 'src/rules/no-label.ts': 'export {};\n' });
  tree.git('add', '.');
  const { nearest } = unwrap(await readCommit(source(), signal));
  assert.deepEqual(nearest[0], { text: 'src/rules/no-loop.ts', label: 'feat(rules): add no-loop' });
  assert.equal(nearest.length, 12);
});

test('messages about the most similar paths come first, newer before older', async () => {
  const past = { 'docs/install.md': 'docs: install', 'src/parser/lexer.ts': 'fix(parser): no loop' };
  for (const [path, message] of Object.entries(past)) commit({ [path]: `${message}\n` }, message);
  commit({ 'src/render/table.ts': 'a\n' }, 'feat(render): tables');
  commit({ 'src/parser/lexer.ts': 'b\n' }, 'fix(parser): strings may be empty');
  tree.write({ 'src/parser/lexer.ts': 'export function skipBlanks() {}\n' });
  tree.git('add', '.');
  const { examples } = unwrap(await commitItem(source(), signal));
  const labels = examples.slice(0, 2).map(({ label }) => label);
  assert.deepEqual(labels, ['fix(parser): strings may be empty', 'fix(parser): no loop']);
});

test('each file diff and the whole diff are cut, and the list of files comes first', () => {
  const files = Array.from({ length: 70 }, (_, i) => ({ path: `f${i}`, status: 'M', diff: `+${'x'.repeat(5000)}\n` }));
  const text = changeText(files);
  assert.ok(text.length < 20_000, `${text.length} characters`);
  assert.match(text, /^M f0\n[\s\S]*M f59\nand 10 more\n\n\+x/);
  assert.match(text, /\[cut\]/);
});

/** What is sent for the staged changes of `tree`. */
async function sent(): Promise<string> {
  const context = unwrap(await readCommit(source(), signal));
  assert.equal(context.withheld, undefined);
  return JSON.stringify(context);
}

function commit(files: Readonly<Record<string, string>>, message = 'first'): void {
  tree.write(files);
  tree.commit(message);
}

const token = `ghp_${noise(36)}`;
const password = ['Marmot', '2041', 'x!'].join('-');

test('sends no token of a file name: in paths, in the header of a diff, in texts and messages', async () => {
  commit({ [`logs/dump-${token}.txt`]: 'a\n', 'src/a.ts': 'a();\n' }, `Add logs/dump-${token}.txt`);
  const other = `ghp_${noise(36, 'Zx9Yw8Vu7Ts6Rq5Po4')}`;
  tree.write({ [`logs/dump-${token}.txt`]: 'b\n', [`dump-${other}.txt`]: 'c\n', 'src/a.ts': `// ${other}_old\n` });
  tree.git('add', '-A');
  const context = await sent();
  for (const secret of [token, other]) assert.ok(!context.includes(secret), context);
  assert.match(context, /logs\/dump-\*{40}\.txt/);
});

for (const isStaged of [true, false]) {
  const how = isStaged ? 'staged' : 'not staged';
  test(`sends no value of a removed .env in another file's diff, with the removal ${how}`, async () => {
    commit({ '.env': `DB_PASSWORD=${password}\n`, 'src/a.ts': 'a();\n' });
    if (isStaged) tree.git('rm', '-q', '.env');
    else rmSync(tree.at('.env'));
    tree.write({ 'src/a.ts': `connect("${password}");\n` });
    tree.git('add', 'src/a.ts');
    const context = await sent();
    assert.ok(!context.includes(password), context);
    assert.match(context, /\+connect\(\\"\*{14}\\"\)/);
  });

  test(`sends no value of the earlier version of another file, with its change ${how}`, async () => {
    commit({ 'config.yaml': `password: ${password}\n`, 'src/a.ts': 'a();\n', 'same.txt': 'same\n' });
    tree.write({ 'config.yaml': 'password: from the vault\n', 'src/a.ts': `connect("${password}");\n` });
    tree.git('add', 'src/a.ts', ...(isStaged ? ['config.yaml'] : []));
    const context = await sent();
    assert.ok(!context.includes(password), context);
  });
}

test('sends no value of an earlier version of the same length that was written in the same second', async () => {
  commit({ 'config.yaml': `password: ${password}\n`, 'src/a.ts': 'a();\n' });
  const { atimeMs, mtimeMs } = statSync(tree.at('config.yaml'));
  tree.write({ 'config.yaml': `password: ${'x'.repeat(password.length)}\n`, 'src/a.ts': `connect("${password}");\n` });
  utimesSync(tree.at('config.yaml'), atimeMs / 1000, Math.floor(mtimeMs / 1000) + 0.5);
  tree.git('add', 'src/a.ts');
  const context = await sent();
  assert.ok(!context.includes(password), context);
});

test('says why secrets are not known beyond the limits, and reads unchanged files of a copied folder from disk', async () => {
  commit({ 'a.ts': 'a();\n', 'b.ts': 'b();\n', 'c.ts': 'c();\n', 'd.txt': 'd\n'.repeat(100) });
  for (const name of ['a.ts', 'b.ts', 'c.ts', 'd.txt']) utimesSync(tree.at(name), 1, 1);
  const reader = await FolderReader.open(tree.root);
  const learn = (files: number, characters = 1000) =>
    learnStored(reader, [], new SecretValues(), undefined, { files, characters });
  assert.equal(await learn(0), undefined, 'nothing has changed');
  tree.write({ 'a.ts': 'a1();\n', 'b.ts': 'b1();\n' });
  assert.equal(await learn(2), undefined);
  assert.match((await learn(1)) ?? '', /exceed 1 files or .* Commit or stash a part of them first\.$/);
  assert.match((await learn(2, 8)) ?? '', /^The changes of this repository exceed/);
  rmSync(tree.at('d.txt'));
  assert.match((await learn(3, 100)) ?? '', /stored version of d\.txt, or it is too large/);
});

test('what the repository says of commits comes with them, redacted, unless a rule keeps the file here', async () => {
  const password = ['kaleidoscope', '77', 'Quartz!'].join('-');
  tree.write({
    'AGENTS.md': `Use tabs.\n\n- Commits name the module. password = '${password}'\n`,
    'CLAUDE.md': '- Commit messages are in French.\n',
    'a.ts': 'export const a = 1;\n',
  });
  tree.git('add', 'a.ts');
  const rulesWith = async (exclude: Record<string, boolean>) =>
    unwrap(await commitItem({ ...source(), exclude }, signal)).rules;
  const rules = (await rulesWith({})) ?? '';
  assert.match(rules, /^- Commits name the module\. password = '\*+'\n- Commit messages are in French\.$/);
  assert.equal(await rulesWith({ '*.md': true }), undefined);
});
