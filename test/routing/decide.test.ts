// The rule: price from balance, monotone share of API calls, thresholds, reasons.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftToken } from '../../src/common/completion.ts';
import { decide, priceOf } from '../../src/routing/decide.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { FEATURES } from '../../src/routing/features.ts';
import { fitRouter } from '../../src/routing/fit.ts';
import type { PolicySettings } from '../../src/routing/types.ts';
import { draftOf, POSITION, synthetic } from './synthetic.ts';

const settings: PolicySettings = { balance: 0.4, apiAvailable: true, showThreshold: 0.15, fallbackThreshold: 0.08 };
const items = synthetic(400, 21);
const fit = fitRouter(
  items.map((i) => i.example),
  { now: 0 },
);

test('the price falls as the balance rises, and is highest for an invalid balance', () => {
  assert.equal(priceOf(0), 1);
  assert.equal(priceOf(1), -1);
  assert.ok(Math.abs(priceOf(0.4) - 0.2) < 1e-12);
  assert.equal(priceOf(Number.NaN), 1);
  assert.equal(priceOf(7), -1);
  // A model that is as fast as usual changes nothing; a slow one is dearer, and the ends stay what they are.
  assert.equal(priceOf(0.4, 750), priceOf(0.4));
  assert.ok(priceOf(0.4, 150) < priceOf(0.4) && priceOf(0.4, 2_000) > priceOf(0.4));
  for (const waitMs of [0, 750, 1_500, 60_000]) {
    assert.deepEqual([priceOf(0, waitMs), priceOf(1, waitMs)], [1, -1]);
    for (let balance = 0.02; balance <= 1; balance += 0.02)
      assert.ok(priceOf(balance, waitMs) <= priceOf(balance - 0.02, waitMs) + 1e-12, `${balance}, ${waitMs} ms`);
  }
});

test('a balance of 1 always calls, and a higher balance never routes back to local', () => {
  let before = new Set<number>();
  for (let balance = 0.05; balance <= 1.0001; balance += 0.05) {
    const now = new Set<number>();
    items.forEach(({ example }, i) => {
      if (decide(fit, example.draft, example.position, { ...settings, balance }).route === 'api') now.add(i);
    });
    assert.ok([...before].every((i) => now.has(i)));
    before = now;
  }
  assert.equal(before.size, items.length);
});

test('calls the API if the gain is above the price and the API is available', () => {
  const weak = draftOf([0.1, 0.1]);
  const strong = draftOf([0.99, 0.99]);
  const first = defaultRouter();
  assert.equal(decide(first, weak, POSITION, settings).route, 'api');
  assert.equal(decide(first, undefined, POSITION, settings).route, 'api');
  assert.equal(decide(first, strong, POSITION, settings).route, 'specialist');
  const off = { ...settings, apiAvailable: false };
  assert.equal(decide(first, strong, POSITION, off).route, 'specialist');
  assert.equal(decide(first, weak, POSITION, off).route, 'none');
  assert.equal(decide(first, undefined, POSITION, off).route, 'none');
});

test('uses the fallback threshold only without the API', () => {
  const draft = draftOf([0.5, 0.5]);
  const p = decide(defaultRouter(), draft, POSITION, settings).pSpecialist;
  const thresholds = { showThreshold: p + 0.01, fallbackThreshold: p - 0.01 };
  assert.equal(
    decide(defaultRouter(), draft, POSITION, { ...settings, ...thresholds, apiAvailable: false }).route,
    'specialist',
  );
  const none = decide(defaultRouter(), draft, POSITION, { ...settings, ...thresholds, balance: 0.05 });
  assert.equal(none.route, 'none');
  assert.deepEqual(none.held, { text: draft.text, p, from: thresholds.showThreshold });
});

test('a decision explains itself', () => {
  const decision = decide(fit, items[0]?.example.draft, POSITION, settings);
  assert.match(decision.summary, /^(Asked the large model|Answered locally|Held back): \d+%.*\.$/);
  assert.ok(Math.abs(decision.gain - (decision.pApi - decision.pSpecialist)) < 1e-12);
  const names = new Set(FEATURES.map((f) => f.name));
  assert.ok(decision.reasons.length >= 3 && decision.reasons.length <= 6);
  assert.ok(decision.reasons.every((r) => names.has(r.name) && Number.isFinite(r.value)));
  const lowest = decision.reasons.find((r) => r.name === 'lowest token probability');
  assert.equal(lowest?.value, Math.min(...(items[0]?.example.draft.tokens.map((t) => t.probability) ?? [])));
  const prior = decide(defaultRouter(), draftOf([0.1]), POSITION, settings);
  assert.ok(prior.pApiIsPrior);
  assert.match(prior.summary, /70% \(assumed\)/);
});

test('features see whether the models agree, how far, and whether the draft breaks the document', () => {
  const of = (name: string, draft: Draft) => FEATURES.find((f) => f.name === name)?.value(draft, POSITION);
  const plain = draftOf([0.9, 0.9, 0.9], 't0t1t2');
  const [a, b, c] = plain.tokens as [DraftToken, DraftToken, DraftToken];
  const draft = { ...plain, tokens: [{ ...a, agreed: true as const }, b, { ...c, agreed: true as const }] };
  assert.equal(of('share that both models hold likeliest', draft), 2 / 3);
  assert.equal(of('tokens until the models disagree', draft), 1);
  assert.equal(of('tokens until the models disagree', { ...draft, tokens: [{ ...a, agreed: true }] }), 1);
  assert.equal(of('share that both models hold likeliest', draftOf([])), 0);
  const { length } = draft.text;
  const breaks = (brokenCuts: number[] | undefined) =>
    of('draft breaks the syntax', { ...draft, ...(brokenCuts && { brokenCuts }) });
  assert.deepEqual([undefined, [length - 1], [length]].map(breaks), [0, 0, 1]);
  // Cleaning took a token off its beginning.
  const cleaned = { ...draft, text: draft.text.slice(a.text.length), brokenCuts: [length] };
  assert.equal(of('draft breaks the syntax', cleaned), 1);
});

test('feature names are unique: they identify weights in a stored fit', () => {
  assert.equal(new Set(FEATURES.map((f) => f.name)).size, FEATURES.length);
});
