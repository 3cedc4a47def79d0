// Monthly spending: counted across restarts, deletions, clock changes and disk failures. test/safety/money.test.ts
// counts it across processes and kills.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import type { Reservation } from '../../src/common/paid-call.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { databaseName, openStore } from '../../src/storage/open.ts';
import { SqliteStore } from '../../src/storage/sqlite.ts';
import { Store } from '../../src/storage/store.ts';
import { llmCall } from './rows.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'easy-adaptation-money-')), 'storage');
  file = join(folder, databaseName);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const november = new Date(2026, 10, 20).getTime();
const december = new Date(2026, 11, 2).getTime();
const october = new Date(2026, 9, 31).getTime();

function reservation(id: string, usd: number, at = november): Reservation {
  return { id, at, purpose: 'labelling', model: 'm', usd };
}

const answer = (costUsd: number, over: Parameters<typeof llmCall>[0] = {}) =>
  llmCall({ at: november, costUsd, ...over });

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);

test('a reservation counts, and is settled with the actual cost', () => {
  const { store } = openStore(folder);
  assert.deepEqual(store.reserve(reservation('a', 0.6), 1), { ok: true });
  assert.deepEqual(store.reserve(reservation('b', 0.5), 1), { ok: false, why: 'limit', spentUsd: 0.6 });
  store.settle('a', answer(0.1));
  near(store.spentInMonth(november), 0.1);
  assert.deepEqual(store.reserve(reservation('b', 0.5), 1), { ok: true });
  store.settle('b', undefined);
  near(store.spentInMonth(november), 0.1);
  assert.equal(store.findLlmCall('hash')?.costUsd, 0.1);
  store.close();
});

test('spending counts after a restart, in another window, and after deleting texts', () => {
  const first = openStore(folder).store;
  first.reserve(reservation('a', 0.6), 1);
  first.settle('a', answer(0.4));
  first.reserve(reservation('b', 0.3), 1);
  const second = openStore(folder).store;
  near(second.spentInMonth(november), 0.7);
  assert.equal(second.reserve(reservation('c', 0.4), 1).ok, false);
  first.close();
  second.deleteFolderData('/work/project');
  near(second.spentInMonth(november), 0.7);
  assert.equal(second.findLlmCall('hash'), undefined);
  second.close();
  const third = openStore(folder).store;
  near(third.spentInMonth(november), 0.7);
  third.close();
});

test('a new month begins at zero, and setting the clock back restores no budget', () => {
  const { store } = openStore(folder);
  store.settle('', answer(0.9, { at: november }));
  near(store.spentInMonth(december), 0);
  near(store.spentInMonth(october), 0.9);
  assert.equal(store.reserve(reservation('a', 0.2, october), 1).ok, false);
  store.settle('', answer(0.5, { at: december }));
  near(store.spentInMonth(december), 0.5);
  near(store.spentInMonth(november), 1.4);
  store.close();
});

test('spending under a clock that was ahead counts for one month, with a notice', () => {
  const notices: string[] = [];
  const { store } = openStore(folder, { onNotice: (notice) => notices.push(notice) });
  const ahead = new Date(2031, 4, 15).getTime();
  assert.ok(store.reserve(reservation('a', 0.9, ahead), 1).ok);
  store.settle('a', answer(0.9, { at: ahead }));
  // A process that died there: its reservation would stay until 2031.
  assert.ok(store.reserve(reservation('dead', 0.05, ahead), 1).ok);
  near(store.spentInMonth(november), 0.95);
  assert.equal(store.reserve(reservation('b', 0.2, november), 1).ok, false);
  assert.equal(notices.length, 1);
  assert.match(notices[0] ?? '', /\$0\.9500 in 2031-05\..*clock.*count once for this month/);
  near(store.spentInMonth(november), 0.95);
  // The months after that one are free of it, and the limit holds in them.
  near(store.spentInMonth(december), 0);
  assert.ok(store.reserve(reservation('c', 0.9, december), 1).ok);
  store.settle('c', answer(0.9, { at: december }));
  near(store.spentInMonth(november), 0.95 + 0.9);
  near(store.spentInMonth(ahead), 0.95);
  // What is spent there after it was counted is counted in turn.
  store.settle('', answer(0.04, { at: ahead }));
  near(store.spentInMonth(december), 0.94);
  assert.equal(store.reserve(reservation('d', 0.07, december), 1).ok, false);
  assert.equal(notices.length, 2);
  store.close();
  const again = openStore(folder).store;
  near(again.spentInMonth(december), 0.94);
  again.close();
});

