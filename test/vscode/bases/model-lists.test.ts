// The lists of models, with the dialogs that they open.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { ok, unwrap } from '../../../src/common/errors.ts';
import type { AddedBase } from '../../../src/neural/models/import/add-gguf.ts';
import { addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { readTimings, storeTiming } from '../../../src/specialist/engine/timings.ts';
import type { ImportBaseDeps } from '../../../src/vscode/bases/import-base.ts';
import { timingKeyOf } from '../../../src/vscode/bases/shipped-bases.ts';
import { readSettings } from '../../../src/vscode/settings/settings.ts';
import { dialogs } from '../../fakes/vscode-dialogs.ts';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { chooseBase } = await import('../../../src/vscode/bases/choose-base.ts');
const { getModel } = await import('../../../src/vscode/bases/get-model.ts');
const { offerBase } = await import('../../../src/vscode/bases/import-base.ts');

const storage = temporaryFolder();
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

test("'Get a Code Model' lists each download with the memory that it needs", async () => {
  const rows: string[] = [];
  dialogs.pick = (items) => {
    rows.push(...items.map(({ label, detail }) => `${label}: ${detail}`));
    return undefined;
  };
  await getModel(deps);
  const [large = ''] = rows.filter((row) => row.includes('7B'));
  assert.match(large, /7B: Needs 8396 MB of \d+ MB free memory\. Timed here after the download\.$|Needs 8396 MB; /);
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

test('a base in the list has its measured times, or says that there are none', async () => {
  const path = join(storage, 'mine.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const into = join(storage, 'bases');
  const mine = unwrap(await addGgufModel({ path, into }, new AbortController().signal));
  const details: (string | undefined)[] = [];
  dialogs.pick = (items) => void details.push(items.find(({ label }) => label === 'mine')?.detail);
  await chooseBase(deps);
  storeTiming(storage, timingKeyOf(mine.manifest, settings), { lineMs: 120, promptMs: 900, at: 1 });
  await chooseBase(deps);
  assert.deepEqual(details, ['Not timed on this machine', 'A line takes 120 ms, a new prompt 900 ms']);
});
