// A window with a folder's stored adaptation. With its base model everything is used. With another tokenizer the index
// is rebuilt, the base model answers with the default router models.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, mock, type TestContext, test } from 'node:test';
import { adapt } from '../../../src/adapt/adapt.ts';
import type { CurrentModel } from '../../../src/adapt/models/folder-models.ts';
import type { AdaptRequest } from '../../../src/adapt/request/adapt-request.ts';
import { systemClock } from '../../../src/common/clock.ts';
import type { CompletionQuery } from '../../../src/common/completion.ts';
import { ok } from '../../../src/common/errors.ts';
import { silentLog } from '../../../src/common/log.ts';
import { readTuning } from '../../../src/common/tuning.ts';
import { defaultRouter } from '../../../src/routing/fit.ts';
import type { RouterModel } from '../../../src/routing/router-model.ts';
import { openStore } from '../../../src/storage/open.ts';
import { specialistFolder } from '../../../src/vscode/editor/paths.ts';
import { ActiveAdaptation } from '../../../src/vscode/folder/active-adaptation.ts';
import { FolderSession, type SessionDeps } from '../../../src/vscode/folder/folder-session.ts';
import { writeAdaptedFolder, writeOtherTokenizer } from '../../adapt/adapted-folder.ts';
import { makeProject, tokenizerPath as shippedTokenizer } from '../../adapt/project.ts';
import { settled } from '../../fakes/clock.ts';
import { draft } from '../../fakes/specialist.ts';
import { writeModel } from '../../specialist/engine/helpers.ts';
import { describeBase } from '../../support/packed-models.ts';

type Request = AdaptRequest & { readonly neural: NonNullable<AdaptRequest['neural']> };

const project = makeProject(3);
const home = dirname(project.root);
const base = join(home, 'models', 'small');
mkdirSync(base, { recursive: true });
writeModel(base);
const tokenizerPath = join(home, 'earlier.json');
cpSync(shippedTokenizer, tokenizerPath);
const otherTokenizer = join(home, 'now.json');
writeOtherTokenizer(otherTokenizer, tokenizerPath);
const storage = join(home, 'storage');
const earlier: Request = {
  ...project.request,
  storeFolder: storage,
  specialistFolder: specialistFolder(storage, project.root),
  tokenizerPath,
  neural: { base, threads: 1, device: 'cpu', trainingThreads: 1, budgetMinutes: 600 },
};
const model = await writeAdaptedFolder(earlier);
after(() => project.remove());

const fitsOf = (session: FolderSession) =>
  (session.adaptation as unknown as { fits: Record<'ngram' | 'mixed', RouterModel> }).fits;

/** @param tokenizer of what ships */
function window(context: TestContext, tokenizer: string, more: Partial<SessionDeps> = {}) {
  const { storeFolder: storage, root, neural } = earlier;
  const opened: string[] = [];
  const { store } = openStore(storage, { log: silentLog });
  const shipped = { base: neural.base, tokenizer };
  const deps = {
    paths: { folderWorker: join(import.meta.dirname, '../../../src/specialist/ngram/folder-worker.ts'), storage },
    api: { llm: () => undefined, allowedModel: () => '' },
    neural: {
      absence: undefined,
      shipped,
      tuning: readTuning({}),
      serving: (of: CurrentModel) => ({ ...of, tokenizer, precision: 'int4', threads: 1 }),
      request: async (kind: string, asked: { model: string }) => {
        if (kind === 'open') opened.push(asked.model);
        return ok({ files: 1, tokens: 1, precision: 'int4', loadMs: 1 });
      },
    },
    documents: { mayLeave: () => true },
    store: { get: () => store },
    clock: systemClock,
    log: silentLog,
    onEvent() {},
    onChange() {},
    onReady() {},
    ...more,
  } as unknown as SessionDeps;
  const folder = { key: 'k', uri: undefined, name: 'project', root, storeName: root };
  const session = new FolderSession(folder, deps);
  const dispose = () => {
    session.dispose();
    store.close();
  };
  context.after(dispose);
  return { session, opened, dispose };
}

test('with its own base, index, adapted model and routers are used silently', async (context) => {
  const { session, opened } = window(context, earlier.tokenizerPath);
  assert.equal(await session.restore(), true);
  assert.equal(session.indexedFiles, project.files.size);
  assert.deepEqual(opened, [model]);
  assert.notDeepEqual(fitsOf(session).mixed, defaultRouter());
  assert.deepEqual([session.adaptation.unusedBecause, session.problem], [undefined, undefined]);
});

