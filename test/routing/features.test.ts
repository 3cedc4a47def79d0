// What a decision is made of: the features of a draft and its position, what a call may write, its price, and thresholds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftToken } from '../../src/common/completion.ts';
import { FEATURES } from '../../src/routing/features.ts';
import { limitsAt, MAX_DOUBT, priceOf, type RequestConditions } from '../../src/routing/limits.ts';
import { expectedCharacters } from '../../src/routing/priors.ts';
import { draft } from '../fakes/specialist.ts';
import { draftOf, POSITION } from './synthetic.ts';

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

test('less is expected of a line after a closing mark, and more where the draft is long or unsure', () => {
  const at = (lineBefore: string, text = 'value', confidence = 0.3) =>
    expectedCharacters(draft(text, confidence, { confidence }), {
      languageId: 'typescript',
      lineBefore,
      lineAfter: '',
    });
  assert.ok(at('read(name)') < at('read('));
  assert.ok(at('const x = ', 'someLongerCall(argument, other)') > at('const x = ', 'x'));
  assert.ok(at('const x = ', 'value', 0.05) > at('const x = ', 'value', 0.9));
  assert.equal(at('read(name);', 'x', 0.9), 0);
});

const settings = { balance: 0.4, threshold: 0.5, localFirst: false };
const limitsOf = (changes: Partial<RequestConditions> = {}, of = settings) =>
  limitsAt(of, { isManual: false, ...changes });

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

test('doubt and the editor’s list raise the threshold by at most 0.1 together, and prose needs more', () => {
  assert.equal(limitsOf().threshold, 0.5);
  assert.equal(limitsOf({ opensList: true }).threshold, 0.55);
  assert.ok(limitsOf({ doubt: 0.1 }).threshold > 0.5);
  assert.equal(limitsOf({ doubt: MAX_DOUBT }).threshold, 0.6);
  assert.equal(limitsOf({ doubt: MAX_DOUBT, opensList: true }).threshold, 0.6);
  assert.equal(limitsOf({ prose: true }).threshold, 0.75);
  assert.equal(limitsOf({ prose: true, opensList: true }, { ...settings, threshold: 0.9 }).threshold, 0.95);
  assert.equal(limitsOf({ prose: true, opensList: true }, { ...settings, threshold: 1 }).threshold, 1);
});

test('doubt raises the price, a rejection in the line lowers it, and neither changes always', () => {
  assert.ok(limitsOf({ doubt: MAX_DOUBT }).price > limitsOf().price);
  assert.equal(limitsOf({ rejectedHere: true }).price, 0);
  for (const circumstances of [{ doubt: MAX_DOUBT }, { rejectedHere: true }, { waitMs: 9_000 }])
    assert.equal(limitsOf(circumstances, { ...settings, balance: 1 }).price, -1);
});

test('a manual request has no threshold and no latency cost, and calls the likelier model', () => {
  const { price, threshold, lateThreshold } = limitsOf({ isManual: true, waitMs: 9_000, prose: true });
  assert.deepEqual([price, threshold, lateThreshold], [0, 0, 0.25]);
  assert.equal(limitsOf({ isManual: true }, { ...settings, balance: 1 }).price, -1);
});
