// Runs `label` as a user does: a results table, answers of the large model, an exported model, and error sentences.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MessagesServer } from '../../fakes/messages-server.ts';
import { until } from '../../specialist/engine/helpers.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCli } from './run.ts';

const folder = temporaryFolder();
const storage = temporaryFolder();
const taskOf = (path: string) => {
  const labels = ['bug', 'wish'].map((name) => ({ name, meaning: `It is a ${name}.` }));
  return JSON.stringify({ instruction: 'Sort.', labels, source: { kind: 'csv', path, text: 'title', label: 'kind' } });
};
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

before(() => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`;
    return `${text},${i < 40 ? ['bug', 'wish'][i % 2] : ''}`;
  });
  writeFileSync(join(folder, 'issues.csv'), `title,kind\n${rows.join('\n')}\n`);
  mkdirSync(join(folder, '.easyadaptation/tasks'), { recursive: true });
  writeFileSync(join(folder, '.easyadaptation/tasks/issues.json'), taskOf('issues.csv'));
});

test('all texts get a label', async () => {
  const wholeRun = await runCli(['label', 'issues', '--folder', folder, '--storage', storage, '--local', '--json']);
  assert.equal(wholeRun.code, 0, wholeRun.err);
  const { path, texts, byPerson, byApi, inDoubt, runUsd } = JSON.parse(wholeRun.out);
  const expected = { path: 'issues.labels.csv', texts: 60, byPerson: 40, byApi: 0, inDoubt: 0, runUsd: 0 };
  assert.deepEqual({ path, texts, byPerson, byApi, inDoubt, runUsd }, expected);
  const [header, ...lines] = read('issues.labels.csv').trimEnd().split('\n');
  assert.equal(header, 'title,kind,label,who,how sure,in doubt');
  assert.equal(lines[0], 'an error in page 0,bug,bug,person,1.000,');
  assert.match(lines[45] ?? '', /^please add page 45,,wish,local model,0\.\d{3},$/);
});

test('a terminal draws what is expected, and says it once', async () => {
  const { code, out, err } = await runCli(['label', 'issues', '--folder', folder, '--storage', storage, '--local']);
  assert.equal(code, 0, err);
  assert.match(out, /\n\n {2}Local model {2}\d+% \(\d+% to \d+%\), expected\n\n/);
  assert.equal(out.split('is expected to get about').length - 1, 1, out);
});

test('over HTTP every answer is stored immediately, so a resumed run repeats no request', async () => {
  const api = await MessagesServer.start();
  after(() => api.close());
  const textOf = (asked: string) => /<text>([^<]*)<\/text>/.exec(asked)?.[1] ?? '';
  const [reached, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let calls = 0;
  api.answerTexts((asked) => {
    // Ten are asked at a time: the answers before this call are stored, and none arrives while the run is interrupted.
    if (++calls === 11) {
      api.holdUntil(released.promise);
      reached.resolve();
    }
    return /error/.test(textOf(asked)) ? 'bug' : 'wish';
  });
  const env = { ANTHROPIC_API_KEY: 'sk-ant-none', ANTHROPIC_BASE_URL: api.url };
  const args = ['label', 'issues', '--folder', folder, '--storage', storage];
  const unasked = await runCli(args, env);
  assert.equal(unasked.code, 0, unasked.err);
  assert.match(
    unasked.err,
    /about 60 random texts to learn from will cost about \$0\.\d+\. These are all texts of the task, so no call is saved\./,
  );
  assert.equal(api.requests.length, 0, 'the price was not accepted');
  const stopped = await runCli([...args, '--yes'], env, reached.promise);
  assert.notEqual(stopped.code, 0);
  assert.match(stopped.err, /Stopped\. The answers that came are kept: run the task again, and it resumes there\./);
  assert.ok(api.requests.length > 10 && api.requests.length <= 20, `${api.requests.length} were asked`);
  await until(() => api.requests.slice(10).every(({ outcome }) => outcome === 'aborted'));
  released.resolve();
  const done = await runCli([...args, '--yes', '--json'], env);
  assert.equal(done.code, 0, done.err);
  const report = JSON.parse(done.out);
  // To choose a form, some texts are asked about in several.
  const sent = api.requests.filter(({ outcome }) => outcome === 'ok').map(({ body }) => JSON.stringify(body));
  assert.equal(new Set(sent).size, sent.length, 'no prompt is sent twice');
  assert.deepEqual([report.byPerson, report.judgedBy, report.inDoubt], [40, 'person', 0]);
  assert.ok(report.soFarUsd > report.runUsd && report.runUsd > 0);
  const count = api.requests.length;
  const secondRun = await runCli([...args, '--yes', '--json'], env);
  assert.equal(JSON.parse(secondRun.out).runUsd, 0);
  assert.equal(api.requests.length, count);
});

test('a run stops at its limit, says why, and the next run resumes there', async () => {
  const api = await MessagesServer.start();
  after(() => api.close());
  api.answerTexts(() => 'bug');
  writeFileSync(
    join(folder, 'more.csv'),
    `title,kind\n${Array.from({ length: 80 }, (_, i) => `more ${i},\n`).join('')}`,
  );
  writeFileSync(join(folder, '.easyadaptation/tasks/more.json'), taskOf('more.csv'));
  const env = { ANTHROPIC_API_KEY: 'sk-ant-none', ANTHROPIC_BASE_URL: api.url };
  const args = ['label', 'more', '--folder', folder, '--storage', storage, '--yes', '--json', '--budget', '100'];
  const limitedRun = await runCli([...args, '--run-budget', '0.0002'], env);
  assert.equal(limitedRun.code, 1);
  assert.match(limitedRun.err, /stops at a cost of \$0\.0002 \(--run-budget\)/);
  const pattern = /have a label\. Label 3 more.*did not answer all texts: The limit of\s+\$0\.0002\s+for\s+this\s+run/s;
  assert.match(limitedRun.err, pattern);
  const callCount = api.requests.length;
  assert.ok(callCount > 0 && callCount < 20, `${callCount} were asked`);
  const { code, out } = await runCli([...args, '--run-budget', '0.0003'], env);
  assert.equal(code, 1);
  const { runUsd, stopped } = JSON.parse(out);
  assert.match(stopped, /limit of \$0\.0003 for this run is reached.*continue.*--run-budget/);
  assert.ok(runUsd > 0 && runUsd <= 0.0003, `$${runUsd}`);
  const now = api.requests.length;
  assert.ok(now > callCount && now < 80, `${now} were asked`);
});

test('the price question says that git ignores the sent file', async () => {
  writeFileSync(join(folder, '.gitignore'), 'mine.csv\n');
  copyFileSync(join(folder, 'issues.csv'), join(folder, 'mine.csv'));
  const task = JSON.parse(read('.easyadaptation/tasks/issues.json'));
  const source = { ...task.source, path: 'mine.csv' };
  writeFileSync(join(folder, '.easyadaptation/tasks/mine.json'), JSON.stringify({ ...task, source }));
  const env = { ANTHROPIC_API_KEY: 'sk-ant-none', ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' };
  const { code, err } = await runCli(['label', 'mine', '--folder', folder, '--storage', storage], env);
  assert.equal(code, 0, err);
  assert.match(err, /secrets redacted\.\nThe texts are of mine\.csv, which git ignores\.\n/);
});

test('the export has all that another program needs, in the folder that is named', async () => {
  const into = join(temporaryFolder(), 'model');
  const { code, err } = await runCli(['label', 'issues', '--export', into, '--folder', folder, '--storage', storage]);
  assert.equal(code, 0, err);
  const { labels, encoder, calibration } = JSON.parse(readFileSync(join(into, 'labels.json'), 'utf8'));
  assert.deepEqual(
    labels.map(({ name }: { name: string }) => name),
    ['bug', 'wish'],
  );
  assert.ok(encoder && calibration.apiAccuracy.length === 2 && 'keepBelow' in calibration);
  const files = ['LICENSE-encoder', 'README.md', 'encoder.onnx', 'features.py', 'labels.json', 'model.onnx'];
  assert.deepEqual(readdirSync(into), [
    ...files,
    'ray_label.py',
    'spark_label.py',
    'test-vector.json',
    'tokenizer.json',
  ]);
  const vector: { text: string; 'how sure': number }[] = JSON.parse(
    readFileSync(join(into, 'test-vector.json'), 'utf8'),
  );
  assert.ok(vector.length >= 20 && new Set(vector.map((row) => row['how sure'])).size > 10);
  assert.ok(
    vector.every(({ text }) => !/in page \d/.test(text)),
    'no text of the folder leaves it',
  );
});

test('wrong input gets an error sentence and an exit code', async () => {
  const none = await runCli(['label', 'nothing', '--folder', folder, '--storage', storage]);
  assert.equal(none.code, 1);
  assert.match(none.err, /There is no task \.easyadaptation\/tasks\/nothing\.json/);
  assert.equal((await runCli(['label', 'a', 'b'])).code, 2);
  const places = await runCli(['label', 'issues', '--folder', folder, '--places', '40']);
  assert.equal(places.code, 2);
  assert.match(places.err, /--places belongs to adapt and inspect\./);
  const more = await runCli(['adapt', '--more', '3']);
  assert.deepEqual([more.code, /--more belongs to label/.test(more.err)], [2, true], more.err);
});
