// What a version stored is read by this one, and changes of the stored form happen in place.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, test } from 'node:test';
import { storedReport, storedRouter } from '../../src/adapt/report/adapt-report.ts';
import { parseRouter } from '../../src/routing/router-model.ts';
import { CHANGES, FIRST_VERSION } from '../../src/storage/changes.ts';
import { openDatabase } from '../../src/storage/database.ts';
import { databaseName, openStore } from '../../src/storage/open.ts';
import { SqliteStore } from '../../src/storage/sqlite.ts';
import { Tree } from '../support/tree.ts';

const stored = join(import.meta.dirname, '../golden/stored');
const FOLDER = '/work/project';
let folder: string;
let file: string;
beforeEach(() => {
  folder = new Tree().root;
  file = join(folder, databaseName);
});

/** Writes what the version stored as the folder's database. */
function write(version: number): void {
  const database = new DatabaseSync(file);
  database.exec(readFileSync(join(stored, `${version}.sql`), 'utf8'));
  database.close();
}

test('there is a database of each version, this one included', () => {
  const versions = Array.from({ length: CHANGES.length + 1 }, (_, i) => `${FIRST_VERSION + i}.sql`);
  assert.deepEqual(readdirSync(stored).sort(), versions);
});

for (const name of readdirSync(stored)) {
  test(`an adaptation with its report and routers is used as stored in ${name}`, () => {
    write(Number.parseInt(name, 10));
    const { store, notice } = openStore(folder);
    assert.equal(notice, undefined);
    const adaptation = store.latestAdaptation(FOLDER);
    const report = storedReport(adaptation?.report ?? '');
    assert.equal(report?.specialist?.places, 120);
    assert.ok(storedRouter(adaptation?.router ?? '').ok);
    assert.ok(parseRouter(report?.neural?.ngramRouter).ok);
    const { answers, stages } = store.rowsOf(FOLDER);
    assert.deepEqual([answers.length, stages.length], [2, 2]);
    assert.equal(store.findLlmCall('hash')?.costUsd, 0.01);
    store.close();
  });

  test(`the tables of ${name} become those of a new database`, () => {
    write(Number.parseInt(name, 10));
    const tables = (database: DatabaseSync) => {
      const rows = database.prepare('SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name').all();
      database.close();
      return rows.map(({ name, sql }) => [
        name,
        String(sql)
          .replace(/\s+/g, ' ')
          .replace(/ ?-- .*?(?=CREATE|$)/g, ''),
      ]);
    };
    assert.deepEqual(tables(openDatabase(file)), tables(openDatabase()));
  });
}

const rename = (database: DatabaseSync) => database.exec("UPDATE adaptations SET folder = folder || '/renamed'");
const versionIn = () => {
  const database = new DatabaseSync(file);
  const found = database.prepare('PRAGMA user_version').get()?.user_version;
  database.close();
  return found;
};

test('changes are made once, in order', () => {
  write(FIRST_VERSION);
  const again = (database: DatabaseSync) => database.exec("UPDATE adaptations SET folder = folder || '/again'");
  openDatabase(file, [rename]).close();
  for (let i = 0; i < 2; i++) openDatabase(file, [rename, again]).close();
  assert.equal(versionIn(), FIRST_VERSION + 2);
  const store = new SqliteStore(openDatabase(file, [rename, again]), file);
  assert.ok(store.latestAdaptation(`${FOLDER}/renamed/again`));
  store.close();
});

test('a change that fails leaves everything as it was', () => {
  write(FIRST_VERSION);
  const fail = () => {
    throw new Error('an unexpected report');
  };
  assert.throws(() => openDatabase(file, [rename, fail]), { code: 'other-version', message: 'an unexpected report' });
  assert.equal(versionIn(), FIRST_VERSION);
  const { store } = openStore(folder);
  assert.equal(store.latestAdaptation(FOLDER)?.folder, FOLDER);
  store.close();
});

test('a database of a later version is not changed', () => {
  write(FIRST_VERSION);
  openDatabase(file, [rename]).close();
  assert.throws(() => openDatabase(file), { code: 'other-version' });
  assert.equal(versionIn(), FIRST_VERSION + 1);
});
