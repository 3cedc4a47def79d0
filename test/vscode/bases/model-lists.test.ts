// The lists of models, with the dialogs that they open.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { ok, unwrap } from '../../../src/common/errors.ts';
import type { AddedBase } from '../../../src/neural/models/import/add-gguf.ts';
import { addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { readTimings } from '../../../src/specialist/engine/timings.ts';
import type { ImportBaseDeps } from '../../../src/vscode/bases/import-base.ts';
import { timingKeyOf } from '../../../src/vscode/bases/shipped-bases.ts';
import { readSettings } from '../../../src/vscode/settings/settings.ts';
import { dialogs } from '../../fakes/vscode-dialogs.ts';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';

const { chooseBase } = await import('../../../src/vscode/bases/choose-base.ts');
const { getModel } = await import('../../../src/vscode/bases/get-model.ts');
const { offerBase } = await import('../../../src/vscode/bases/import-base.ts');
const { offerOf } = await import('../../../src/vscode/bases/get-model.ts');

const storage = mkdtempSync(join(tmpdir(), 'easy-adaptation-lists-'));
after(() => rmSync(storage, { recursive: true }));
beforeEach(() => dialogs.reset());

const settings = readSettings(() => undefined);
const written: unknown[][] = [];
const deps = {
  jobs: { job: async () => ok([]) },
  configuration: { for: () => settings, write: async (...values: unknown[]) => void written.push(values) },
  paths: {
    storage,
    models: join(storage, 'none'),
    engine: resolve(import.meta.dirname, '../../fakes/timed-engine.ts'),
  },
} as unknown as ImportBaseDeps;

const own = {
  ...{ name: 'own', folder: join(storage, 'bases', 'own'), tokenizer: 'tokenizer.json', vocabulary: 100 },
  ...{ licence: 'MIT', manifest: { kind: 'gguf', weights: 'f'.repeat(64), gguf: {} } },
} as unknown as AddedBase;

test("'Get a Code Model' shows an unfinished download and removes it after asking", async () => {
  const downloads = join(storage, 'downloads');
  mkdirSync(downloads);
  const partial = join(downloads, 'qwen2.5-coder-7b-instruct-q4_k_m.gguf.partial');
  writeFileSync(partial, new Uint8Array(3_000_000));
  const rows: string[] = [];
  dialogs.pick = (items) => {
    rows.push(
      items
        .filter(({ buttons }) => buttons)
        .map(({ label, detail }) => `${label}: ${detail}`)
        .join(),
    );
    return rows.length === 1 ? { button: '7B' } : undefined;
  };
  dialogs.answer = 'Cancel';
  await getModel(deps);
  assert.match(rows[0] ?? '', /7B: Needs .*\. 3 MB of an unfinished download have arrived\./);
  assert.deepEqual(
    [dialogs.messages, existsSync(partial)],
    [['Remove the unfinished download of Qwen2.5-Coder 7B?'], true],
  );
  rows.length = 0;
  dialogs.answer = 'Remove';
  await getModel(deps);
  assert.equal(existsSync(partial), false);
  assert.equal(rows[1], '', 'the list is shown again, without the row’s button');
});

test('a base is offered with the measured time of a line, which is stored', async () => {
  dialogs.answer = 'Use It';
  await offerBase(own, deps);
  assert.deepEqual(dialogs.messages, [
    'own needs 120 ms for a line and 900 ms for a new prompt: fast enough to answer while you type. Licence as stated: MIT.',
  ]);
  assert.deepEqual(written, [['baseModel', own.folder, undefined]]);
  assert.equal(readTimings(storage).get(timingKeyOf(own.manifest, settings))?.lineMs, 120);
});

test('a base whose timing is cancelled is offered without figures', async () => {
  dialogs.onProgress = (message, cancel) => {
    if (message === 'how fast it answers') cancel();
  };
  await offerBase(own, deps);
  assert.match(dialogs.messages.join(), /^[^\d]+ Licence as stated: MIT\.$/);
});

test("'Measure the Speed Again' times imported bases too, and shows the list with the new timings", async () => {
  const path = join(storage, 'mine.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const into = join(storage, 'bases');
  unwrap(await addGgufModel({ path, into }, new AbortController().signal));
  const rows: (string | undefined)[] = [];
  dialogs.pick = (items) => {
    rows.push(items.find(({ label }) => label === 'mine')?.detail);
    return rows.length === 1 ? { row: 'Measure the Speed Again' } : undefined;
  };
  const bases = { measureAgain: async () => ok(undefined) };
  await chooseBase({ ...deps, bases });
  assert.deepEqual(rows, ['Not timed on this machine', 'A line takes 120 ms, a new prompt 900 ms']);
  assert.deepEqual(dialogs.messages, []);
});

const machine = { free: 8e9, ceiling: 9e9, timed: [] };

test('names the memory that serving takes, and whether it is free and allowed', () => {
  const offer = offerOf(1.1e9, machine);
  assert.ok(offer.needs > 1.1e9 && offer.needs < 2.2e9);
  assert.equal(offer.fits, true);
  assert.equal(offerOf(1.1e9, { ...machine, free: 1e9 }).fits, false);
  assert.equal(offerOf(4.7e9, { ...machine, ceiling: 3e9 }).fits, false);
});

test('expects no speed before a model of this kind was measured here', () => {
  assert.deepEqual([offerOf(1.1e9, machine).lineMs, offerOf(1.1e9, machine).isFast], [undefined, false]);
});

test('expects a time in proportion to the bytes, by the measured model of the nearest size', () => {
  const timed = [
    { bytes: 0.5e9, lineMs: 120 },
    { bytes: 2e9, lineMs: 380 },
  ];
  assert.equal(offerOf(4e9, { ...machine, timed }).lineMs, 760);
  const small = offerOf(1e9 / 2, { ...machine, timed });
  assert.deepEqual([small.lineMs, small.isFast], [120, true]);
  assert.equal(offerOf(2e9, { ...machine, timed }).isFast, false);
});
