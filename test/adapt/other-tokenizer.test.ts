// What is stored of a folder, under another tokenizer than the one it was made with. It causes no crash, is not read as
// other tokens, and is not deleted. The index is rebuilt, and a message names the data that cannot be used.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { baseAlone, currentModel, workFolder } from '../../src/adapt/models/folder-models.ts';
import {
  latestAdaptation,
  readSpecialist,
  routerFitsMixed,
  routerFitsNgrams,
  servedRouter,
} from '../../src/adapt/models/served.ts';
import type { NeuralReport } from '../../src/adapt/report/adapt-report.ts';
import type { AdaptRequest } from '../../src/adapt/request/adapt-request.ts';
import { sha256Of } from '../../src/common/file-hash.ts';
import { type Log, silentLog } from '../../src/common/log.ts';
import { completeAt } from '../../src/jobs/cli/complete.ts';
import { baseOf } from '../../src/neural/models/list.ts';
import { readManifest } from '../../src/neural/models/manifest.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import { LiveModel } from '../../src/specialist/ngram/live-model.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { jobEngine, writeModel } from '../specialist/engine/helpers.ts';
import { assertFailed } from '../support/results.ts';
import { truthIn, writeAdaptedFolder, writeOtherTokenizer } from './adapted-folder.ts';
import { adaptWith, makeProject, reportWith, tokenizerPath } from './project.ts';
import { RunEngine } from './scripted-engine.ts';

type Request = AdaptRequest & { readonly neural: NonNullable<AdaptRequest['neural']> };

const snapshotOf = ({ specialistFolder }: AdaptRequest) => join(specialistFolder, 'specialist.ngram');
const shipped = ({ neural, tokenizerPath }: Request) => ({ base: neural.base, tokenizer: tokenizerPath });

const project = makeProject(4);
const home = dirname(project.root);
const bases = ['earlier', 'now'].map((name) => join(home, name)) as [string, string];
for (const base of bases) {
  mkdirSync(base);
  writeModel(base);
}
const tokenizers = [tokenizerPath, join(home, 'now.json')] as const;
writeOtherTokenizer(tokenizers[1], tokenizers[0]);
const settings = { threads: 1, device: 'cpu', trainingThreads: 1, budgetMinutes: 600 } as const;
/** `now`: the same storage with the base and the tokenizer that ship now. */
const [earlier, now] = bases.map((base, i) => ({
  ...project.request,
  tokenizerPath: tokenizers[i] as string,
  neural: { ...settings, base },
})) as [Request, Request];
const model = await writeAdaptedFolder(earlier);
after(() => project.remove());

const warnings: string[] = [];
const log: Log = { ...silentLog, warn: (message) => warnings.push(message) };

describe('with the same tokenizer', () => {
  test('the index is read, and the adapted model and its router are used', async () => {
    assert.ok((await readSpecialist(earlier, log)).ok);
    assert.deepEqual(currentModel(earlier.specialistFolder, shipped(earlier)), {
      model,
      base: earlier.neural.base,
      name: 'adapted',
    });
    const latest = latestAdaptation(earlier, log);
    assert.ok(latest.ok);
    assert.deepEqual(servedRouter(earlier, true, log), latest.value.router);
    assert.deepEqual(servedRouter(earlier, false, log), latest.value.report.neural?.ngramRouter);
    assert.notDeepEqual(latest.value.router, defaultRouter());
  });
});

describe('with another tokenizer', () => {
  test('every reader refuses the index and says that it will be rebuilt', async () => {
    const tokenizer = readTokenizer(now.tokenizerPath);
    assert.ok(tokenizer.ok);
    const live = new LiveModel(tokenizer.value);
    live.expectLoad([]);
    for (const read of [await readSpecialist(now, log), await live.load(snapshotOf(now))]) {
      assertFailed(read, 'mismatched', /rebuilt when the folder is read/);
    }
    live.change({ kind: 'open', path: 'a.ts', text: 'const answer = 42;\n' });
    assert.equal(live.current.fileCount, 0, 'continues with the open files');
    live.dispose();
  });

  test('the adapted model is not used, a message says so, and the default routers apply', () => {
    const current = currentModel(now.specialistFolder, shipped(now));
    assert.equal(current.model, now.neural.base);
    assert.equal(current.name, 'base');
    assert.equal(current.setAside?.code, 'mismatched');
    assert.match(current.setAside?.message ?? '', /stays on disk and is not used\. Run "Adapt to This Repo" again/);
    for (const mixed of [true, false]) assert.deepEqual(servedRouter(now, mixed, log), defaultRouter());
  });

  test('a completion on the command line rebuilds the index, uses the base, and tells the user', async () => {
    warnings.length = 0;
    const engine = jobEngine();
    const index = () => adaptWith({ ...now, effort: 'index' }, { log });
    const [path] = project.files.keys();
    const completion = await completeAt(`${join(project.root, path as string)}:8`, now, index, engine, log);
    assert.ok(completion.ok, JSON.stringify(completion));
    assert.equal(completion.value.draft.model, 'base + n-gram');
    assert.ok(
      warnings.some((line) => /stored index is not used: .*another tokenizer/.test(line)),
      warnings.join('\n'),
    );
    assert.ok(
      warnings.some((line) => /adapted to this folder.*not used\. Run "Adapt/.test(line)),
      warnings.join('\n'),
    );
    const read = await readSpecialist(now, log);
    assert.equal(read.ok && read.value.fileCount, project.files.size);
    assert.ok(existsSync(join(model, 'adapter_model.safetensors')), 'nothing is deleted');
    assert.ok(existsSync(join(workFolder(now.specialistFolder), 'checkpoint.safetensors')));
  });

  test('adapting again ignores the earlier checkpoint and uses the new model', async () => {
    const engine = new RunEngine({ right: { base: 0.1, adapted: 0.9 }, truth: truthIn(project.root) });
    const report = await reportWith(now, { engine });
    assert.match(report.notes.join(' '), /earlier model.*made from another base/);
    assert.equal(report.neural?.quality.earlier, undefined, 'the earlier model cannot be measured');
    const current = currentModel(now.specialistFolder, shipped(now));
    assert.equal(current.name, 'adapted');
    assert.notEqual(current.model, model);
    const manifest = readManifest(current.model);
    assert.ok(manifest.ok && manifest.value);
    assert.equal(report.madeFor?.base, manifest.value.base?.weights);
    assert.equal(report.madeFor?.tokenizer, manifest.value.tokenizer);
  });
});

test('a router for the base alone applies only while that base is in use', () => {
  const { base, tokenizer } = shipped(earlier);
  const madeFor = { tokenizer: sha256Of(tokenizer), base: baseOf(base).weights };
  const inUse = baseAlone(shipped(earlier));
  const neural = { used: 'base' } as NeuralReport;
  assert.equal(routerFitsMixed({ madeFor, neural }, inUse, shipped(earlier)), true);
  assert.equal(
    routerFitsMixed({ madeFor: { ...madeFor, base: '0'.repeat(64) }, neural }, inUse, shipped(earlier)),
    false,
  );
  assert.equal(
    routerFitsMixed({ madeFor }, inUse, shipped(earlier)),
    false,
    'without a neural part there was no router',
  );
  assert.equal(routerFitsNgrams({ madeFor }, tokenizer), true);
  assert.equal(routerFitsNgrams({ madeFor }, shipped(now).tokenizer), false);
});
