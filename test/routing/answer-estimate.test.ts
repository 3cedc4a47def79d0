// The estimate of an answer that is there: agreement with the local draft raises it, and a folder's own answers fit it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerProbability, defaultRouter, fitAgreement } from '../../src/routing/fit.ts';

const router = defaultRouter();
const fitted = (agreement: ReturnType<typeof fitAgreement>) => ({
  ...router,
  parameters: { ...router.parameters, agreement },
});

test('before any fit an answer that is the draft is more likely right than another one', () => {
  const [agrees, differs] = [answerProbability(router, 0.877, true), answerProbability(router, 0.877, false)];
  assert.deepEqual([agrees.toFixed(2), differs.toFixed(2)], ['0.96', '0.84']);
});

test('a folder in which agreement means nothing is learned from its answers', () => {
  const rows = Array.from({ length: 400 }, (_, i) => ({
    path: `${i % 21}.ts`,
    pApi: 0.8,
    agrees: i % 2 === 0,
    right: (i >> 1) % 5 !== 0,
  }));
  const own = fitted(fitAgreement(rows));
  for (const agrees of [true, false]) assert.ok(Math.abs(answerProbability(own, 0.8, agrees) - 0.8) < 0.04);
});
