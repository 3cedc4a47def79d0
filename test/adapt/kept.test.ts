// Several runs over an unchanged folder; what is kept of them, as 'Show What Is Kept and Sent' shows it; the export.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { keptRows } from '../../src/adapt/kept/kept-rows.ts';
import { RequestPreview } from '../../src/adapt/kept/request-preview.ts';
import { activateModel, exportOwn, newModelFolder } from '../../src/adapt/models/folder-models.ts';
import { summaryOf } from '../../src/adapt/report/kept.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { silentLog } from '../../src/common/log.ts';
import { requestWriter } from '../../src/llm/connect.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { splitOf } from '../../src/workspace/files/file-names.ts';
import { SecretValues } from '../../src/workspace/secrets/secrets.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { draft } from '../fakes/specialist.ts';
import { writeExported } from '../neural/models/export-models.ts';
import { farBelow, shownByContext, value } from '../support/shown-by-context.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { adaptAsking, askingRequest, engineFor, Kept } from './asking.ts';
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
  const actual = shown.filter((text) => !sent.has(text));
  assert.deepEqual(actual, []);
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
  const summary = await summaryOf(keptRows(request, deps));
  assert.ok(summary.ok);
  const { rows, more } = summary.value;
  const shown = rows.filter(({ kind }) => kind === 'harvest');
  assert.ok((more.harvest ?? 0) > 0);
  assert.equal(shown.length + (more.harvest ?? 0), 32);
  assert.ok(shown.every(({ text }) => text.length <= 20_001));
  // This folder has no adaptation and no paid answers.
  assert.ok(!rows.some(({ kind }) => kind === 'snapshot' || kind === 'answer' || kind === 'report'));
  const none = await summaryOf(keptRows(request, { ...deps, signal: AbortSignal.abort() }));
  assert.equal(!none.ok && none.error.code, 'cancelled');
});

for (const [name, shownBy] of Object.entries(shownByContext))
  test(`a shown request hides ${name} whose window lacks what shows it`, async () => {
    const index = { complete: () => draft('x'), snippets: () => [] };
    const preview = new RequestPreview(request, new SecretValues(), index as never, undefined, silentLog);
    const { text, at } = farBelow(shownBy);
    const query = preview.queryIn(text, text.indexOf('\n', at) + 1, shownBy.path);
    const { prefix } = (await preview.preview(query, new AbortController().signal)).query;
    assert.ok(prefix.includes('*'.repeat(value.length)));
    assert.equal(prefix.includes(value), false);
  });

const folder = temporaryFolder();
const { base, model, tokenizer } = writeExported(folder);
const specialistFolder = join(folder, 'specialist');
const exportFolder = join(folder, 'export');
const code = (result: { ok: true } | { ok: false; error: { code: string } }) => (result.ok ? 'ok' : result.error.code);

test('without a model there is nothing to export', () => {
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'nothing-to-learn');
});

test("a folder's adapter in use is exported", () => {
  const own = newModelFolder(specialistFolder);
  cpSync(model, own, { recursive: true });
  activateModel(specialistFolder, own);
  assert.equal(code(exportOwn({ specialistFolder, base, tokenizer, into: exportFolder })), 'ok');
  assert.ok(existsSync(join(exportFolder, 'adapter.gguf')));
});

let kept: Kept;
const project = makeProject(6);
const request: AdaptRequest = askingRequest(project, 50);
after(() => project.remove());
beforeEach(() => {
  for (const folder of [request.specialistFolder, request.storeFolder])
    rmSync(folder, { recursive: true, force: true });
  kept = new Kept(request);
});

function llmOf(model = 'knowing', wrongEvery = 3): ScriptedLlm {
  return model === 'knowing' ? knowingLlm(project, wrongEvery) : new ScriptedLlm('something else', model);
}

type Api = NonNullable<AdaptRequest['api']>;
const api = (over: Partial<Api>) => ({ api: { ...(request.api as Api), ...over } });

/** Runs once, and counts the calls to the large model. */
async function run(of: Partial<AdaptRequest> = {}, llm: ScriptedLlm | undefined = llmOf(), agreed = true) {
  const engine = engineFor(project);
  const changedRequest = { ...request, ...of };
  const { estimates, report } = await adaptAsking(engine, llm, changedRequest, agreed, kept);
  const splits = llm?.requests.map(({ query }) => splitOf(query.path)) ?? [];
  assert.ok(!splits.includes('train'), 'positions of training files are not asked about');
  return { all: splits.length, estimates, trained: engine.count('adapt') > 0, notes: report.notes.join(' '), report };
}

test('a later run on the same folder asks the API nothing', async () => {
  const first = await run(api({ runUsd: 0.0251 }));
  assert.ok(first.all >= 24 && first.all <= 25, String(first.all));
  // Without the outputs of the stages, as after the adaptation was deleted: the same positions are chosen again.
  rmSync(request.storeFolder, { recursive: true, force: true });
  const { answers } = kept;
  kept = new Kept(request);
  Object.assign(kept, { answers });
  const second = await run(api({ runUsd: 0.0251 }));
  assert.equal(second.all, 0);
  // The drafts that the requests show are not known yet, so the user is asked, at most at the price of new answers.
  assert.ok(second.estimates.length === 1 && (second.estimates[0]?.usd ?? 1) <= 0.0251);
  assert.equal(second.report.api?.asked, first.report.api?.asked);
  assert.deepEqual([second.report.paid?.answers, second.report.paid?.usd], [first.report.paid?.answers, 0]);
});

test('another large model or a larger limit asks the API again on the same files', async () => {
  const few = await run(api({ positions: 5 }));
  assert.equal(few.all, 5);
  const more = await run();
  assert.ok(more.all >= 40, JSON.stringify(more.estimates));
  const other = await run({}, llmOf('other'));
  assert.equal(other.all, 45);
  const again = await run({}, llmOf('other'));
  assert.deepEqual([again.all, again.estimates, again.trained], [0, [], false]);
});

test('neither the API nor its answers change the training, and the report has the whole cost', async () => {
  const first = await run();
  assert.ok(first.trained);
  assert.deepEqual([first.estimates.length, first.estimates[0]?.positions], [1, 45]);
  const { answers, usd, model } = first.report.paid ?? {};
  assert.deepEqual([first.report.api?.asked, answers, usd?.toFixed(6), model], [45, 45, '0.045000', 'knowing']);
  const { api: _, ...local } = request;
  const engine = engineFor(project);
  const withoutApi = await adaptAsking(engine, undefined, local, false, kept);
  assert.deepEqual([engine.count('adapt'), withoutApi.report.paid], [0, undefined]);
  const declined = await run({}, llmOf('other'), false);
  assert.deepEqual([declined.all, declined.trained], [0, false]);
});

test('a local run between two others does not make the API be asked about again', async () => {
  await run();
  const { api: _, ...local } = request;
  const engine = engineFor(project);
  await adaptAsking(engine, undefined, local, false, kept);
  const again = await run();
  assert.deepEqual([again.all, again.estimates], [0, []]);
});
