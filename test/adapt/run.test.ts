// Complete adaptation runs on a small project: results, calls, stored data, and failures.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readSpecialist } from '../../src/adapt/models/served.ts';
import type { AdaptReport } from '../../src/adapt/report/adapt-report.ts';
import { plainTextOf, reportDocument } from '../../src/adapt/report/report-document.ts';
import type { AdaptRequest, ApiEstimate } from '../../src/adapt/request/adapt-request.ts';
import type { RunDeps } from '../../src/adapt/run.ts';
import { failed } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import type { ProgressUpdate } from '../../src/common/progress.ts';
import { ScriptedLlm } from '../fakes/llm.ts';
import { assertFailed } from '../support/results.ts';
import { adaptWith, knowingLlm, makeProject, type Project, reportWith } from './project.ts';

const api = (positions: number) => ({
  settings: { apiKey: 'test-key', model: 'knowing', timeoutMs: 1000, baseUrl: 'http://127.0.0.1:9' },
  positions,
  budgetUsd: 1,
});

const asksNothing = { askPlan: async () => assert.fail('a short run without a price asks nothing') };

const report = (request: AdaptRequest, over: Partial<RunDeps> = {}) => reportWith(request, { ...asksNothing, ...over });

describe('a run on a regular project', () => {
  let project: Project;
  before(() => {
    project = makeProject();
  });
  after(() => project.remove());

  test('adapts locally, measures on held-out files, and stores everything', async () => {
    const recorded: AdaptReport[] = [];
    const stages = new Set<string>();
    const result = await adaptWith(project.request, {
      ...asksNothing,
      record: (run) => recorded.push(run.report),
      progress: ({ stage }) => stages.add(stage),
    });
    assert.ok(result.ok, JSON.stringify(result));
    const { report: figures, snapshotPath, router } = result.value;
    assert.equal(figures.harvest.files, project.files.size);
    const { train, validation, test: held } = figures.splits;
    assert.equal(train + validation + held, project.files.size);
    assert.ok(held > 0 && validation > 0);
    // The modules are similar, so a trained specialist is right at many lines.
    assert.ok((figures.specialist?.exactMatch ?? 0) > 0.3, `exact match ${figures.specialist?.exactMatch}`);
    assert.equal(figures.api, undefined);
    assert.equal(router?.apiExamples, 0);
    assert.deepEqual(recorded, [figures]);
    assert.ok(existsSync(snapshotPath));
    for (const stage of ['Indexing', 'Calibrating', 'Measuring']) assert.ok(stages.has(stage), stage);
    const text = plainTextOf(reportDocument(figures, 'engine', 0));
    for (const word of [
      'no neural model was adapted',
      'Now: n-grams alone',
      'one in twenty',
      'the large model was not asked',
    ])
      assert.ok(text.includes(word), word);
  });

  test('the stored specialist answers from all files, also from held-out ones', async () => {
    const specialist = await readSpecialist(project.request, silentLog);
    assert.ok(specialist.ok);
    for (const [path, text] of project.files) {
      const cut = text.indexOf("('", text.indexOf('logger.warn')) + 1;
      const query = {
        path: `src/new/${path.split('/').at(-1)}`,
        languageId: 'typescript',
        prefix: text.slice(0, cut),
        suffix: '',
      };
      const draft = specialist.value.complete(query, { multiline: false, maxTokens: 32 });
      assert.notEqual(draft.text, '', path);
    }
  });

  test('asks once with the price, then fits and reports both models', async () => {
    const llm = knowingLlm(project, 5);
    const estimates: ApiEstimate[] = [];
    const asked: ProgressUpdate[] = [];
    const figures = await report(
      { ...project.request, api: api(40) },
      {
        llm,
        progress: (update) => void (update.stage === 'Asking the API' && update.total && asked.push(update)),
        askPlan: async ({ api: price, words, choices }) => {
          assert.equal(llm.requests.length, 0, 'the question comes before the first paid call');
          assert.ok(price);
          estimates.push(price);
          assert.deepEqual([words, choices.length], ['Less than a minute.', 1]);
          return { kind: 'start', api: true };
        },
      },
    );
    assert.equal(estimates.length, 1);
    assert.equal(estimates[0]?.positions, 39);
    assert.equal(estimates[0]?.host, '127.0.0.1:9');
    assert.ok((estimates[0]?.usd ?? 0) > 0);
    assert.equal(llm.requests.length, 39);
    assert.equal(figures.api?.asked, 39);
    // One progress count for validation and test, so that the estimated time does not start again between them.
    const actual = asked.map(({ done, total }) => ({ done, total }));
    const expected = Array.from({ length: 39 }, (_, i) => ({ done: i + 1, total: 39 }));
    assert.deepEqual(actual, expected);
    assert.ok((figures.router?.apiExamples ?? 0) > 0);
    // Both models together are at least as good as the better one, except for chance at so few positions.
    const { together, specialist, api: large } = figures.api?.compared ?? assert.fail('nothing is compared');
    assert.ok(together.exactMatch >= specialist.exactMatch, `${together.exactMatch} against ${specialist.exactMatch}`);
    assert.ok(large.places > 0 && large.exactMatch > 0);
    assert.match(plainTextOf(reportDocument(figures, 'engine', 0)), /answers of knowing/);
  });

  test('no prompt contains the text that it asks for', async () => {
    const llm = knowingLlm(project);
    await report({ ...project.request, api: api(30) }, { llm, askPlan: async () => ({ kind: 'start', api: true }) });
    for (const { query, snippets } of llm.requests) {
      assert.ok(snippets.every((snippet) => snippet.path !== query.path));
      const text = project.files.get(query.path) ?? '';
      assert.ok(query.prefix.length + query.suffix.length < text.length);
    }
  });

  test('a declined estimate costs nothing and the run continues locally', async () => {
    const llm = knowingLlm(project);
    const figures = await report(
      { ...project.request, api: api(40) },
      { llm, askPlan: async () => ({ kind: 'start', api: false }) },
    );
    assert.equal(llm.requests.length, 0);
    assert.equal(figures.api, undefined);
    assert.match(figures.notes.join(), /declined/);
  });

  test('a refused key stops the labelling but not the run, and a note says why', async () => {
    const llm = new ScriptedLlm(() => failed('bad-key', 'The API refused the key.'));
    const figures = await report(
      { ...project.request, api: api(40) },
      { llm, askPlan: async () => ({ kind: 'start', api: true }) },
    );
    assert.ok(llm.requests.length < 10);
    assert.match(figures.notes.join(), /Asking the API stopped early.*The API refused the key/);
    assert.ok((figures.specialist?.places ?? 0) > 0);
  });

  test('a damaged snapshot is ignored, and rebuilt by a quick index, which measures nothing', async () => {
    const path = join(project.request.specialistFolder, 'specialist.ngram');
    writeFileSync(path, 'not a snapshot');
    assert.equal((await readSpecialist(project.request, silentLog)).ok, false);
    const figures = await report({ ...project.request, effort: 'index' });
    assert.deepEqual([figures.specialist, figures.router], [undefined, undefined]);
    assert.equal((await readSpecialist(project.request, silentLog)).ok, true);
  });
});

