// A commit message for a real repository: only staged changes are sent, secrets are redacted, and no program of the
// repository is run.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { writeTextJob } from '../../src/jobs/write-text.ts';
import { gitIn, writeIn } from '../support/tree.ts';
import { api, asks, base, deps, folder, password, root, write } from './writing.ts';

const git = (...args: string[]) => gitIn(root, ...args);
const request = () => ({ ...base, ...asks(), kind: 'commit message' as const, repository: root });

before(() => {
  git('init', '-q');
  for (const [path, message] of [
    ['src/parser/lexer.ts', 'fix(parser): no loop'],
    ['src/parser/names.ts', 'fix(parser): names may have digits'],
    ['README.md', 'docs: install'],
  ] as const) {
    write(path, `first of ${path}\n`);
    git('add', '.');
    git('commit', '-qm', message);
  }
});

test('fails with advice if nothing is staged', async () => {
  write('src/parser/lexer.ts', 'changed\n');
  const result = await writeTextJob(request(), deps());
  assert.ok(!result.ok && /Stage the changes/.test(result.error.message));
});

test('the API gets the staged changes, redacted, and nearby messages; of an ignored file only its name', async () => {
  write('src/parser/lexer.ts', 'export function skipBlanks() {}\n');
  git('add', 'src');
  write('src/config.ts', `export const password = '${password}';\n`);
  write('.env', 'TOKEN=abcdefghijklmnop1234567890\n');
  write('unstaged.ts', 'nobody sees this\n');
  git('add', 'src/config.ts');
  git('add', '-f', '.env');
  let asked = '';
  api().answerTexts((text) => {
    asked = text;
    return '```\nfix(parser): skip blanks\n```';
  });
  const written = unwrap(await writeTextJob(request(), deps()));
  assert.equal(written.text, 'fix(parser): skip blanks');
  assert.ok(written.model !== undefined && written.costUsd > 0);
  assert.match(asked, /\+export function skipBlanks/);
  assert.match(asked, /<text>\nsrc\/parser\/lexer\.ts\n<\/text>\n<answer>\nfix\(parser\): no loop\n<\/answer>/);
  assert.match(asked, /A \.env\n/);
  for (const secret of [password, 'abcdefghijklmnop1234567890', 'nobody sees this'])
    assert.ok(!asked.includes(secret), secret);
  const again = unwrap(await writeTextJob(request(), deps()));
  assert.deepEqual([again.text, again.costUsd], [written.text, 0], 'the same request is not paid for twice');
});

test('if the API fails, nothing is written and `trouble` says why', async () => {
  api().fail('overloaded');
  write('src/parser/more.ts', 'x\n');
  git('add', 'src');
  const { text, model, trouble } = unwrap(await writeTextJob(request(), deps()));
  assert.ok(text === '' && model === undefined && trouble !== undefined);
});

test('the cost of a truncated answer is reported', async () => {
  api().fail('truncated');
  write('src/parser/half.ts', 'x\n');
  git('add', 'src');
  const { costUsd, trouble } = unwrap(await writeTextJob(request(), deps()));
  assert.ok(costUsd > 0 && trouble !== undefined);
});

