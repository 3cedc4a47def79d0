// The store's answers; deletion; the positions and stages of a run.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { type Log, silentLog } from '../../src/common/log.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
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
  store.recordAdaptation('/b', { ...run, finishedAt: 9 });
  assert.deepEqual(store.latestAdaptation('/a'), second);
  assert.equal(store.latestAdaptation('/c'), undefined);
  assert.deepEqual(store.rowsOf('/a').adaptations, [second, first]);
  assert.deepEqual(JSON.parse(first.report), { files: 3 });
  store.close();
});

test('deletes the data of one folder, and then everything', () => {
  const { store } = openStore(folder);
  for (const name of ['/a', '/b']) {
    store.settle('', llmCall({ requestHash: name, folder: name }));
    store.recordAdaptation(name, { startedAt: 1, finishedAt: 2, report: {}, router: {} });
  }
  store.deleteFolderData('/a');
  const rowsOf = (name: string) => [store.rowsOf(name).llmCalls.length, store.rowsOf(name).adaptations.length];
  assert.deepEqual(
    [rowsOf('/a'), rowsOf('/b')],
    [
      [0, 0],
      [1, 1],
    ],
  );
  store.deleteAll();
  assert.deepEqual(rowsOf('/b'), [0, 0]);
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

const runStoreFolder = temporaryFolder();
openStore(runStoreFolder).store.close();

const answer = (place: string, model: string) => ({
  ...{ place, path: 'src/a.ts', model },
  ...{ draft: '{"text":"x"}', loss: 'null' },
});

function withRunStore<T>(use: (runStore: RunStore) => T, root = '/work/project'): T {
  const runStore = new RunStore(runStoreFolder, root, silentLog);
  try {
    return use(runStore);
  } finally {
    runStore.close();
  }
}

test('finds answers by model and position, only in their own folder', () => {
  withRunStore((runStore) => {
    runStore.keep(answer('one', 'base'));
    runStore.keep(answer('one', 'adapted'));
    runStore.keep(answer('two', 'base'));
  });
  withRunStore((runStore) => {
    const known = runStore.answersOf('base');
    assert.deepEqual([...known.keys()].sort(), ['one', 'two']);
    assert.equal(known.get('one')?.draft, '{"text":"x"}');
    assert.equal(runStore.answersOf('another').size, 0);
  });
  withRunStore((runStore) => assert.equal(runStore.answersOf('base').size, 0), '/work/elsewhere');
});

test('a stage is finished only for the same inputs', () => {
  withRunStore((runStore) => {
    runStore.finish('training', 'of these', '{"steps":3}');
    assert.equal(runStore.outputOfFinished('training', 'of these'), '{"steps":3}');
    assert.equal(runStore.outputOfFinished('training', 'of others'), undefined);
    runStore.finish('training', 'of others', '{"steps":4}');
    assert.equal(runStore.outputOfFinished('training', 'of these'), undefined, 'one row a stage');
  });
});

test('drops answers of models that a finished run did not use', () => {
  withRunStore((runStore) => {
    runStore.keep(answer('three', 'old'));
    runStore.keepOnly(['adapted']);
    assert.equal(runStore.answersOf('base').size, 0);
    assert.equal(runStore.answersOf('adapted').size, 1);
  });
  const { store } = openStore(runStoreFolder);
  assert.deepEqual(
    store.rowsOf('/work/project').answers.map((row) => row.place),
    ['one'],
  );
  store.deleteFolderData('/work/project');
  const { answers, stages } = store.rowsOf('/work/project');
  store.close();
  assert.deepEqual([answers, stages], [[], []]);
});

test('an unwritable store knows no answers, does not fail, and is reported once', () => {
  const file = join(runStoreFolder, 'a-file');
  writeFileSync(file, '');
  const said: string[] = [];
  const log: Log = { ...silentLog, warn: (message) => said.push(message) };
  const runStore = new RunStore(file, '/work/project', log);
  runStore.keep(answer('one', 'base'));
  runStore.finish('training', 'of these', '{}');
  assert.equal(runStore.answersOf('base').size, 0);
  assert.equal(runStore.outputOfFinished('training', 'of these'), undefined);
  runStore.close();
  assert.equal(said.length, 1);
});
