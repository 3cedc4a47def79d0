// Runs the command line as a user does: in its own process, with exit codes, output streams and the API over HTTP.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, type TestContext, test } from 'node:test';
import type { AdaptReport } from '../../../src/adapt/report/adapt-report.ts';
import type { PaidCall } from '../../../src/common/paid-call.ts';
import { openStore } from '../../../src/storage/open.ts';
import { writeOtherTokenizer } from '../../adapt/adapted-folder.ts';
import { makeProject, type Project, tokenizerPath } from '../../adapt/project.ts';
import { MessagesServer } from '../../fakes/messages-server.ts';
import { writeModel } from '../../specialist/engine/helpers.ts';
import { assertPrivate } from '../../support/private.ts';
import { type Ran, runCli } from './run.ts';

let project: Project;
let storage: string;
before(() => {
  project = makeProject(6);
  storage = join(dirname(project.root), 'storage');
});
after(() => project.remove());

const run = (args: readonly string[], env: Record<string, string> = {}, interruptAt?: RegExp) =>
  runCli([...args, ...(args.includes('--storage') ? [] : ['--storage', storage])], env, interruptAt);

/** A large model on this machine, which ends with the test, and the variables that name it and its key. */
async function startApi(t: TestContext) {
  const api = await MessagesServer.start();
  t.after(() => api.close());
  return { api, env: { ANTHROPIC_API_KEY: 'sk-ant-test-0123456789', ANTHROPIC_BASE_URL: api.url } };
}

/** The last stored report of a folder. */
function reportOf(root: string): string | undefined {
  const { store } = openStore(storage);
  const stored = store.latestAdaptation(root)?.report;
  store.close();
  return stored;
}

test('without a key prints a report as text or JSON, and stores it', async () => {
  const text = await run([project.root]);
  assert.equal(text.code, 0, text.err);
  assert.match(text.err, /step 1 of 3 {2}Finding files \.\.\. /);
  const long = text.printed.split('\n').filter((line) => line.length > 100 && !line.includes(storage));
  assert.deepEqual(long, []);
  assert.match(text.out, /Lines exactly right\n/);
  assert.match(text.out, /nothing: the large model was not asked/);
  const json = await run(['adapt', project.root, '--json']);
  const report = JSON.parse(json.out) as AdaptReport;
  assert.equal(report.harvest.files, project.files.size);
  assert.deepEqual(JSON.parse(reportOf(project.root) ?? ''), report);
});

test('completes at a position with the stored specialist', async () => {
  const file = join(project.root, 'src/load/user.ts');
  const position = await run(['complete', `${file}:13:3`, '--folder', project.root, '--json']);
  assert.equal(position.code, 0, position.err);
  const completion = JSON.parse(position.out);
  assert.equal(completion.path, 'src/load/user.ts');
  assert.equal(completion.line, 12);
  assert.ok(completion.draft.tokens.length > 0);
  assert.ok(completion.decision.reason.length > 0);
});

test('with a base: trains, resumes after an interruption, and completes with both models', async (t) => {
  const small = makeProject(4);
  t.after(() => small.remove());
  const base = join(dirname(small.root), 'base');
  writeModel(base);
  const figures = ['--threads', '1', '--max-steps', '20', '--minutes', '1440'];
  const options = ['--base', base, '--device', 'cpu', ...figures, '--local'];
  const stopped = await run([small.root, ...options], {}, /Training \.\.\./);
  assert.equal(stopped.code, 130, stopped.err);
  assert.match(stopped.err, /step \d of 6 {2}Training \.\.\./);
  const [beforePlan, afterPlan] = stopped.err.split('What adapting to this folder takes');
  assert.doesNotMatch(beforePlan ?? '', /minutes? left/, 'an estimate before anything is measured');
  assert.match(afterPlan ?? '', /Training \.\.\. {2}.*minutes? left/);
  assert.match(stopped.err, /Ctrl-C stops it and keeps what was done/);
  assert.match(stopped.err, /Stopped\. (Kept: .*\. )?Start the adaptation again at any time: it resumes there\./);
  const json = await run([small.root, ...options, '--json']);
  assert.equal(json.code, 0, json.err);
  const { neural, notes } = JSON.parse(json.out) as AdaptReport;
  assert.equal(neural?.training?.device, 'cpu');
  assert.equal(neural?.training?.stopped, 'finished', notes.join());
  assert.ok(neural.training.loss);
  assert.ok(neural?.quality.base && neural.chosenFrom?.adapted);

  const file = join(small.root, 'src/load/user.ts');
  const position = await run(['complete', `${file}:13:3`, '--folder', small.root, '--json', ...options]);
  assert.equal(position.code, 0, position.err);
  assert.match(JSON.parse(position.out).draft.model, /^(adapted|base) \+ n-gram$/);

  assert.ok(assertPrivate(storage) > 4);
});

