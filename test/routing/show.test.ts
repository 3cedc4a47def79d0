// How much of a draft is shown: the cut with the highest expected gain. Also the rest of the draft, which is not shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draft, NGRAM_MODEL } from '../../src/common/completion.ts';
import type { RouterExample } from '../../src/routing/features.ts';
import { defaultRouter, fitRouter, scoreCuts } from '../../src/routing/fit.ts';
import { bestCut, endOf, gainOf, glancePrice, heldBack, restOf, shownFrom } from '../../src/routing/show.ts';
import { draft } from '../fakes/specialist.ts';

const cuts = [
  { text: 'executeCommand', p: 0.92 },
  { text: 'executeCommand(rootCmd', p: 0.85, ends: 'unit', next: { text: ')', p: 0.07 } },
  { text: 'executeCommand(rootCmd)', p: 0.1, ends: 'line' },
] as const;
const position = { languageId: 'go', lineBefore: '\toutput, err := ', lineAfter: '' };

const at = (threshold: number) => ({ threshold });

test('shows the cut with the highest expected gain, if it is worth a glance', () => {
  assert.equal(bestCut(cuts, at(0.6)), cuts[1]);
  const [sure, longer] = [cuts[0], { ...cuts[1], p: 0.7 }];
  assert.equal(bestCut([sure, longer], at(0.6)), sure);
  assert.equal(bestCut([{ ...sure, p: 0.5 }], at(0.6)), undefined);
  const gain = (p: number, ends?: 'line' | 'unit') => gainOf({ text: 'abcdefgh', p, ...(ends && { ends }) }, at(0.5));
  assert.ok(gain(0.9) > gain(0.8));
  assert.ok(gain(0.9, 'line') > gain(0.9, 'unit'));
});

test('a higher threshold makes a glance dearer, and every text needs more', () => {
  const needs = [0.3, 0.5, 0.75].map((threshold) => shownFrom({ text: 'abcd', p: 0 }, at(threshold)));
  assert.ok((needs[0] ?? 1) < (needs[1] ?? 0) && (needs[1] ?? 1) < (needs[2] ?? 0), String(needs));
  assert.ok(glancePrice(0.3) < glancePrice(0.5));
});

test('ten characters at the threshold are always shown, and nothing below the threshold is', () => {
  for (const threshold of [0.25, 0.5, 0.75]) {
    const ten = { text: 'abcdefghij', p: threshold };
    assert.equal(bestCut([ten], at(threshold)), ten);
    assert.equal(bestCut([{ ...ten, p: threshold - 0.01 }], at(threshold)), undefined);
  }
});

test('a shorter text needs more confidence, a longer one and the rest of a line less, down to a floor', () => {
  const from = (text: string, ends?: 'line') => shownFrom({ text, p: 0, ...(ends && { ends }) }, at(0.5));
  assert.ok(from('abcd') > from('abcdefghij'), 'shorter');
  assert.ok(from('abcdefghijklmnop') < from('abcdefghij'), 'longer');
  assert.ok(from('abcd', 'line') < from('abcd'), 'to the end of the line');
  assert.equal(from('x'.repeat(500)), 0.35);
  assert.equal(bestCut([{ text: 'ab', p: 0.99 }], at(0.5)), undefined, 'not worth the key and the glance');
  assert.ok(bestCut([{ text: ')', p: 0.01 }], { threshold: 0, isManual: true }), 'any length by hand');
});

test('at a threshold of 1 only certainty is shown, however long the text is', () => {
  const long = { text: 'x'.repeat(500), ends: 'line' as const };
  assert.equal(bestCut([{ ...long, p: 0.99 }], at(1)), undefined);
  assert.equal(heldBack([{ ...long, p: 0.99 }], at(1))?.from, 1);
  assert.ok(bestCut([{ ...long, p: 1 }], at(1)));
});

test('endOf tells whether a cut is at the end of a line or of an argument', () => {
  assert.equal(endOf('call(a, b)\nnext', 10), 'line');
  assert.equal(endOf('call(a, b);', 11), 'line');
  assert.equal(endOf('call(a, b);', 6), 'unit');
  assert.equal(endOf('call(alpha beta)', 10), undefined);
});

