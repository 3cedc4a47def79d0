// The fit of the weights that the n-grams ship: it lowers the loss, and the weights that it once gave are used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixtureExamples, scoreTokens } from '../../bench/ngram/examples.ts';
import { fitMixture, meanLoss } from '../../bench/ngram/fit-mixture.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { build, projectFiles, tokenizer } from '../specialist/ngram/project.ts';
import { initialMixture, initialRanking } from '../support/unfitted-ngram.ts';

const trained = projectFiles.slice(0, 5);
const heldOut = projectFiles.slice(5);

test('a fit lowers the log loss on its examples from any start', () => {
  const examples = mixtureExamples(build(trained), heldOut, 5000);
  assert.ok(examples.length > 200);
  const start = initialMixture();
  const fitted = fitMixture(examples, start, { epochs: 8, rate: 0.05, prior: 1 });
  assert.ok(fitted.after < fitted.before - 0.05, `${fitted.before} -> ${fitted.after}`);
  assert.equal(meanLoss(examples, start), fitted.before);
  // One step of gradient descent, small enough to be linear, must lower the loss of every single example's own fit.
  for (const example of examples.slice(0, 40)) {
    const single = fitMixture([example], start, { epochs: 1, rate: 1e-3, prior: 0 });
    assert.ok(single.after <= single.before + 1e-9);
  }
});

test('the shipped weights score better than unfitted ones on new text', () => {
  const none = { ...initialMixture(), ranking: initialRanking() };
  const shipped = scoreTokens(NgramModel.build(trained, tokenizer), heldOut, 5000);
  const plain = scoreTokens(NgramModel.build(trained, tokenizer, none), heldOut, 5000);
  assert.ok(shipped.logLoss < plain.logLoss, `${shipped.logLoss} against ${plain.logLoss}`);
  assert.ok(shipped.ece >= 0 && shipped.ece <= 1);
});
