// A commit message out of a real repository: what is staged and nothing else, secrets redacted, no program of the
// repository run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { commitMessageJob } from '../../src/jobs/commit-message.ts';
import { MessagesServer } from '../fakes/messages-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-commit-'));
const root = join(folder, 'repository');
let api: MessagesServer;
after(async () => {
  await api?.close();
  rmSync(folder, { recursive: true, force: true });
});
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
    cwd: root,
    encoding: 'utf8',
  });
const write = (path: string, text: string) => {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
};
const password = ['hunter2', 'Xk9!pQ7zLm'].join('-');

before(async () => {
  api = await MessagesServer.start();
  mkdirSync(root);
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

const deps = () => ({
  confirm: async () => true,
  progress: () => {},
  signal: new AbortController().signal,
  log: silentLog,
});
const base = {
  root,
  repository: root,
  harvest: { trusted: true },
  exclude: {},
  storeFolder: join(folder, 'store'),
};
const asks = () => ({
  api: { settings: { apiKey: 'sk-ant-none', baseUrl: api.url, model: '', timeoutMs: 10_000 }, budgetUsd: 1 },
});

test('with nothing staged it says so', async () => {
  write('src/parser/lexer.ts', 'changed\n');
  const result = await commitMessageJob(base, deps());
  assert.ok(!result.ok && /Stage the changes/.test(result.error.message));
});

test('without the API it is a draft in the form of the near messages', async () => {
  write('src/parser/lexer.ts', 'export function skipBlanks() {}\n');
  git('add', 'src');
  const { message, model, costUsd } = unwrap(await commitMessageJob(base, deps()));
  assert.deepEqual(
    { message, model, costUsd },
    { message: 'fix(parser): add skipBlanks to lexer.ts', model: undefined, costUsd: 0 },
  );
});

test('the API sees what is staged, secrets redacted, with the near messages; what must not leave is a name', async () => {
  write('src/config.ts', `export const password = '${password}';\n`);
  write('.env', 'TOKEN=abcdefghijklmnop1234567890\n');
  write('unstaged.ts', 'nobody sees this\n');
  git('add', 'src/config.ts');
  git('add', '-f', '.env');
  let asked = '';
  api.answerTexts((text) => {
    asked = text;
    return '```\nfix(parser): skip blanks\n```';
  });
  const written = unwrap(await commitMessageJob({ ...base, ...asks() }, deps()));
  assert.equal(written.message, 'fix(parser): skip blanks');
  assert.ok(written.model !== undefined && written.costUsd > 0);
  assert.match(asked, /\+export function skipBlanks/);
  assert.match(asked, /<message>\nfix\(parser\): no loop\n<\/message>/);
  assert.match(asked, /A \.env\n/);
  for (const secret of [password, 'abcdefghijklmnop1234567890', 'nobody sees this'])
    assert.ok(!asked.includes(secret), secret);
  const again = unwrap(await commitMessageJob({ ...base, ...asks() }, deps()));
  assert.deepEqual([again.message, again.costUsd], [written.message, 0], 'the same question is not paid for twice');
});

test('where the API fails the draft stands, and why', async () => {
  api.fail('overloaded');
  write('src/parser/more.ts', 'x\n');
  git('add', 'src');
  const { message, model, trouble } = unwrap(await commitMessageJob({ ...base, ...asks() }, deps()));
  assert.ok(message !== '' && model === undefined && trouble !== undefined);
});

test('an answer that breaks off is paid for', async () => {
  api.fail('truncated');
  write('src/parser/half.ts', 'x\n');
  git('add', 'src');
  const { costUsd, trouble } = unwrap(await commitMessageJob({ ...base, ...asks() }, deps()));
  assert.ok(costUsd > 0 && trouble !== undefined);
});

test('no filter and no program that the repository names is run', async () => {
  const mark = join(folder, 'mark');
  const script = join(folder, 'evil.sh');
  writeFileSync(script, `#!/bin/sh\ntouch ${mark}\ncat\n`, { mode: 0o755 });
  write('.gitattributes', '* filter=evil diff=evil\n');
  git('config', 'filter.evil.clean', script);
  git('config', 'diff.evil.textconv', script);
  git('config', 'diff.evil.command', script);
  git('config', 'diff.external', script);
  assert.ok((await commitMessageJob(base, deps())).ok);
  assert.ok(!existsSync(mark));
});

/** A repository at `path` of the test's folder; what it says is sent with what it has staged. */
function repositoryAt(path: string) {
  const at = join(folder, path);
  mkdirSync(at, { recursive: true });
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], { cwd: at, stdio: 'pipe' });
  const files = (texts: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(texts)) {
      mkdirSync(join(at, name, '..'), { recursive: true });
      writeFileSync(join(at, name), text);
    }
  };
  run('init', '-q', '-b', 'main');
  return { at, run, files };
}