test('a base with its own tokenizer does not change the tokenizer of the index', async (t) => {
  const fresh = makeProject(2);
  t.after(() => fresh.remove());
  const base = join(dirname(fresh.root), 'base');
  mkdirSync(base);
  writeOtherTokenizer(join(base, 'tokenizer.json'), tokenizerPath);
  const position = [`${join(fresh.root, 'src/load/user.ts')}:13`, '--folder', fresh.root, '--no-neural'];
  const withOwnBase = await run(['complete', ...position, '--base', base]);
  assert.equal(withOwnBase.code, 0, withOwnBase.err);
  const shipped = await run(['complete', ...position, '--base', 'small', '--verbose']);
  assert.equal(shipped.code, 0, shipped.err);
  assert.doesNotMatch(shipped.err, /another tokenizer/);
  assert.match((await run(['complete', ...position, '--base', 'huge'])).err, /There is no folder .*huge/);
});

test('with a key prints the cost first, and calls the API only with --yes', async (t) => {
  const { api, env } = await startApi(t);
  const unasked = await run([project.root], env);
  assert.equal(unasked.code, 0, unasked.err);
  assert.match(unasked.err, /will cost about \$0\.\d+/);
  assert.match(unasked.err, /pass --yes/);
  assert.equal(api.requests.length, 0);
  const local = await run([project.root, '--local'], env);
  assert.doesNotMatch(local.err, /cost/);
  const paid = await run([project.root, '--yes', '--places', '12', '--json'], env);
  assert.equal(paid.code, 0, paid.err);
  assert.equal(api.requests.length, 12);
  const report = JSON.parse(paid.out) as AdaptReport;
  assert.equal(report.api?.asked, 12);
  assert.ok((report.paid?.usd ?? 0) > 0);
  // Stored answers are not paid for twice.
  const twice = await run([project.root, '--yes', '--places', '12', '--json'], env);
  assert.equal(twice.code, 0, twice.err);
  assert.equal(api.requests.length, 12);
  for (const each of [unasked, paid, twice])
    assert.ok(!(each.out + each.err).includes(env.ANTHROPIC_API_KEY as string));
});

test('if every call fails, the exit code is 1 and the last line says why', async (t) => {
  const { api, env } = await startApi(t);
  api.fail('unauthorized');
  const own = ['--storage', join(dirname(project.root), 'refused')];
  const { code, out, err } = await run([project.root, '--yes', '--places', '12', ...own], env);
  assert.equal(code, 1, err);
  assert.match(err, /Asking the API stopped early: .* refused the API key .*$/s);
  assert.match(out, /Asking the API stopped early/, 'the rest of the adaptation is done and reported');
});

test('if not even the least training fits the limit, --train always ends with advice, and auto fits without training', async () => {
  const base = join(dirname(project.root), 'slow-base');
  writeModel(base);
  // Six seconds are less than the share for opening models.
  const options = ['--base', base, '--device', 'cpu', '--threads', '1', '--minutes', '0.1', '--local'];
  const refused = await run([project.root, ...options, '--train', 'always']);
  assert.equal(refused.code, 1, refused.err);
  assert.match(refused.err, /In 0\.1 minutes this machine cannot train the base 'slow-base'/);
  assert.match(refused.err, /With training\s+\(--train\s+always\s+--minutes\s+\d+\): /);
  assert.doesNotMatch(refused.err, /Training \.\.\./);
  const fitted = await run([project.root, ...options]);
  assert.equal(fitted.code, 0, fitted.err);
  assert.match(fitted.err, /What adapting to this folder takes\s+(About|Less than)/);
  assert.match(fitted.out, /Fitted to this folder without training: the index of \d+ files/);
});

function storedCalls(storage: string): PaidCall[] {
  const database = new DatabaseSync(join(storage, 'store.sqlite'));
  const rows = database.prepare('SELECT * FROM llmCalls').all() as unknown as PaidCall[];
  database.close();
  return rows;
}

