// The store's answers; deletion; the positions and stages of a run.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { type Log, silentLog } from '../../src/common/log.ts';
import { openStore } from '../../src/storage/open.ts';
import { PositionLedger } from '../../src/storage/position-ledger.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { Tree } from '../support/tree.ts';
import { llmCall } from './rows.ts';

let folder: string;
beforeEach(() => {
  folder = new Tree().root;
});

test('a paid answer is found by its request, the newest first', () => {
  const { store } = openStore(folder);
  store.settle('', llmCall({ at: 1, text: 'old' }));
  const newest = llmCall({ at: 2, text: 'new "quoted"\n\u0000 \u{1f600}' });
  store.settle('', newest);
  assert.deepEqual(store.findLlmCall('hash'), newest);
  assert.equal(store.findLlmCall('other'), undefined);
  store.close();
});

test('returns the latest adaptation of a folder', () => {
  const { store } = openStore(folder);
  const run = { startedAt: 1, finishedAt: 2, report: { files: 3 }, router: { version: 1 } };
  const first = store.recordAdaptation('/a', run);
  const second = store.recordAdaptation('/a', { ...run, finishedAt: 5 });
  const other = store.recordAdaptation('/b', { ...run, finishedAt: 4 });
  assert.deepEqual(store.latestAdaptation('/a'), second);
  assert.equal(store.latestAdaptation('/c'), undefined);
  assert.deepEqual(store.adaptations(), [second, other, first]);
  assert.deepEqual(JSON.parse(first.report), { files: 3 });
  store.close();
});

test('deletes the adaptations of one folder, then all its data, and then everything', () => {
  const { store } = openStore(folder);
  for (const name of ['/a', '/b']) {
    store.settle('', llmCall({ requestHash: name, folder: name }));
    store.recordAdaptation(name, { startedAt: 1, finishedAt: 2, report: {}, router: {} });
  }
  store.deleteAdaptations('/a');
  const folders = store.adaptations().map(({ folder }) => folder);
  assert.deepEqual(folders, ['/b']);
  assert.equal(store.rowsOf('/a').llmCalls.length, 1);
  store.deleteFolderData('/a');
  assert.deepEqual([store.rowsOf('/a').llmCalls.length, store.rowsOf('/b').llmCalls.length], [0, 1]);
  assert.equal(store.adaptations().length, 1);
  store.deleteAll();
  assert.deepEqual([store.rowsOf('/b').llmCalls, store.adaptations()], [[], []]);
  store.close();
});

test('keeps recorded rows after reopening', () => {
  const first = openStore(folder).store;
  first.settle('', llmCall());
  first.close();
  const second = openStore(folder);
  assert.equal(second.notice, undefined);
  assert.deepEqual(second.store.findLlmCall('hash'), llmCall());
  second.store.close();
});

test('deletes text from the files, and databases that were moved aside', () => {
  const needle = 'deleted-text-marker';
  writeFileSync(join(folder, 'corrupt-20260101000000000.sqlite'), needle);
  writeFileSync(join(folder, 'corrupt-20260101000000000.sqlite-wal'), needle);
  const { store } = openStore(folder);
  store.settle('', llmCall({ text: needle }));
  store.deleteAll();
  assert.throws(() => readFileSync(join(folder, 'corrupt-20260101000000000.sqlite')), /ENOENT/);
  assert.throws(() => readFileSync(join(folder, 'corrupt-20260101000000000.sqlite-wal')), /ENOENT/);
  for (const name of ['store.sqlite', 'store.sqlite-wal'])
    assert.ok(!readFileSync(join(folder, name)).includes(needle), name);
  store.close();
});

const ledgerFolder = temporaryFolder();
openStore(ledgerFolder).store.close();

const answer = (place: string, model: string) => ({
  ...{ place, path: 'src/a.ts', model },
  ...{ draft: '{"text":"x"}', loss: 'null' },
});

function withLedger<T>(use: (ledger: PositionLedger) => T, root = '/work/project'): T {
  const ledger = new PositionLedger(ledgerFolder, root, silentLog);
  try {
    return use(ledger);
  } finally {
    ledger.close();
  }
}

test('finds answers by model and position, only in their own folder', () => {
  withLedger((ledger) => {
    ledger.keep(answer('one', 'base'));
    ledger.keep(answer('one', 'adapted'));
    ledger.keep(answer('two', 'base'));
  });
  withLedger((ledger) => {
    const known = ledger.answersOf('base');
    assert.deepEqual([...known.keys()].sort(), ['one', 'two']);
    assert.equal(known.get('one')?.draft, '{"text":"x"}');
    assert.equal(ledger.answersOf('another').size, 0);
  });
  withLedger((ledger) => assert.equal(ledger.answersOf('base').size, 0), '/work/elsewhere');
});

test('a stage is finished only for the same inputs', () => {
  withLedger((ledger) => {
    ledger.finish('training', 'of these', '{"steps":3}');
    assert.equal(ledger.outputOfFinished('training', 'of these'), '{"steps":3}');
    assert.equal(ledger.outputOfFinished('training', 'of others'), undefined);
    ledger.finish('training', 'of others', '{"steps":4}');
    assert.equal(ledger.outputOfFinished('training', 'of these'), undefined, 'one row a stage');
  });
});

test('drops answers of models that a finished run did not use', () => {
  withLedger((ledger) => {
    ledger.keep(answer('three', 'old'));
    ledger.keepOnly(['adapted']);
    assert.equal(ledger.answersOf('base').size, 0);
    assert.equal(ledger.answersOf('adapted').size, 1);
  });
  const { store } = openStore(ledgerFolder);
  const places = store.rowsOf('/work/project').answers.map((row) => row.place);
  assert.deepEqual(places, ['one']);
  store.deleteFolderData('/work/project');
  const { answers, stages } = store.rowsOf('/work/project');
  store.close();
  assert.deepEqual([answers, stages], [[], []]);
});

test('an unwritable store knows no answers, does not fail, and is reported once', () => {
  const file = join(ledgerFolder, 'a-file');
  writeFileSync(file, '');
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => said.push(message) };
  const ledger = new PositionLedger(file, '/work/project', log);
  ledger.keep(answer('one', 'base'));
  ledger.finish('training', 'of these', '{}');
  assert.equal(ledger.answersOf('base').size, 0);
  assert.equal(ledger.outputOfFinished('training', 'of these'), undefined);
  ledger.close();
  assert.equal(said.length, 1);
});