async function sentFor(request: { root: string; repository: string }): Promise<string> {
  let sent = '';
  api.reset();
  api.answerTexts((text) => {
    sent = text;
    return 'x';
  });
  const { model } = unwrap(await commitMessageJob({ ...base, ...request, ...asks() }, deps()));
  assert.ok(model !== undefined);
  return sent;
}

const kept = (name: string) => `only ${name} says so\n`;

test('a file that became a link has two parts in a diff: none of the files after it is taken for another', async () => {
  const { at, run, files } = repositoryAt('kinds');
  files({ '.easyadaptationignore': 'b.ts\n', a: 'a\n', 'b.ts': 'b\n', 'c.ts': 'c\n', 'd.ts': 'd\n' });
  run('add', '.');
  run('commit', '-qm', 'first');
  rmSync(join(at, 'a'));
  symlinkSync('c.ts', join(at, 'a'));
  // Where a line ends for one reader, and not for another, none begins.
  files({ 'b.ts': kept('b'), 'c.ts': `${kept('c')}x\rdiff --git a/d.ts b/d.ts\n`, 'd.ts': kept('d') });
  run('add', '.');
  const sent = await sentFor({ root: at, repository: at });
  assert.ok(!sent.includes(kept('b')));
  assert.ok(sent.includes(`+${kept('c')}`) && sent.includes(`+${kept('d')}`));
});

test('a file that is not merged yet has no part, nor does what lies below a file that was one', async () => {
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
  files({ '0.ts': '1\n', 'b.ts': kept('b'), 'c.ts': kept('c') });
  run('add', '0.ts', 'b.ts', 'c.ts');
  rmSync(join(at, 'was'));
  files({ 'was/inside.ts': kept('inside') });
  run('add', 'was');
  // And is gone again, so that nothing says what stands there.
  rmSync(join(at, 'was'), { recursive: true });
  const sent = await sentFor({ root: at, repository: at });
  assert.ok(!sent.includes(kept('b')) && !sent.includes(kept('inside')));
  assert.ok(sent.includes(`+${kept('c')}`));
});

test('a submodule is a line, whatever the repository wants of it', async () => {
  const inner = repositoryAt('modules/inner');
  inner.files({ 'inner.ts': 'first\n' });
  inner.run('add', '.');
  inner.run('commit', '-qm', 'inner first');
  const { at, run, files } = repositoryAt('modules');
  files({ '.easyadaptationignore': 'b.ts\n', '.gitmodules': '[submodule "inner"]\n\tpath = inner\n\turl = ./inner\n' });
  files({ 'b.ts': 'b\n', 'z.ts': 'z\n', 'a.ts': 'a\n' });
  run('add', '.');
  run('commit', '-qm', 'first');
  inner.files({ 'inner.ts': kept('inner') });
  inner.run('commit', '-qam', kept('inner message'));
  run('config', 'diff.submodule', 'log');
  files({ 'b.ts': kept('b'), 'z.ts': kept('z'), 'a.ts': kept('a') });
  run('add', '.');
  const sent = await sentFor({ root: at, repository: at });
  for (const name of ['b', 'inner', 'inner message']) assert.ok(!sent.includes(kept(name).trim()), name);
  assert.ok(sent.includes(`+${kept('a')}`) && sent.includes(`+${kept('z')}`));
});

test("a repository in the opened folder follows the folder's rules, and hides what the folder knows", async () => {
  const opened = join(folder, 'opened');
  const { at, run, files } = repositoryAt('opened/app');
  const token = ['abcdefghijklmnop', '0987654321'].join('');
  writeFileSync(join(opened, '.easyadaptationignore'), 'notes/\n');
  writeFileSync(join(opened, '.env'), `TOKEN=${token}\n`);
  files({ 'notes/a.ts': kept('a'), 'private/b.ts': kept('b'), 'c.ts': `${kept('c')}call('${token}');\n` });
  run('add', '.');
  const sent = await sentFor({ root: opened, repository: at, ...{ exclude: { 'app/private/**': true } } });
  for (const hidden of [kept('a'), kept('b'), token]) assert.ok(!sent.includes(hidden), hidden);
  assert.ok(sent.includes(`+${kept('c')}`));
  assert.match(sent, /A private\/b\.ts\n/);
});