test('a second run in the same folder names the active run and makes no call', async (t) => {
  const { api, env } = await startApi(t);
  const ownStorage = join(dirname(project.root), 'twice');
  const args = [project.root, '--yes', '--storage', ownStorage, '--places', '20'];
  let second: Promise<Ran> | undefined;
  const gate = Promise.withResolvers<void>();
  api.answerWith(() => {
    second ??= run(args, env).finally(() => gate.resolve());
    return 'value;';
  });
  // The first run continues only after the second has ended.
  api.holdUntil(gate.promise);
  const first = await run(args, env);
  const other = await second;
  assert.equal(first.code, 0, first.err);
  assert.equal(other?.code, 1, other?.err);
  assert.match(other?.err ?? '', /Another run is active in this folder \(npm start, process \d+, since /);
  const hashes = storedCalls(ownStorage).map(({ requestHash }) => requestHash);
  assert.equal(new Set(hashes).size, hashes.length);
  assert.equal(api.requests.length, hashes.length);
});

test('control characters in names and answers do not reach the terminal', async (t) => {
  const { api, env } = await startApi(t);
  const ESC = String.fromCharCode(0x1b);
  const ownStorage = join(dirname(project.root), 'evil');
  api.answerWith(`${ESC}[2J\u202evalue;`);
  const hostileRun = await run([project.root, '--yes', '--storage', ownStorage, '--places', '10'], env);
  assert.equal(hostileRun.code, 0, hostileRun.err);
  const calls = storedCalls(ownStorage);
  assert.ok(calls.length > 0 && calls.every(({ text }) => text === 'value;'));
  const position = await run(['complete', `${ESC}[31mno.ts:1`]);
  assert.equal(position.code, 1);
  assert.ok(!(hostileRun.out + position.err).includes(ESC));
});

test('an interrupted run stops, says so, and keeps the earlier report', async (t) => {
  const earlier = reportOf(project.root);
  const { api, env } = await startApi(t);
  const gate = Promise.withResolvers<void>();
  // Without an answer the run cannot end before the interrupt arrives.
  api.holdUntil(gate.promise);
  const stopped = await run([project.root, '--yes', '--places', '10'], env, /Asking/).finally(() => gate.resolve());
  assert.equal(stopped.code, 130, stopped.err);
  assert.match(stopped.err, /Stopped\. .*Start the adaptation again at any time: it resumes there\./);
  assert.equal(reportOf(project.root), earlier);
});

test('the help names the commands that there are, and every option', async () => {
  const { code, out } = await run(['--help']);
  assert.equal(code, 0);
  const commands = [...out.matchAll(/npm start -- \[?(\w+)/g)].map(([, name]) => name);
  assert.deepEqual(commands, ['adapt', 'complete', 'inspect', 'label']);
  for (const option of ['--yes', '--places N', '--train WHEN', '--storage FOLDER'])
    assert.ok(out.includes(option), option);
  assert.match(out, /--train WHEN +auto, always or never; .*\(default auto\)/);
  assert.match(out, /--run-budget USD .*\(default 1\)/);
});

test('wrong usage gets one sentence and exit code 2', async () => {
  const file = join(project.root, 'a.txt');
  writeFileSync(file, 'x');
  const wrong: [string[], RegExp][] = [
    [[join(project.root, 'nowhere')], /There is no folder/],
    [[file], /is a file/],
    [['--balance', '0'], /from 0.05 to 1/],
    [['--bogus'], /--bogus/],
    [['complete'], /Name a position/],
    [['label'], /Name a task: label TASK\./],
    [['adapt', '--at', 'x'], /--at belongs to inspect\./],
    [['--provider', 'nobody'], /--provider takes anthropic, .* not "nobody"/],
    [['--device', 'tpu'], /auto, cpu or webgpu/],
    [['--minutes', '0'], /--minutes takes a number from 0\.1 to 1440/],
    [['--train', 'yes'], /--train takes auto, always or never/],
    [['--max-steps', '0'], /from 1 to 1000000/],
    [['--threads', 'many'], /from 1 to 256/],
    [['--base', join(project.root, 'nowhere')], /There is no folder/],
    [[project.root, project.root], /at a time/],
  ];
  const login = 'https://joe:hunter2@gateway.invalid';
  const withKey = { ANTHROPIC_API_KEY: 'key-of-a-test' };
  wrong.push([['--url', login], /--url: leave user name and password out\. The key is read from ANTHROPIC_API_KEY\./]);
  wrong.push([['--url', 'http://gateway.invalid'], /--url: http:\/\/gateway\.invalid is not an https address/]);
  wrong.push([[], /ANTHROPIC_BASE_URL: leave user name and password out/]);
  for (const [args, message] of wrong) {
    const { code, err, out } = await run(args, args.length === 0 ? { ...withKey, ANTHROPIC_BASE_URL: login } : withKey);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, message);
    assert.doesNotMatch(err, /hunter2/);
    assert.equal(out, '');
  }
  const noLine = await run(['complete', `${file}:99`, '--folder', project.root]);
  assert.equal(noLine.code, 1);
  assert.match(noLine.err, /has 1 lines, no line 99/);
});