test("deleting everything keeps only this month's spending", () => {
  const { store } = openStore(folder);
  store.settle('', answer(0.9, { at: new Date(2020, 1, 1).getTime() }));
  store.settle('', answer(0.2, { at: Date.now() }));
  store.deleteAll();
  near(store.spentInMonth(new Date(2000, 1, 1).getTime()), 0.2);
  assert.deepEqual(store.rowsOf('/work/project').llmCalls, []);
  store.close();
});

test("a dead process's reservation is in the ledger at once, until its real cost is known", () => {
  const { store } = openStore(folder);
  store.reserve(reservation('dead', 0.5), 1);
  near(store.spentInMonth(november), 0.5);
  const later = november + 3_600_000;
  assert.equal(store.reserve(reservation('next', 0.6, later), 1).ok, false);
  assert.equal(store.reserve(reservation('next', 0.3, later), 1).ok, true);
  near(store.spentInMonth(later), 0.8);
  store.settle('next', undefined);
  near(store.spentInMonth(november), 0.5);
  store.settle('dead', answer(0.05));
  near(store.spentInMonth(later), 0.05);
  store.close();
});

test('spending still counts if a database was moved aside', () => {
  for (const harm of [
    (database: DatabaseSync) => database.exec('PRAGMA user_version = 999'),
    // An index of another table, by its page.
    (database: DatabaseSync) => {
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const page = Number(
        database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'adaptationsByFolder'").get()?.rootpage,
      );
      database.close();
      const bytes = readFileSync(file);
      bytes.fill(0xa5, (page - 1) * 4096, page * 4096);
      writeFileSync(file, bytes);
    },
  ]) {
    rmSync(folder, { recursive: true, force: true });
    const { store } = openStore(folder);
    store.settle('', answer(0.75));
    store.close();
    const database = new DatabaseSync(file);
    harm(database);
    if (database.isOpen) database.close();
    const fresh = openStore(folder);
    assert.match(fresh.notice ?? '', /could not be used/);
    near(fresh.store.spentInMonth(november), 0.75);
    fresh.store.close();
  }
});

/** A store over a database that the test can break. */
function breakable() {
  openStore(folder).store.close();
  const database = openDatabase(file);
  const notices: string[] = [];
  let time = 0;
  let repaired = false;
  const store = new Store(
    { database: new SqliteStore(database, file) },
    {
      onNotice: (notice) => notices.push(notice),
      log: silentLog,
      clock: { monotonic: () => time },
      reopen: () => (repaired ? { database: openReal() } : { notice: 'still broken' }),
      deleteRenamed: () => {},
    },
  );
  return {
    store,
    notices,
    database,
    wait: (ms: number) => {
      time += ms;
    },
    repair: () => {
      repaired = true;
    },
  };
}

function openReal(): SqliteStore {
  openStore(folder).store.close();
  return new SqliteStore(openDatabase(file), file);
}

const failures: Readonly<Record<string, (database: DatabaseSync) => void>> = {
  'a full disk': (database) => {
    // Fills what is free in the pages that there are, so that the next row needs a new one.
    const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
    database.exec(`PRAGMA max_page_count = ${pages}`);
    const fill = database.prepare(
      "INSERT INTO llmCalls VALUES (0, hex(randomblob(8)), 'labelling', '/filler', '', '', '', 0, 0, 0, 0, 0, 0)",
    );
    assert.throws(() => {
      for (;;) fill.run();
    }, /full/);
  },
  'a read-only disk': (database) => database.exec('PRAGMA query_only = ON'),
  'a removed folder': () => rmSync(folder, { recursive: true }),
  'a replaced folder': () => {
    renameSync(folder, `${folder}-away`);
    openStore(folder).store.close();
  },
};

