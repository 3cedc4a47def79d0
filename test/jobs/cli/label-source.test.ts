// `label --init` writes a task from a table, `--dry-run` says what it holds, and mistakes end a run with the options.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCli } from './run.ts';

const folder = temporaryFolder();
const storage = temporaryFolder();
const task = join(folder, '.easyadaptation/tasks/tickets.json');
const at = ['--folder', folder, '--storage', storage, '--local'];

before(() => {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`;
    return `${i};${text};${i < 40 ? ['bug', 'wish'][i % 2] : ''}`;
  });
  writeFileSync(join(folder, 'tickets.csv'), `id;title;kind\n${rows.join('\n')}\n`);
});

test('a task is written from a table, once, and its file runs as it is', async () => {
  const { code, out, err } = await runCli(['label', '--init', 'tickets.csv', ...at]);
  assert.equal(code, 0, err);
  assert.match(out, /tickets\.json: texts of 'title', 2 labels of 'kind'\./);
  const written = JSON.parse(readFileSync(task, 'utf8'));
  assert.deepEqual(written.source, { kind: 'csv', path: 'tickets.csv', text: 'title', label: 'kind' });
  assert.deepEqual(
    written.labels.map(({ name }: { name: string }) => name),
    ['bug', 'wish'],
  );
  const again = await runCli(['label', '--init', 'tickets.csv', ...at]);
  assert.equal(again.code, 1);
  assert.match(again.err, /already exists and was left as it is/);
  const done = await runCli(['label', 'tickets', ...at]);
  assert.equal(done.code, 0, done.err);
  assert.match(
    readFileSync(join(folder, 'tickets.labels.csv'), 'utf8'),
    /^id;title;kind;label;who;how sure;in doubt\n0;/,
  );
});

test('a table without a column of labels is said with its columns', async () => {
  writeFileSync(join(folder, 'notes.csv'), 'id,note\n1,a\n2,b\n');
  const { code, err } = await runCli(['label', '--init', 'notes.csv', ...at]);
  assert.equal(code, 1);
  assert.match(err, /no column of 2 to 50 labels .* Columns: id, note\./);
});

test('--dry-run says rows, separator, encoding, labels and mistakes, and writes nothing', async () => {
  const table = readFileSync(join(folder, 'tickets.csv'), 'utf8');
  writeFileSync(join(folder, 'tickets.csv'), `${table}60;please add it;wsh\n61;;\n`);
  const results = readFileSync(join(folder, 'tickets.labels.csv'), 'utf8');
  const { code, out } = await runCli(['label', 'tickets', '--dry-run', ...at]);
  assert.equal(code, 1, 'there is a mistake');
  for (const said of [
    /62 rows, 61 different texts, utf-8\./,
    /Columns: id, title, kind\./,
    / {2}bug: 20\n {2}wish: 20\n {2}wsh: 1\n/,
    /separated by semicolons/,
    /1 row without a text \(the first is 63\)/,
    /1 row with a label that the task does not know: 'wsh' \(1, probably 'wish'\)/,
  ])
    assert.match(out.replace(/\s*\n(?! {2}\w)/g, ' ').replace(/ {2}(\w+): (\d+) (?=Th)/, '  $1: $2\n'), said);
  assert.equal(readFileSync(join(folder, 'tickets.labels.csv'), 'utf8'), results);
});

test('mistakes end a run with the options that go on, and no sentence names a button', async () => {
  const { code, err } = await runCli(['label', 'tickets', ...at]);
  assert.equal(code, 1);
  const said = err.replace(/\s+/g, ' ');
  assert.match(
    said,
    /Nothing was learned yet\. 1 row .*Options: --unknown-labels correct, --unknown-labels add or --accept-mistakes\./,
  );
  assert.doesNotMatch(said, /button|Run Anyway|click/i);
  const done = await runCli(['label', 'tickets', '--unknown-labels', 'correct', ...at, '--json']);
  assert.equal(done.code, 0, done.err);
  assert.equal(JSON.parse(done.out).byPerson, 41);
  assert.deepEqual(JSON.parse(readFileSync(task, 'utf8')).labels[1].aliases, ['wsh']);
  assert.ok(!existsSync(join(folder, '.easyadaptation/tasks/tickets.answers.jsonl')));
});
