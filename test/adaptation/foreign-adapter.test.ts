// Exports an adapter for other programs, and imports an adapter that another program made. The weights stay the same,
// and are checked against the base. Adapters that do not fit are refused.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exportOwn } from '../../src/adaptation/exchange/export-own.ts';
import { importForeignAdapter } from '../../src/adaptation/exchange/foreign-adapter.ts';
import { ownModel } from '../../src/adaptation/models/folder-models.ts';
import { loadAdapter } from '../../src/neural/models/adapter.ts';
import { writeSafetensors } from '../../src/neural/models/safetensors.ts';
import { lockRun } from '../../src/storage/lock.ts';
import { EXPORTED, writeExported } from '../neural/models/export-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'foreign-'));
after(() => rmSync(folder, { recursive: true }));
const { base, model, tokenizer } = writeExported(folder, 'llama');
const { config } = EXPORTED.llama as (typeof EXPORTED)[string];
const specialistFolder = join(folder, 'specialist');
const request = {
  root: join(folder, 'root'),
  storeFolder: join(folder, 'store'),
  specialistFolder,
  base,
  who: 'a test',
};
mkdirSync(request.root);
const exportFolder = join(folder, 'export');
const code = (result: { ok: true } | { ok: false; error: { code: string } }) => (result.ok ? 'ok' : result.error.code);

test('without a model there is nothing to export', () => {
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'nothing-to-learn');
});

test('an imported adapter answers in the folder and is exported unchanged', async () => {
  const imported = await importForeignAdapter({ ...request, adapter: model });
  assert.equal(code(imported), 'ok');
  const adaptedModel = ownModel(specialistFolder, { base, tokenizer });
  assert.ok(adaptedModel?.ok && adaptedModel.value.serves);
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'ok');
  assert.deepEqual(loadAdapter(join(exportFolder, 'adapter'), config), loadAdapter(model, config));
});

/** A copy of the adapter with changed config or tensors. */
function changed(more: object, tensors?: Uint8Array[]): string {
  const at = mkdtempSync(join(folder, 'changed-'));
  const json = JSON.parse(readFileSync(join(model, 'adapter_config.json'), 'utf8'));
  writeFileSync(join(at, 'adapter_config.json'), JSON.stringify({ ...json, ...more }));
  const weights = tensors ? Buffer.concat(tensors) : readFileSync(join(model, 'adapter_model.safetensors'));
  writeFileSync(join(at, 'adapter_model.safetensors'), weights);
  return at;
}

test('rsLoRA scales by its own rule; an adapter that does not fit is refused and the previous model stays', async () => {
  const plain = loadAdapter(model, config).lora;
  assert.equal(loadAdapter(changed({ use_rslora: true }), config).lora.alpha, plain.alpha * Math.sqrt(plain.rank));
  const earlierModel = ownModel(specialistFolder, { base, tokenizer });
  const refusals: readonly [object, string][] = [
    [{ use_dora: true }, 'unsupported'],
    [{ modules_to_save: ['lm_head'] }, 'unsupported'],
    [{ rank_pattern: { q_proj: 2 } }, 'unsupported'],
    [{ target_modules: ['q_proj'] }, 'unsupported'],
    [{ r: 3 }, 'corrupt'],
  ];
  for (const [more, expectedCode] of refusals) {
    assert.equal(
      code(await importForeignAdapter({ ...request, adapter: changed(more) })),
      expectedCode,
      JSON.stringify(more),
    );
  }
  const other = writeSafetensors([['x', { shape: [1], data: Float32Array.of(1) }]]);
  assert.equal(code(await importForeignAdapter({ ...request, adapter: changed({}, other) })), 'corrupt');
  assert.equal(code(await importForeignAdapter({ ...request, adapter: join(folder, 'nowhere') })), 'unreadable');
  assert.deepEqual(ownModel(specialistFolder, { base, tokenizer }), earlierModel);
});

test('an import during a run fails as locked', async () => {
  const lock = lockRun(request.storeFolder, request.root, 'another');
  assert.ok(lock.ok);
  assert.equal(code(await importForeignAdapter({ ...request, adapter: model })), 'locked');
  lock.value.release();
});
