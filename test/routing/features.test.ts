// What a decision is made of: features, what a call may write, its price and the thresholds; and how much of a draft is
// shown: the cut with the highest expected gain.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draft, type DraftToken, NGRAM_MODEL } from '../../src/common/completion.ts';
import { expectedCharacters, FEATURES, type RouterExample } from '../../src/routing/features.ts';
import { defaultRouter, fitRouter, scoreCuts } from '../../src/routing/fit.ts';
import { limitsAt, MAX_DOUBT, priceOf, type RequestConditions } from '../../src/routing/limits.ts';
import { bestCut, gainOf, heldBack, shownFrom } from '../../src/routing/show.ts';
import { draft } from '../fakes/specialist.ts';
import { draftOf, POSITION, TYPING } from './synthetic.ts';

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
const limitsOf = (changes: Partial<RequestConditions> = {}, of = settings) => limitsAt(of, { ...TYPING, ...changes });

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

const SENTENCE = { query: { languageId: 'markdown', prefix: 'It is ' } };

test('doubt and the editor’s list raise the threshold by at most 0.1 together, and prose needs more', () => {
  assert.equal(limitsOf().threshold, 0.5);
  assert.equal(limitsOf({ opensList: true }).threshold, 0.55);
  assert.ok(limitsOf({ doubt: 0.1 }).threshold > 0.5);
  assert.equal(limitsOf({ doubt: MAX_DOUBT }).threshold, 0.6);
  assert.equal(limitsOf({ doubt: MAX_DOUBT, opensList: true }).threshold, 0.6);
  assert.equal(limitsOf(SENTENCE).threshold, 0.75);
  assert.equal(limitsOf({ ...SENTENCE, opensList: true }, { ...settings, threshold: 0.9 }).threshold, 0.95);
  assert.equal(limitsOf({ ...SENTENCE, opensList: true }, { ...settings, threshold: 1 }).threshold, 1);
});

test('doubt raises the price, a rejection in the line lowers it, and neither changes always', () => {
  assert.ok(limitsOf({ doubt: MAX_DOUBT }).price > limitsOf().price);
  assert.equal(limitsOf({ rejectedHere: true }).price, 0);
  for (const circumstances of [{ doubt: MAX_DOUBT }, { rejectedHere: true }, { waitMs: 9_000 }])
    assert.equal(limitsOf(circumstances, { ...settings, balance: 1 }).price, -1);
});

test('a manual request has no threshold and no latency cost, and calls the likelier model', () => {
  const { price, threshold, lateThreshold } = limitsOf({ isManual: true, waitMs: 9_000, ...SENTENCE });
  assert.deepEqual([price, threshold, lateThreshold], [0, 0, 0.25]);
  assert.equal(limitsOf({ isManual: true }, { ...settings, balance: 1 }).price, -1);
});

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
  assert.equal(heldBack([ten], { threshold: 0.5, least: 0.6 })?.why, 'the large model is likelier right');
  const few = limitsOf({ doubt: 0.1 });
  assert.equal(heldBack([ten], few)?.why, 'the last ones were rejected');
  assert.equal(heldBack([{ text: 'ab', p: 0.9 }], at(0.95)), undefined);
  assert.equal(heldBack([], at(0.5)), undefined);
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
  const fitted = fitRouter(examples);
  for (const fit of [defaultRouter(), fitted]) {
    const scored = scoreCuts(fit, [ofLength(1, 0.6), ofLength(2, 0.9), ofLength(3, 0.9)], position).map(({ p }) => p);
    const holds = scored.every((p, i) => p > 0 && p < 1 && p <= (scored[i - 1] ?? 1));
    assert.ok(holds, String(scored));
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
