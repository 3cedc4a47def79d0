// The features of a draft and of its position.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Draft, DraftToken } from '../../src/common/completion.ts';
import { FEATURES } from '../../src/routing/features.ts';
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

test('feature names are unique: they identify weights in a stored fit', () => {
  assert.equal(new Set(FEATURES.map((f) => f.name)).size, FEATURES.length);
});
