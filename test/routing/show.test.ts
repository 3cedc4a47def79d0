// How much of a draft is shown: the cut with the highest expected gain. Also the rest of the draft, which is not shown.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draft, NGRAM_MODEL } from '../../src/common/completion.ts';
import { defaultRouter } from '../../src/routing/defaults.ts';
import { fitRouter, scoreCuts } from '../../src/routing/fit.ts';
import { bestCut, endOf, gainOf, heldBack, restOf } from '../../src/routing/show.ts';
import type { RouterExample } from '../../src/routing/types.ts';
import { draft } from '../fakes/specialist.ts';

const cuts = [
  { text: 'executeCommand', p: 0.92 },
  { text: 'executeCommand(rootCmd', p: 0.85, ends: 'unit', next: { text: ')', p: 0.07 } },
  { text: 'executeCommand(rootCmd)', p: 0.1, ends: 'line' },
] as const;
const position = { languageId: 'go', lineBefore: '\toutput, err := ', lineAfter: '' };

const at = (threshold: number) => ({ threshold });

test('shows the cut with the highest expected gain among those that reach the threshold', () => {
  assert.equal(bestCut(cuts, at(0.6)), cuts[1]);
  assert.equal(bestCut(cuts, at(0.9)), cuts[0]);
  assert.equal(bestCut(cuts, at(0.95)), undefined);
  assert.ok(gainOf({ text: 'abcdefgh', p: 0.9 }) > gainOf({ text: 'abcdefgh', p: 0.8 }));
  assert.ok(gainOf({ text: 'abcdefgh', p: 0.9, ends: 'line' }) > gainOf({ text: 'abcdefgh', p: 0.9, ends: 'unit' }));
});

test('ten characters at the threshold are always shown, and nothing below the threshold is', () => {
  for (const threshold of [0.25, 0.5, 0.75]) {
    const ten = { text: 'abcdefghij', p: threshold };
    assert.equal(bestCut([ten], at(threshold)), ten);
    assert.equal(bestCut([{ ...ten, p: threshold - 0.01 }], at(threshold)), undefined);
  }
});

test('a piece of a line is shown from ten characters, the rest of a line from four, its last name from two', () => {
  const shown = (text: string, ends?: 'line' | 'unit') => bestCut([{ text, p: 0.99, ...(ends && { ends }) }], at(0.5));
  assert.equal(shown('abcdefghi'), undefined);
  assert.equal(shown('abcdefghi', 'unit'), undefined);
  assert.ok(shown('abcdefghij') && shown('abcdefghij', 'unit'));
  assert.equal(shown('ab;', 'line'), undefined);
  assert.ok(shown('abc;', 'line') && shown('ab', 'line'));
  assert.equal(shown('a', 'line'), undefined);
  assert.ok(bestCut([{ text: ')', p: 0.01 }], { threshold: 0, isManual: true }), 'any length by hand');
});

test('endOf tells whether a cut is at the end of a line or of an argument', () => {
  assert.equal(endOf('call(a, b)\nnext', 10), 'line');
  assert.equal(endOf('call(a, b);', 11), 'line');
  assert.equal(endOf('call(a, b);', 6), 'unit');
  assert.equal(endOf('call(alpha beta)', 10), undefined);
});

test('if no cut reaches the threshold, the likeliest one that is long enough is reported with the threshold', () => {
  assert.deepEqual(heldBack(cuts, at(0.95)), { text: 'executeCommand', p: 0.92, from: 0.95 });
  assert.equal(heldBack([{ text: 'abc', p: 0.9 }], at(0.95)), undefined);
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
