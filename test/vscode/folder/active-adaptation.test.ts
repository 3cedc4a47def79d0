// What of an adaptation and of the settings applies: estimates to the model that they were measured with.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdaptReport } from '../../../src/adaptation/report/types.ts';
import { sha256Of } from '../../../src/neural/models/manifest.ts';
import { fitRouter } from '../../../src/routing/fit.ts';
import { ActiveAdaptation } from '../../../src/vscode/folder/active-adaptation.ts';
import { completionSettings } from '../../../src/vscode/folder/completion-settings.ts';
import { readSettings, type Settings } from '../../../src/vscode/settings/settings.ts';
import { synthetic } from '../../routing/synthetic.ts';

/** Any file: only its hash matters. */
const tokenizer = import.meta.filename;
const fit = fitRouter(
  synthetic(100, 3).map(({ example }) => example),
  { now: 0 },
);

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
