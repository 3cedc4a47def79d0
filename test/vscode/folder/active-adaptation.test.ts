// What of an adaptation is in use: what it measured of a large model is said of that one alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdaptReport } from '../../../src/adaptation/report/types.ts';
import { sha256Of } from '../../../src/neural/models/manifest.ts';
import { fitRouter } from '../../../src/routing/fit.ts';
import { ActiveAdaptation } from '../../../src/vscode/folder/active-adaptation.ts';
import { synthetic } from '../../routing/synthetic.ts';

/** What it is made for; any file will do. */
const tokenizer = import.meta.filename;
const fit = fitRouter(
  synthetic(100, 3).map(({ example }) => example),
  { now: 0 },
);

test('another large model is chosen: its estimate is assumed, that of the specialist stays; back at the first, all of it holds', () => {
  let model = 'large';
  const adopted = new ActiveAdaptation({
    specialistFolder: undefined,
    shipped: () => ({ base: '', tokenizer }),
    apiModel: () => model,
    isNeuralOff: () => false,
    onOutdated: (why) => assert.fail(why),
  });
  const api = { model: 'large' } as AdaptReport['api'];
  adopted.adopt({ madeFor: { tokenizer: sha256Of(tokenizer) }, api } as AdaptReport, 0, fit);
  assert.deepEqual(adopted.fitFor('ngram'), fit);
  model = 'small';
  const { apiExamples, specialistExamples } = adopted.fitFor('ngram');
  assert.deepEqual([apiExamples, specialistExamples], [0, fit.specialistExamples]);
  model = 'large';
  assert.deepEqual(adopted.fitFor('ngram'), fit);
});
