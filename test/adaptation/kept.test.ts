// The rows of 'Show What Is Kept and Sent', their summary for the editor, and the export of a folder's adapter.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { keptRows } from '../../src/adaptation/kept/kept-rows.ts';
import { exportOwn } from '../../src/adaptation/models/export-own.ts';
import { activateModel, newModelFolder } from '../../src/adaptation/models/folder-models.ts';
import { summaryOf } from '../../src/adaptation/report/kept.ts';
import { silentLog } from '../../src/common/log.ts';
import { requestWriter } from '../../src/llm/connect.ts';
import { loadAdapter } from '../../src/neural/models/adapter.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { CONFIG, writeExported } from '../neural/models/export-models.ts';
import { adaptAsking, askingRequest, engineFor } from './asking.ts';
import { knowingLlm, makeProject } from './project.ts';

test('every shown labelling request is sent by a run with the same limits', async (context) => {
  const project = makeProject(6);
  context.after(() => project.remove());
  const request = askingRequest(project, 50);
  const address = { model: 'knowing' };
  const deps = { signal: new AbortController().signal, log: silentLog };
  const shown: string[] = [];
  const rows = keptRows({ ...request, address, limits: { positions: 50 } }, deps);
  for await (const { kind, text } of rows) if (kind === 'label') shown.push(text);
  const llm = knowingLlm(project);
  await adaptAsking(engineFor(project), llm, request, true);
  const send = await requestWriter(address, completionPrompt);
  const sent = new Set(llm.requests.map(send));
  assert.equal(sent.size, 45);
  assert.deepEqual(
    shown.filter((text) => !sent.has(text)),
    [],
  );
  // The bare ones. The others hold drafts that the run makes.
  assert.equal(shown.length, 15);
});

test('the summary shows a readable part of each kind and counts the remaining rows', async (context) => {
  const project = makeProject(3);
  context.after(() => project.remove());
  mkdirSync(join(project.root, 'data'));
  for (let i = 0; i < 20; i++) {
    const text = Array.from({ length: 500 }, (_, n) => `The ${i * n}th line of chapter ${i} says nothing new.`).join(
      '\n',
    );
    writeFileSync(join(project.root, `data/${i}.md`), text);
  }
  const request = { ...project.request, limits: { positions: 50 } };
  const deps = { signal: new AbortController().signal, log: silentLog };
  const summary = await summaryOf((log) => keptRows(request, { ...deps, log }), silentLog);
  assert.ok(summary.ok);
  const { rows, more } = summary.value;
  const shown = rows.filter(({ kind }) => kind === 'harvest');
  assert.ok((more.harvest ?? 0) > 0);
  assert.equal(shown.length + (more.harvest ?? 0), 32);
  assert.ok(shown.every(({ text }) => text.length <= 20_001));
  // This folder has no adaptation, no completions and no paid answers.
  assert.ok(!rows.some(({ kind }) => kind === 'snapshot' || kind === 'answer' || kind === 'report'));
  assert.ok(rows.some(({ kind, text }) => kind === 'log' && text.startsWith('Harvest: 32 files')));
  const none = await summaryOf(() => keptRows(request, { ...deps, signal: AbortSignal.abort() }), silentLog);
  assert.equal(!none.ok && none.error.code, 'cancelled');
});

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