test('a base change during start reopens open models only', async (context) => {
  const { session, opened } = window(context, earlier.tokenizerPath);
  session.reopenNeural();
  await settled();
  assert.deepEqual(opened, []);
  assert.equal(await session.restore(), true);
  session.reopenNeural();
  await settled();
  assert.deepEqual(opened, [model, model]);
  session.finishStart();
  assert.deepEqual(opened, [model, model]);
});

test('one setting that changes base and serving options reopens the model once', async (context) => {
  const { session, opened, dispose } = window(context, earlier.tokenizerPath);
  assert.equal(await session.restore(), true);
  session.finishStart();
  for (const _ of ['another base', 'other threads']) session.reopenNeural();
  await settled();
  assert.deepEqual(opened, [model, model]);
  session.reopenNeural();
  dispose();
  await settled();
  assert.deepEqual(opened, [model, model], 'an ended session opens nothing');
});

test('with another tokenizer the index is rebuilt, the base answers, and nothing is deleted', async (context) => {
  const { session, opened } = window(context, otherTokenizer);
  assert.equal(await session.restore(), false, 'an index is needed');
  assert.equal(session.adaptation.unusedBecause, 'earlier-base');
  assert.ok(session.adaptation.latest, 'its report can still be read');
  const now = { ...earlier, tokenizerPath: otherTokenizer, effort: 'index' } as const;
  const signal = new AbortController().signal;
  const run = await adapt(now, { llm: undefined, record: () => {}, signal });
  assert.ok(run.ok, JSON.stringify(run));
  assert.equal(await session.load(run.value.snapshotPath, session.ngram.mark()), true);
  session.adopt(run.value.report, Date.now(), run.value.router);
  session.finishStart();
  assert.equal(session.indexedFiles, project.files.size);
  assert.deepEqual([...new Set(opened)], [earlier.neural.base]);
  assert.deepEqual(fitsOf(session), { ngram: defaultRouter(), mixed: defaultRouter() });
  assert.deepEqual(
    [session.adaptation.unusedBecause, session.problem],
    ['earlier-base', undefined],
    'until the next adaptation',
  );
  assert.ok(existsSync(join(model, 'adapter_model.safetensors')));
  // A new adaptation is used again.
  const { report } = run.value;
  session.adopt(report, Date.now(), { ...defaultRouter(), specialistExamples: 7 });
  assert.equal(session.adaptation.unusedBecause, undefined);
  assert.equal(fitsOf(session).ngram.specialistExamples, 7);
  const faults = ['.easyadaptationignore is not text.'];
  session.adopt({ ...report, harvest: { ...report.harvest, faults } }, Date.now(), run.value.router);
  assert.equal(session.problem, faults[0], 'the status says that an ignore file could not be read');
});

test('with another base the adapted model is kept without a notification', () => {
  const base = join(dirname(earlier.neural.base), 'medium');
  mkdirSync(base);
  writeModel(base, { layers: 3 });
  describeBase(base, 'medium', earlier.tokenizerPath);
  let isNeuralOff = false;
  const adopted = new ActiveAdaptation({
    specialistFolder: earlier.specialistFolder,
    shipped: () => ({ base, tokenizer: earlier.tokenizerPath }),
    apiModel: () => '',
    isNeuralOff: () => isNeuralOff,
    onOutdated: (why) => assert.fail(why),
  });
  assert.equal(adopted.current().model, base);
  assert.equal(adopted.unusedBecause, 'other-base');
  isNeuralOff = true;
  adopted.current();
  assert.equal(adopted.unusedBecause, undefined, 'not reported while the neural model is off');
});

test('a draft of an unparsed document is reported once, and the draft stays', async (context) => {
  const lines: string[] = [];
  const settings = { balance: 0.5, minimumConfidence: 0.1, multiline: true, enable: { '*': true } };
  const { session } = window(context, earlier.tokenizerPath, {
    log: { ...silentLog, warn: (line) => void lines.push(line) },
    configuration: { for: () => settings } as never,
  });
  mock.method(session.specialist, 'complete', async ({ path }: CompletionQuery) =>
    draft('f()', 0.99, path === 'broken.py' ? { unparsed: 'memory access out of bounds' } : {}),
  );
  for (const path of ['whole.py', 'broken.py', 'broken.py']) {
    const query = { path, languageId: 'python', prefix: `a${lines.length} = `, suffix: '' };
    const request = { query, trigger: 'manual', indentUnit: '  ' } as const;
    const shown = await session.service.suggest(request, new AbortController().signal);
    assert.equal('text' in shown && shown.text, 'f()', path);
  }
  assert.deepEqual(lines, ['broken.py is not parsed any more: memory access out of bounds']);
});
