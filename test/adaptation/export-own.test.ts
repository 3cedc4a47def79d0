// Exports a folder's adapter for other programs. The weights stay the same.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exportOwn } from '../../src/adaptation/models/export-own.ts';
import { activateModel, newModelFolder } from '../../src/adaptation/models/folder-models.ts';
import { loadAdapter } from '../../src/neural/models/adapter.ts';
import { CONFIG, writeExported } from '../neural/models/export-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'export-own-'));
after(() => rmSync(folder, { recursive: true }));
const { base, model, tokenizer } = writeExported(folder);
const specialistFolder = join(folder, 'specialist');
const exportFolder = join(folder, 'export');
const code = (result: { ok: true } | { ok: false; error: { code: string } }) => (result.ok ? 'ok' : result.error.code);

test('without a model there is nothing to export', () => {
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'nothing-to-learn');
});

test("a folder's adapter is exported unchanged", () => {
  const own = newModelFolder(specialistFolder);
  cpSync(model, own, { recursive: true });
  activateModel(specialistFolder, own);
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'ok');
  assert.deepEqual(loadAdapter(join(exportFolder, 'adapter'), CONFIG), loadAdapter(model, CONFIG));
});
