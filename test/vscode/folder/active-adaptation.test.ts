// What of an adaptation and of the settings applies in a session, and which calls a change of them drops.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import type { AdaptReport } from '../../../src/adapt/report/adapt-report.ts';
import { sha256Of } from '../../../src/common/file-hash.ts';
import { silentLog } from '../../../src/common/log.ts';
import { readTuning } from '../../../src/common/tuning.ts';
import { fitRouter } from '../../../src/routing/fit.ts';
import { ActiveAdaptation } from '../../../src/vscode/folder/active-adaptation.ts';
import { completionSettings, FolderSession, type SessionDeps } from '../../../src/vscode/folder/folder-session.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { synthetic } from '../../routing/synthetic.ts';

/** Any file: only its hash matters. */
const tokenizer = import.meta.filename;
const fit = fitRouter(synthetic(100, 3).map(({ example }) => example));

test('after a change of the large model only the estimate of the local model applies, until it is changed back', () => {
  let model = 'large';
  const adaptation = new ActiveAdaptation({
    specialistFolder: undefined,
    shipped: () => ({ base: '', tokenizer }),
    apiModel: () => model,
    isNeuralOff: () => false,
    onOutdated: (why) => assert.fail(why),
  });
  const api = { model: 'large' } as AdaptReport['api'];
  adaptation.adopt({ madeFor: { tokenizer: sha256Of(tokenizer) }, api } as AdaptReport, 0, fit);
  assert.deepEqual(adaptation.fitFor('ngram'), fit);
  model = 'small';
  const { apiExamples, specialistExamples } = adaptation.fitFor('ngram');
  assert.deepEqual([apiExamples, specialistExamples], [0, fit.specialistExamples]);
  model = 'large';
  assert.deepEqual(adaptation.fitFor('ngram'), fit);
});

const settingsWith = (changed: Partial<Settings>) =>
  completionSettings({ ...readSettings(() => undefined), ...changed }, true);

test('local first holds below the middle of the slider', () => {
  assert.equal(settingsWith({}).localFirst, true);
  assert.equal(settingsWith({ balance: 0.49 }).localFirst, true);
  assert.equal(settingsWith({ balance: 0.5 }).localFirst, false);
  assert.equal(settingsWith({ balance: 1 }).localFirst, false);
});

test('only the large model first prefetches from it', () => {
  assert.deepEqual([settingsWith({}).prefetchFromApi, settingsWith({ balance: 1 }).prefetchFromApi], [false, true]);
});

/** A session for documents outside all folders. @param world `allowedModel`: as of Api */
function session(world: { allowedModel: string }): FolderSession {
  const deps = {
    paths: { folderWorker: join(import.meta.dirname, '../../../src/specialist/ngram/folder-worker.ts'), storage: '' },
    api: { llm: () => undefined, allowedModel: () => world.allowedModel },
    neural: { absence: 'off', shipped: { base: '', tokenizer: '' }, tuning: readTuning({}) },
    clock: new ManualClock(),
    log: silentLog,
    onChange() {},
  } as unknown as SessionDeps;
  return new FolderSession({ key: 'loose', uri: undefined, name: '', root: undefined, storeName: '' }, deps);
}

test('a withdrawn consent or another model resets the service; a first consent does not', (t) => {
  const world = { allowedModel: '' };
  const folder = session(world);
  const reset = mock.method(folder.service, 'reset');
  t.after(() => folder.dispose());
  const resetsAfter = (allowedModel: string) => {
    world.allowedModel = allowedModel;
    folder.checkApi();
    return reset.mock.callCount();
  };
  assert.equal(resetsAfter('anthropic api.example large'), 0, 'allowed');
  assert.equal(resetsAfter('anthropic api.example large'), 0);
  assert.equal(resetsAfter('anthropic api.example small'), 1, 'another model');
  assert.equal(resetsAfter(''), 2, 'withdrawn');
  assert.equal(resetsAfter(''), 2);
  assert.equal(resetsAfter('anthropic api.example small'), 2, 'allowed again');
});
