// Upgrading: what an earlier version left, in the tokens of an earlier base, under a version that ships another
// tokenizer. Nothing of it
// crashes, is read as other words, or is deleted; the index is made anew, and what cannot be used is told.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { baseAlone, currentModel, workFolder } from '../../src/adaptation/models/folder-models.ts';
import { latestAdaptation } from '../../src/adaptation/models/latest-adaptation.ts';
import { holdsAlone, holdsMixed } from '../../src/adaptation/models/outdated.ts';
import { servedRouter } from '../../src/adaptation/models/served.ts';
import { readSpecialist, readWeights } from '../../src/adaptation/models/specialist-files.ts';
import type { NeuralReport } from '../../src/adaptation/report/types.ts';
import { adapt } from '../../src/adaptation/stages/run.ts';
import type { AdaptRequest } from '../../src/adaptation/types.ts';
import { type Log, silentLog } from '../../src/common/log.ts';
import { completeAt } from '../../src/jobs/cli/complete.ts';
import { baseOf } from '../../src/neural/models/compatibility.ts';
import { MANIFEST, readManifest, sha256Of } from '../../src/neural/models/manifest.ts';
import { defaultFit } from '../../src/routing/defaults.ts';
import { LiveModel } from '../../src/specialist/ngram/live-model.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { adaptation, engine as startEngine, writeModel } from '../specialist/engine/helpers.ts';
import { leaveEarlierState, truthIn, writeEarlierTokenizer, writeOtherTokenizer } from './earlier.ts';
import { makeProject, type Project } from './project.ts';
import { ScriptedEngine } from './scripted-engine.ts';

type Request = AdaptRequest & { readonly neural: NonNullable<AdaptRequest['neural']> };

let project: Project;
let earlier: Request;
/** The same storage, and what ships now. */
let now: Request;
let model: string;
const snapshotOf = ({ specialistFolder }: AdaptRequest) => join(specialistFolder, 'specialist.ngram');
const shipped = ({ neural, tokenizerPath }: Request) => ({ base: neural.base, tokenizer: tokenizerPath });

before(async () => {
  project = makeProject(4);
  const home = dirname(project.root);
  const bases = ['earlier', 'now'].map((name) => join(home, name)) as [string, string];
  for (const base of bases) {
    mkdirSync(base);
    writeModel(base);
  }
  const tokenizers = [writeEarlierTokenizer(join(home, 'earlier.json')), join(home, 'now.json')] as const;
  writeOtherTokenizer(tokenizers[1], tokenizers[0]);
  const settings = { precision: 'int4', threads: 1, device: 'cpu', trainingThreads: 1, budgetMinutes: 600 } as const;
  [earlier, now] = bases.map((base, i) => ({
    ...project.request,
    tokenizerPath: tokenizers[i] as string,
    neural: { ...settings, base },
  })) as [Request, Request];
  model = await leaveEarlierState(earlier);
});
after(() => project.remove());

const said: string[] = [];
const log: Log = { ...silentLog, warn: (message) => said.push(message) };

describe('under the tokenizer of then', () => {
  test('the index is read, the adapted model is in use without a manifest, and the coupling holds', async () => {
    assert.ok(!existsSync(join(model, MANIFEST)));
    assert.ok((await readSpecialist(earlier, log)).ok);
    assert.deepEqual(currentModel(earlier.specialistFolder, shipped(earlier)), {
      model,
      base: earlier.neural.base,
      name: 'adapted',
    });
    const latest = latestAdaptation(earlier, log);
    assert.ok(latest.ok && latest.value.report.madeFor === undefined);
    const { train, validation, test: tested } = latest.value.report.splits;
    assert.equal(train + validation + tested, project.files.size, 'the validation files had another name then');
    assert.deepEqual(servedRouter(earlier, true, log), latest.value.coupling);
    assert.deepEqual(servedRouter(earlier, false, log), latest.value.report.neural?.ngramCoupling);
    assert.notDeepEqual(latest.value.coupling, defaultFit());
  });
});

