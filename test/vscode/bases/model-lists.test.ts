// The lists of models, with the dialogs that they open.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { ok } from '../../../src/common/errors.ts';
import type { GetModelDeps } from '../../../src/vscode/bases/get-model.ts';
import { readSettings } from '../../../src/vscode/settings/settings.ts';
import { dialogs } from '../../fakes/vscode-dialogs.ts';

const { getModel } = await import('../../../src/vscode/bases/get-model.ts');

const storage = mkdtempSync(join(tmpdir(), 'easy-adaptation-lists-'));
after(() => rmSync(storage, { recursive: true }));
beforeEach(() => {
  dialogs.messages.length = 0;
});

const deps = {
  jobs: { job: async () => ok([]) },
  configuration: { for: () => readSettings(() => undefined) },
  paths: { storage, models: join(storage, 'none'), engine: '' },
} as unknown as GetModelDeps;

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
