// A commit message out of a real repository: what is staged and nothing else, secrets masked, no program of the repository run.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
const base = { root, harvest: { trusted: true }, exclude: {}, storeFolder: join(folder, 'store') };
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

test('the API sees what is staged, secrets masked, with the near messages; what must not leave is a name', async () => {
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
