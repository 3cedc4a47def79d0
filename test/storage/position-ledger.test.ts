// Measured positions and finished stages of an adaptation: stored beside the completions and deleted with them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Log, silentLog } from '../../src/common/log.ts';
import { openStore } from '../../src/storage/open.ts';
import { PositionLedger } from '../../src/storage/position-ledger.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-ledger-'));
openStore(folder).store.close();
after(() => rmSync(folder, { recursive: true, force: true }));

const answer = (place: string, model: string) => ({
  ...{ place, path: 'src/a.ts', model },
  ...{ draft: '{"text":"x"}', loss: 'null' },
});

function withLedger<T>(use: (ledger: PositionLedger) => T, root = '/work/project'): T {
  const ledger = new PositionLedger(folder, root, silentLog);
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
  const { store } = openStore(folder);
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
  const file = join(folder, 'a-file');
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