test('no filter or program from the repository configuration is run', async () => {
  const mark = join(folder, 'mark');
  const script = join(folder, 'evil.sh');
  writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat\n`, { mode: 0o755 });
  write('.gitattributes', '* filter=evil diff=evil\n');
  git('config', 'filter.evil.clean', script);
  git('config', 'diff.evil.textconv', script);
  git('config', 'diff.evil.command', script);
  git('config', 'diff.external', script);
  assert.ok((await writeTextJob(request(), deps())).ok);
  assert.ok(!existsSync(mark));
});

/** Creates a Git repository at `path` in the test's folder. `run` runs Git there, `files` writes files. */
function repositoryAt(path: string) {
  const at = join(folder, path);
  mkdirSync(at, { recursive: true });
  const run = (...args: string[]) => gitIn(at, ...args);
  const files = (texts: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(texts)) writeIn(at, name, text);
  };
  run('init', '-q', '-b', 'main');
  return { at, run, files };
}

/** The prompt that is sent for the repository's staged changes. */
async function sentFor(where: {
  root: string;
  repository: string;
  exclude?: Record<string, boolean>;
}): Promise<string> {
  let sent = '';
  api().reset();
  api().answerTexts((text) => {
    sent = text;
    return 'x';
  });
  const { model } = unwrap(await writeTextJob({ ...request(), ...where }, deps()));
  assert.ok(model !== undefined);
  return sent;
}

const markerOf = (name: string) => `marker of ${name}\n`;

test('if a file replaced by a symbolic link has two diff parts, later parts still belong to the right files', async () => {
  const { at, run, files } = repositoryAt('kinds');
  files({ '.easyadaptationignore': 'b.ts\n', a: 'a\n', 'b.ts': 'b\n', 'c.ts': 'c\n', 'd.ts': 'd\n' });
  run('add', '.');
  run('commit', '-qm', 'first');
  rmSync(join(at, 'a'));
  symlinkSync('c.ts', join(at, 'a'));
  // A lone CR ends no line for Git, so the 'diff --git' after it must not be read as the start of a file.
  files({ 'b.ts': markerOf('b'), 'c.ts': `${markerOf('c')}x\rdiff --git a/d.ts b/d.ts\n`, 'd.ts': markerOf('d') });
  run('add', '.');
  const sent = await sentFor({ root: at, repository: at });
  assert.ok(!sent.includes(markerOf('b')));
  assert.ok(sent.includes(`+${markerOf('c')}`) && sent.includes(`+${markerOf('d')}`));
});

test('an unmerged file has no diff part, and an ignored file inside a folder that replaced a file is not sent', async () => {
  const { at, run, files } = repositoryAt('unmerged');
  files({
    '.easyadaptationignore': 'b.ts\nwas/*\n',
    '0.ts': '0\n',
    a: 'a\n',
    'b.ts': 'b\n',
    'c.ts': 'c\n',
    was: 'a file\n',
  });
  run('add', '.');
  run('commit', '-qm', 'first');
  run('checkout', '-qb', 'other');
  files({ a: 'other\n' });
  run('commit', '-qam', 'other');
  run('checkout', '-q', 'main');
  files({ a: 'main\n' });
  run('commit', '-qam', 'main');
  assert.throws(() => run('merge', 'other'));
  files({ '0.ts': '1\n', 'b.ts': markerOf('b'), 'c.ts': markerOf('c') });
  run('add', '0.ts', 'b.ts', 'c.ts');
  rmSync(join(at, 'was'));
  files({ 'was/inside.ts': markerOf('inside') });
  run('add', 'was');
  // The folder is deleted again, so the disk does not show that `was` is a folder now.
  rmSync(join(at, 'was'), { recursive: true });
  const sent = await sentFor({ root: at, repository: at });
  assert.ok(!sent.includes(markerOf('b')) && !sent.includes(markerOf('inside')));
  assert.ok(sent.includes(`+${markerOf('c')}`));
});

test('a submodule is shown as one line, whatever diff.submodule is set to', async () => {
  const inner = repositoryAt('modules/inner');
  inner.files({ 'inner.ts': 'first\n' });
  inner.run('add', '.');
  inner.run('commit', '-qm', 'inner first');
  const { at, run, files } = repositoryAt('modules');
  files({ '.easyadaptationignore': 'b.ts\n', '.gitmodules': '[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n' });
  files({ 'b.ts': 'b\n', 'z.ts': 'z\n', 'a.ts': 'a\n' });
  run('add', '.');
  run('commit', '-qm', 'first');
  inner.files({ 'inner.ts': markerOf('inner') });
  inner.run('commit', '-qam', markerOf('inner message'));
  run('config', 'diff.submodule', 'log');
  files({ 'b.ts': markerOf('b'), 'z.ts': markerOf('z'), 'a.ts': markerOf('a') });
  run('add', '.');
  const sent = await sentFor({ root: at, repository: at });
  for (const name of ['b', 'inner', 'inner message']) assert.ok(!sent.includes(markerOf(name).trim()), name);
  assert.ok(sent.includes(`+${markerOf('a')}`) && sent.includes(`+${markerOf('z')}`));
});

test("a repository inside the opened folder obeys the folder's ignore rules, and the folder's secrets are redacted", async () => {
  const opened = join(folder, 'opened');
  const { at, run, files } = repositoryAt('opened/app');
  const token = ['abcdefghijklmnop', '0987654321'].join('');
  writeFileSync(join(opened, '.easyadaptationignore'), 'notes/\n');
  writeFileSync(join(opened, '.env'), `TOKEN=${token}\n`);
  files({ 'notes/a.ts': markerOf('a'), 'private/b.ts': markerOf('b'), 'c.ts': `${markerOf('c')}call('${token}');\n` });
  run('add', '.');
  const sent = await sentFor({ root: opened, repository: at, ...{ exclude: { 'app/private/**': true } } });
  for (const hidden of [markerOf('a'), markerOf('b'), token]) assert.ok(!sent.includes(hidden), hidden);
  assert.ok(sent.includes(`+${markerOf('c')}`));
  assert.match(sent, /A private\/b\.ts\n/);
});

test('sends nothing if more was changed than is read for secrets, and says so', async () => {
  for (let i = 0; i < 1001; i++) write(`many/${i}.txt`, `${i}\n`);
  git('add', 'many');
  const requests = api().requests.length;
  const { text, model, trouble } = unwrap(await writeTextJob(request(), deps()));
  assert.equal(api().requests.length, requests);
  assert.deepEqual([model, text], [undefined, '']);
  assert.match(trouble ?? '', /^Nothing was sent to the large model\. The changes .* exceed 1,000 files/);
  git('reset', '-q');
});