test('a held-back draft is the cut that comes nearest, with the limit that was applied and its cause', () => {
  const ten = { text: 'abcdefghij', p: 0.45 };
  assert.deepEqual(heldBack([{ text: 'abcde', p: 0.3 }, ten], at(0.5)), { ...ten, from: 0.5 });
  assert.deepEqual(heldBack([ten], { threshold: 0.55, raisedBy: 'the list is open' }), {
    ...{ ...ten, from: 0.55 },
    why: 'the list is open',
  });
  assert.deepEqual(heldBack([{ text: 'abcde', p: 0.6 }], at(0.5)), {
    ...{ text: 'abcde', p: 0.6, from: 0.625 },
    why: 'the text is short',
  });
  assert.equal(heldBack([ten], at(0.5), true)?.why, 'it was rejected here');
  assert.equal(heldBack([{ text: 'ab', p: 0.9 }], at(0.95)), undefined);
  assert.equal(heldBack([], at(0.5)), undefined);
});

test('the rest after a right cut has the conditional probability', () => {
  const rest = restOf(cuts, cuts[0]);
  assert.deepEqual(
    rest.map(({ text, p }) => [text, Number(p.toFixed(3))]),
    [
      ['(rootCmd', 0.924],
      ['(rootCmd)', 0.109],
    ],
  );
});

const ofLength = (length: number, p: number) => draft('word '.repeat(length).trim(), p);

test('a longer cut never has a higher probability, with and without a fit', () => {
  const examples = Array.from({ length: 60 }, (_, i): RouterExample => {
    const whole = ofLength(3, i % 2 ? 0.9 : 0.5);
    const right = i % 4 > 0;
    return {
      ...{ path: `f${i % 6}.go`, draft: whole, position, specialistRight: right },
      cuts: [1, 2, 3].map((length) => ({ draft: ofLength(length, i % 2 ? 0.9 : 0.5), right })),
    };
  });
  const fitted = fitRouter(examples, { now: 0 });
  assert.equal(fitted.cutExamples, 180);
  for (const fit of [defaultRouter(), fitted]) {
    const scored = scoreCuts(fit, [ofLength(1, 0.6), ofLength(2, 0.9), ofLength(3, 0.9)], position).map(({ p }) => p);
    assert.ok(
      scored.every((p, i) => p > 0 && p < 1 && p <= (scored[i - 1] ?? 1)),
      String(scored),
    );
  }
});

const pOf = (cut: Draft, lineBefore = '') => scoreCuts(defaultRouter(), [cut], { ...position, lineBefore })[0]?.p ?? 0;

test('the n-grams alone are trusted less than with a neural model, and more if they are sure of the line or see its names', () => {
  const unknown = draft('metadata', 0.9, { model: NGRAM_MODEL });
  const ngrams = (lineConfidence: number) => pOf({ ...unknown, lineConfidence });
  const mixed = pOf({ ...unknown, model: 'base + n-gram' });
  assert.ok(ngrams(0.5) < mixed - 0.1, `${ngrams(0.5)} and ${mixed}`);
  assert.ok(ngrams(0.9) > ngrams(0.5) + 0.02, `${ngrams(0.9)} and ${ngrams(0.5)}`);
  const known = pOf({ ...unknown, lineConfidence: 0.5, knownNames: true });
  assert.ok(known > ngrams(0.5) + 0.1, `${known} and ${ngrams(0.5)}`);
});

test('a text with a quote is less likely, and so is the beginning of a line', () => {
  assert.ok(pOf(draft("'metadata'", 0.9)) < pOf(draft('metadata', 0.9)) - 0.02);
  assert.ok(pOf(draft('metadata', 0.8)) < pOf(draft('metadata', 0.8), 'const user = load(') - 0.02);
});

test('an unknown name gets a lower probability if the document has other names with the same beginning', () => {
  const [plain] = scoreCuts(defaultRouter(), [draft('ponse', 0.8)], position);
  const [stranger] = scoreCuts(defaultRouter(), [{ ...draft('ponse', 0.8), unknownIdentifier: true }], position);
  assert.ok(plain && stranger && stranger.p < plain.p - 0.05, `${stranger?.p} and ${plain?.p}`);
});