describe('folders with little in them', () => {
  for (const count of [1, 2, 3]) {
    test(`trains a specialist on ${count} file${count > 1 ? 's' : ''}`, async (context) => {
      const project = makeProject(0);
      context.after(() => project.remove());
      for (let n = 0; n < count; n++)
        writeFileSync(join(project.root, `a${n}.ts`), `export const value${n} = compute(${n});\n`.repeat(3 + n));
      const figures = await report(project.request);
      assert.equal(figures.harvest.files, count);
      assert.ok(plainTextOf(reportDocument(figures, 'engine', 0)).length > 0);
      assert.equal((await readSpecialist(project.request, silentLog)).ok, true);
    });
  }

  test('a folder without text files gets an error', async (context) => {
    const project = makeProject(0);
    context.after(() => project.remove());
    const empty = await adaptWith(project.request, asksNothing);
    assertFailed(empty, 'nothing-to-learn', /holds no files/);
    mkdirSync(join(project.root, 'img'));
    writeFileSync(join(project.root, 'img', 'a.bin'), Buffer.alloc(5000));
    const binary = await adaptWith(project.request, asksNothing);
    assert.match(!binary.ok ? binary.error.message : '', /left out/);
    assert.equal(existsSync(project.request.specialistFolder), false);
  });

  test('a missing folder and a broken tokenizer give different errors', async (context) => {
    const project = makeProject(1);
    context.after(() => project.remove());
    const missing = await adaptWith({ ...project.request, root: join(project.root, 'nowhere') });
    assert.equal(!missing.ok && missing.error.code, 'unreadable');
    const bad = join(project.root, 'tokenizer.json');
    writeFileSync(bad, '{"model": 3}');
    const broken = await adaptWith({ ...project.request, tokenizerPath: bad });
    assert.equal(broken.ok, false);
    assert.match(!broken.ok ? broken.error.message : '', /tokenizer/i);
  });
});
