// `label` and `export` as a user runs them: a table beside the texts, shards that make it up, a model, and sentences for what is wrong.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runCli } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-label-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const read = (path: string) => readFileSync(join(folder, path), 'utf8');

before(() => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`;
    return `${text},${i < 40 ? ['bug', 'wish'][i % 2] : ''}`;
  });
  writeFileSync(join(folder, 'issues.csv'), `title,kind\n${rows.join('\n')}\n`);
  mkdirSync(join(folder, '.easyadaptation/tasks'), { recursive: true });
  const labels = ['bug', 'wish'].map((name) => ({ name, meaning: `It is a ${name}.` }));
  const source = { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' };
  writeFileSync(
    join(folder, '.easyadaptation/tasks/issues.json'),
    JSON.stringify({ instruction: 'Sort.', labels, source }),
  );
});

test('all texts get a label, and shards are the same lines', async () => {
  const whole = await runCli(['label', 'issues', '--folder', folder, '--json']);
  assert.equal(whole.code, 0, whole.err);
  assert.deepEqual(JSON.parse(whole.out), {
    path: join(folder, 'issues.labels.csv'),
    texts: 60,
    given: 40,
    inDoubt: 20,
  });
  const [header, ...lines] = read('issues.labels.csv').trimEnd().split('\n');
  assert.equal(header, 'text,label,who,how sure,in doubt');
  assert.equal(lines[0], 'an error in page 0,bug,person,1.000,');
  assert.match(lines[45] ?? '', /^please add page 45,wish,specialist,0\.\d{3},yes$/);
  for (const shard of ['1/2', '2/2'])
    assert.equal((await runCli(['label', 'issues', '--folder', folder, '--shard', shard])).code, 0);
  const parts = ['1-of-2', '2-of-2'].flatMap((part) =>
    read(`issues.labels.${part}.csv`).trimEnd().split('\n').slice(1),
  );
  assert.deepEqual(parts.sort(), lines.sort());
});

test('the export is a model, its labels and a page of 20 lines', async () => {
  const { code, err } = await runCli(['export', 'issues', '--folder', folder]);
  assert.equal(code, 0, err);
  const at = '.easyadaptation/tasks/issues.export';
  assert.deepEqual(
    JSON.parse(read(`${at}/labels.json`)).map(({ name }: { name: string }) => name),
    ['bug', 'wish'],
  );
  assert.ok(existsSync(join(folder, at, 'model.onnx')));
  assert.ok(read(`${at}/README.md`).trimEnd().split('\n').length <= 25);
});

test('what is wrong is a sentence and an exit code', async () => {
  const none = await runCli(['label', 'nothing', '--folder', folder]);
  assert.equal(none.code, 1);
  assert.match(none.err, /There is no task \.easyadaptation\/tasks\/nothing\.json/);
  const shard = await runCli(['label', 'issues', '--folder', folder, '--shard', '3/2']);
  assert.equal(shard.code, 2);
  assert.match(shard.err, /--shard takes I\/N/);
  assert.equal((await runCli(['label', 'a', 'b'])).code, 2);
  assert.equal((await runCli(['list', '--shard', '1/2'])).code, 2);
});