for (const [name, fail] of Object.entries(failures)) {
  describe(name, () => {
    test('if the disk fails before a call, nothing is requested, and one notice is shown', () => {
      const { store, notices, database } = breakable();
      fail(database);
      const reserved = store.reserve(reservation('a', 0.1), 1);
      assert.ok(!reserved.ok && reserved.why === 'unwritable');
      assert.match(reserved.message, /cannot write.*not asked.*free disk space or make the folder writable/s);
      assert.equal(store.reserve(reservation('b', 0.1), 1).ok, false);
      assert.equal(store.canKeep(), false);
      assert.equal(notices.length, 1);
      store.close();
    });

    test('keeps an answer in memory if the disk fails, and writes it when the disk works again', () => {
      const { store, notices, database, wait, repair } = breakable();
      store.settle('', answer(0.2, { requestHash: 'earlier' }));
      assert.ok(store.reserve(reservation('a', 0.1), 1).ok);
      fail(database);
      const long = 'x'.repeat(200_000);
      store.settle('a', answer(0.03, { requestHash: 'late', text: long }));
      const run = { startedAt: 1, finishedAt: 2, report: {}, router: {} };
      assert.throws(() => store.recordAdaptation('/work/project', run), /cannot write.*free disk space/s);
      assert.equal(store.findLlmCall('late')?.text, long);
      // What is stored can still be read.
      assert.equal(store.findLlmCall('earlier')?.costUsd, 0.2);
      assert.deepEqual(store.unsaved, { answers: 1, usd: 0.03 });
      assert.equal(store.reserve(reservation('b', 0.1), 1).ok, false);
      assert.equal(notices.length, 1);
      repair();
      // Not at every keystroke.
      assert.equal(store.canKeep(), false);
      wait(30_000);
      assert.equal(store.canKeep(), true);
      assert.deepEqual(store.unsaved, { answers: 0, usd: 0 });
      near(store.spentInMonth(november), 0.23);
      assert.ok(store.reserve(reservation('b', 0.1), 1).ok);
      store.settle('b', undefined);
      store.close();
      const { store: again } = openStore(folder);
      assert.equal(again.findLlmCall('late')?.text, long);
      // A folder that is new knows what was spent, though not on what.
      near(again.spentInMonth(november), 0.23);
      again.close();
    });

    test('answers that are lost stand in the ledger with their maximum cost', () => {
      const { store, database } = breakable();
      store.settle('', answer(0.2, { requestHash: 'earlier' }));
      for (let i = 0; i < 8; i++) assert.ok(store.reserve(reservation(`${i}`, 0.1), 1.1).ok);
      // Another connection, which still reads the file if it is removed.
      const witness = new DatabaseSync(file);
      witness.exec('SELECT * FROM llmCalls');
      fail(database);
      for (let i = 0; i < 8; i++)
        store.settle(`${i}`, answer(0.05, { requestHash: `${i}`, text: 'x'.repeat(200_000) }));
      near(store.spentInMonth(november), 0.2 + 8 * 0.1);
      store.close();
      assert.equal(store.unsaved.answers, 8);
      const { n, usd } =
        witness.prepare("SELECT count(*) AS n, sum(costUsd) AS usd FROM llmCalls WHERE folder <> '/filler'").get() ??
        {};
      assert.equal(n, 9);
      near(Number(usd), 0.2 + 8 * 0.1);
      near(Number(witness.prepare('SELECT sum(usd) AS usd FROM spending').get()?.usd), 0.2 + 8 * 0.1);
      witness.close();
    });

    test('at the end, writes paid answers or reports them as lost', () => {
      for (const works of [true, false]) {
        for (const path of [folder, `${folder}-away`]) rmSync(path, { recursive: true, force: true });
        const { store, database, repair } = breakable();
        assert.ok(store.reserve(reservation('a', 0.1), 1).ok);
        fail(database);
        store.settle('a', answer(0.03, { requestHash: 'late', text: 'x'.repeat(200_000) }));
        if (works) repair();
        store.close();
        assert.deepEqual(store.unsaved, works ? { answers: 0, usd: 0 } : { answers: 1, usd: 0.03 });
        assert.notEqual(store.trouble, undefined);
      }
    });
  });
}
