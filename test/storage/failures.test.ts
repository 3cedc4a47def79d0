// Everything that can happen to a database: kill -9, two windows, damage, another version, a disk that is full or
// read-only.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, test } from 'node:test';
import { databaseName, openStore } from '../../src/storage/open.ts';
import { Tree } from '../support/tree.ts';
import { llmCall, llmCallsOf } from './rows.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = new Tree().root;
  file = join(folder, databaseName);
});

const clock = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 6), monotonic: () => 0, sleep: async () => {} };
const child = (name: string, count: number) =>
  fork(join(import.meta.dirname, 'child.ts'), [folder, name, String(count)], { stdio: 'inherit' });

test('kill -9 during a write loses no recorded row', async () => {
  for (const round of ['first', 'second']) {
    const writer = child(round, 0);
    let last = -1;
    writer.on('message', (i) => {
      last = Number(i);
      if (last === 60) writer.kill('SIGKILL');
    });
    const [, signal] = await once(writer, 'exit');
    assert.equal(signal, 'SIGKILL');
    assert.ok(last >= 60);
    const { store, notice } = openStore(folder);
    assert.equal(notice, undefined);
    for (let i = 0; i <= last; i++) assert.ok(store.findLlmCall(`${round}-${i}`), `${round}-${i}`);
    store.close();
  }
  const database = new DatabaseSync(file);
  assert.equal(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
  database.close();
});

test("a write that another window's lock delays is repeated", () => {
  const { store } = openStore(folder);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  store.settle('', llmCall());
  other.exec('COMMIT');
  assert.deepEqual(store.findLlmCall('hash'), llmCall());
  other.close();
  store.close();
});

const damages: Record<string, () => void> = {
  'text instead of a database': () => writeFileSync(file, 'this was never a database\n'.repeat(500)),
  'a page overwritten': () => {
    const { store } = openStore(folder);
    for (let i = 0; i < 200; i++) store.settle('', llmCall({ text: 'z'.repeat(500) }));
    store.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8192, 8192 + 4096 * 8);
    writeFileSync(file, bytes);
  },
  'a file cut short': () => {
    const { store } = openStore(folder);
    for (let i = 0; i < 200; i++) store.settle('', llmCall({ text: 'z'.repeat(500) }));
    store.close();
    truncateSync(file, 9000);
  },
};
for (const [name, damage] of Object.entries(damages)) {
  test(`a damaged database is moved aside with a message: ${name}`, () => {
    damage();
    const before = readFileSync(file);
    const { store, notice } = openStore(folder, { clock });
    const aside = join(folder, 'corrupt-20260102030405006.sqlite');
    assert.ok(notice?.includes(aside), notice);
    assert.match(notice ?? '', /damaged/);
    assert.deepEqual(readFileSync(aside), before);
    store.settle('', llmCall());
    assert.deepEqual(llmCallsOf(store), [llmCall()]);
    store.close();
    assert.equal(openStore(folder).notice, undefined);
  });
}

test('a database of another version is moved aside unchanged, and its paid answers are carried over', () => {
  const { store } = openStore(folder);
  store.settle('', llmCall());
  store.close();
  const other = new DatabaseSync(file);
  other.exec('PRAGMA user_version = 999');
  other.close();
  const opened = openStore(folder, { clock });
  const aside = join(folder, 'other-version-20260102030405006.sqlite');
  assert.ok(opened.notice?.includes(`${aside}, and a new one was started with its paid answers.`), opened.notice);
  assert.match(opened.notice ?? '', /another version/);
  assert.deepEqual(opened.store.findLlmCall('hash'), llmCall());
  opened.store.close();
  const kept = new DatabaseSync(aside);
  assert.equal(kept.prepare('SELECT count(*) AS n FROM llmCalls').get()?.n, 1);
  kept.close();
});

test('a database of another version with other tables is moved aside, and nothing is carried over', () => {
  const other = new DatabaseSync(file);
  other.exec('CREATE TABLE llmCalls (other TEXT); INSERT INTO llmCalls VALUES (1); PRAGMA user_version = 3');
  other.close();
  const { store, notice } = openStore(folder, { clock });
  assert.match(notice ?? '', /another version.*a new one was started\.$/);
  assert.equal(store.spentInMonth(Date.now()), 0);
  store.close();
});

test('damage during use is reported, and the row is stored in a new database', () => {
  const notices: string[] = [];
  const opened = openStore(folder, { clock, onNotice: (notice) => notices.push(notice) });
  // More than SQLite's page cache (2 MB), or the damage would not be seen.
  for (let i = 0; i < 600; i++) opened.store.settle('', llmCall({ text: 'z'.repeat(8000) }));
  opened.store.close();
  const again = openStore(folder, { clock, onNotice: (notice) => notices.push(notice) });
  const bytes = readFileSync(file);
  bytes.fill(0xa5, 4096);
  writeFileSync(file, bytes);
  assert.deepEqual(llmCallsOf(again.store), []);
  again.store.settle('', llmCall({ text: 'after' }));
  assert.deepEqual(llmCallsOf(again.store), [llmCall({ text: 'after' })]);
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /damaged.*corrupt-20260102030405006/);
  assert.deepEqual(
    readdirSync(folder)
      .filter((name) => name.endsWith('.sqlite'))
      .sort(),
    ['corrupt-20260102030405006.sqlite', databaseName],
  );
  again.store.close();
});

const unusable: Record<string, () => string> = {
  'a file stands where the folder should': () => {
    writeFileSync(join(folder, 'plain'), '');
    return join(folder, 'plain');
  },
  'a folder stands where the database should': () => {
    mkdirSync(file);
    return folder;
  },
};
for (const [name, make] of Object.entries(unusable)) {
  test(`an unusable folder is reported, answers nothing and lets nothing be paid for (${name})`, () => {
    const where = make();
    const { store, notice } = openStore(where);
    assert.match(notice ?? '', /Local suggestions go on; the API is not asked/);
    assert.ok(notice?.includes(where));
    assert.deepEqual([store.latestAdaptation('/a'), llmCallsOf(store), store.spentInMonth(0)], [undefined, [], 0]);
    assert.deepEqual(store.reserve({ id: '', at: 0, purpose: 'completion', model: '', usd: 0 }, 1), {
      ok: false,
      why: 'unwritable',
      message: notice,
    });
    store.close();
  });
}