describe('under another tokenizer', () => {
  test('the index is refused by everybody who reads it, with what happens next', async () => {
    const tokenizer = readTokenizer(now.tokenizerPath);
    assert.ok(tokenizer.ok);
    const live = new LiveModel(tokenizer.value);
    live.expectLoad([]);
    for (const read of [await readSpecialist(now, log), await live.load(snapshotOf(now))]) {
      assert.ok(!read.ok);
      assert.equal(read.error.code, 'mismatched');
      assert.match(read.error.message, /rebuilt when the folder is read/);
    }
    live.change({ kind: 'open', path: 'a.ts', text: 'const answer = 42;\n' });
    assert.equal(live.current.fileCount, 0, 'it goes on with the open files');
    live.dispose();
    // Weights that were learned over other tokens are not taken over either.
    assert.equal(await readWeights(now.specialistFolder, tokenizer.value, log), undefined);
  });

  test('the adapted model is set aside with a sentence, and the couplings are the defaults', () => {
    const current = currentModel(now.specialistFolder, shipped(now));
    assert.equal(current.model, now.neural.base);
    assert.equal(current.name, 'base');
    assert.equal(current.setAside?.code, 'mismatched');
    assert.match(current.setAside?.message ?? '', /stays on disk and is not used\. Run "Adapt to This Repo" again/);
    for (const mixed of [true, false]) assert.deepEqual(servedRouter(now, mixed, log), defaultFit());
  });

  test('an engine refuses model and index rather than reading them as other words', async () => {
    const engine = startEngine();
    const source = {
      key: 'k',
      name: 'adapted',
      changes: [],
      tokenizer: now.tokenizerPath,
      precision: 'int4',
      threads: 1,
    } as const;
    try {
      const opened = await engine.request('open', { ...source, model: now.neural.base, snapshot: snapshotOf(now) });
      assert.equal(opened.ok ? 'ok' : opened.error.code, 'mismatched');
      const alone = await engine.request('open', { ...source, model: now.neural.base });
      assert.ok(alone.ok, 'and goes on');
    } finally {
      engine.dispose();
    }
  });

  test('a completion without an editor: the index is made anew, the base answers, and the user is told', async () => {
    said.length = 0;
    const engine = startEngine();
    const index = () =>
      adapt(
        { ...now, effort: 'index' },
        { llm: undefined, confirm: async () => false, record: () => {}, signal: new AbortController().signal, log },
      );
    const [path] = project.files.keys();
    try {
      const completion = await completeAt(`${join(project.root, path as string)}:8`, now, index, engine, log);
      assert.ok(completion.ok, JSON.stringify(completion));
      assert.equal(completion.value.draft.model, 'base + n-gram');
    } finally {
      engine.dispose();
    }
    assert.ok(
      said.some((line) => /stored index is not used: .*another tokenizer/.test(line)),
      said.join('\n'),
    );
    assert.ok(
      said.some((line) => /adapted to this folder.*not used\. Run "Adapt/.test(line)),
      said.join('\n'),
    );
    const read = await readSpecialist(now, log);
    assert.equal(read.ok && read.value.fileCount, project.files.size);
    assert.ok(existsSync(join(model, 'model.safetensors')), 'nothing is deleted');
    assert.ok(existsSync(join(workFolder(now.specialistFolder), 'checkpoint.safetensors')));
  });

  test('adapting again leaves the earlier checkpoint aside, and puts a model of its own in use', async () => {
    const engine = new ScriptedEngine({ right: { base: 0.1, adapted: 0.9 }, truth: truthIn(project.root) });
    const result = await adapt(now, {
      engine,
      llm: undefined,
      confirm: async () => false,
      record: () => {},
      signal: new AbortController().signal,
    });
    assert.ok(result.ok, JSON.stringify(result));
    const { report } = result.value;
    assert.match(report.notes.join(' '), /earlier model.*made from another base/);
    assert.equal(report.neural?.quality.earlier, undefined, 'it cannot be measured');
    const current = currentModel(now.specialistFolder, shipped(now));
    assert.equal(current.name, 'adapted');
    assert.notEqual(current.model, model);
    const manifest = readManifest(current.model);
    assert.ok(manifest.ok && manifest.value);
    assert.deepEqual([...manifest.value.files].sort(), readdirSync(current.model).sort());
    assert.equal(report.madeFor?.base, manifest.value.base?.weights);
    assert.equal(report.madeFor?.tokenizer, manifest.value.tokenizer);
  });
});

test('a coupling for the base itself holds while that base is in use', () => {
  const { base, tokenizer } = shipped(earlier);
  const made = { tokenizer: sha256Of(tokenizer), base: baseOf(base).weights };
  const inUse = baseAlone(shipped(earlier));
  const neural = { used: 'base' } as NeuralReport;
  assert.equal(holdsMixed({ madeFor: made, neural }, inUse, shipped(earlier)), true);
  assert.equal(holdsMixed({ madeFor: { ...made, base: '0'.repeat(64) }, neural }, inUse, shipped(earlier)), false);
  assert.equal(holdsMixed({ neural }, inUse, shipped(earlier)), false, 'of an earlier version: of the base of then');
  assert.equal(holdsMixed({ madeFor: made }, inUse, shipped(earlier)), false, 'without a neural part there was none');
  assert.equal(holdsAlone({ madeFor: made }, tokenizer), true);
  assert.equal(holdsAlone({ madeFor: made }, shipped(now).tokenizer), false);
});

test('training from a checkpoint of another base begins anew, and says so', async () => {
  const engine = startEngine();
  const home = dirname(project.root);
  try {
    const notes: string[] = [];
    const stop = new AbortController();
    const out = join(home, 'work');
    const asked = adaptation(earlier.neural.base, out, { unusable: 'discard' });
    await engine.request('adapt', asked, {
      signal: stop.signal,
      onProgress: (at) => at.kind === 'step' && at.step >= 6 && stop.abort(),
    });
    assert.ok(existsSync(join(out, 'checkpoint.safetensors')));
    writeModel(join(home, 'wider'), { hiddenSize: 48 });
    const again = { ...asked, base: join(home, 'wider'), maxSteps: 2, tokenizer: now.tokenizerPath };
    const done = await engine.request('adapt', again, {
      onProgress: (at) => at.kind === 'note' && notes.push(at.note),
    });
    assert.ok(done.ok, JSON.stringify(done));
    assert.equal(done.value.steps, 2);
    assert.match(notes.join(), /checkpoint of an earlier run was not used, and training started again/);
    const manifest = readManifest(out);
    assert.equal(manifest.ok && manifest.value?.name, 'adapted');
  } finally {
    engine.dispose();
  }
});
