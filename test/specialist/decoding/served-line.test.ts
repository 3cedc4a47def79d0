// A server's answer as one more candidate: the n-grams' lines and its line are ranked together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DraftOptions, ServedAnswer, TokenOdds } from '../../../src/common/completion.ts';
import { draftWithServed } from '../../../src/specialist/decoding/served-line.ts';
import { answerTokens, ServedScores } from '../../../src/specialist/decoding/served-scores.ts';
import { otherMakersWeights } from '../../../src/specialist/decoding/weights.ts';
import { at, build, line } from '../ngram/project.ts';

const weights = otherMakersWeights();
const ngram = build();

const odds = (token: string, p: number, others: Readonly<Record<string, number>> = {}): TokenOdds => ({
  token,
  logprob: Math.log(p),
  likeliest: Object.entries({ [token]: p, ...others }).map(([rival, q]) => ({ token: rival, logprob: Math.log(q) })),
});
const answer = (text: string, tokens: readonly TokenOdds[], over: Partial<ServedAnswer> = {}): ServedAnswer => ({
  ...{ model: 'tuned (served)', text, before: '', tokens, complete: true },
  ...over,
});
const draft = (text: string, of: ServedAnswer, options: DraftOptions = line) =>
  draftWithServed(ngram, at(text), options, of, weights);

/** The n-grams have seen how this line ends: 'urn undefined;'. */
const seen = '    if (rows.length === 0) {\n      ret¦';
/** They have seen nothing like this. */
const unseen = 'const mean = total / ¦';

test("the server's line is shown where the n-grams have seen nothing like it", async () => {
  const tokens = ['samples', '.', 'length', ';', '\n'].map((token) => odds(token, 0.9));
  const {
    text,
    model,
    complete,
    confidence = 0,
    tokens: made,
  } = await draft(unseen, answer('samples.length;', tokens));
  assert.deepEqual([text, model, complete], ['samples.length;', 'tuned (served) + n-gram', true]);
  assert.ok(confidence > 0.5, `${confidence}`);
  assert.equal(made.map((token) => token.text).join(''), text);
  assert.ok(confidence > (ngram.complete(at(unseen), line).confidence ?? 0) + 0.4);
});

test("a line that both models write is more probable than the n-grams' alone, and its tokens agree", async () => {
  const tokens = [odds('urn', 0.9), odds(' undefined', 0.9), odds(';\n', 0.9)];
  // A copy of the block above has a probability of its own.
  const options: DraftOptions = { ...line, templates: 'never' };
  const both = await draft(seen, answer('urn undefined;', tokens), options);
  assert.equal(both.text, 'urn undefined;');
  assert.ok((both.confidence ?? 0) > (ngram.complete(at(seen), options).confidence ?? 1));
  assert.ok(both.tokens.at(-1)?.agreed);
});

test("the n-grams' line wins over a doubtful answer, the more surely the likelier the server holds it", async () => {
  const confidences: number[] = [];
  for (const [p, others] of [
    [0.9, { ' undefined': 0.05 }],
    [0.5, { ' undefined': 0.05 }],
    [0.5, { ' undefined': 0.45 }],
  ] as const) {
    const tokens = [odds('urn', 0.99), odds(' null', p, others), odds(';\n', 0.99)];
    const { text, confidence = 0 } = await draft(seen, answer('urn null;', tokens));
    assert.equal(text, 'urn undefined;');
    confidences.push(confidence);
  }
  assert.deepEqual(
    confidences.toSorted((a, b) => a - b),
    confidences,
  );
});

test('an answer without log-probabilities competes, with less confidence than a sure one', async () => {
  const sure = ['samples', '.', 'length', ';', '\n'].map((token) => odds(token, 0.95));
  const [known, unknown] = [
    await draft(unseen, answer('samples.length;', sure)),
    await draft(unseen, answer('samples.length;', [])),
  ];
  assert.deepEqual([known.text, unknown.text], ['samples.length;', 'samples.length;']);
  assert.ok((unknown.confidence ?? 0) > 0 && (unknown.confidence ?? 1) < (known.confidence ?? 0));
  assert.equal((await draft(seen, answer('urn null;', []))).text, 'urn undefined;');
});

test('tokens that do not spell the answer count as unknown', async () => {
  const [without, wrong] = [[], [odds('exam', 0.99), odds('ples', 0.99)]].map((tokens) =>
    draft(unseen, answer('samples.length;', tokens)),
  );
  assert.equal((await wrong)?.confidence, (await without)?.confidence);
});

test('lines below the first one come from the answer if its first line is chosen', async () => {
  const block: DraftOptions = { multiline: true, maxTokens: 160 };
  const text = 'for (const sample of samples) {\n  total += sample;\n}';
  const tokens = (text.match(/\w+|\W/g) ?? []).map((token) => odds(token, 0.95));
  const made = await draft('const add = 1;\n¦', answer(text, [...tokens, odds('', 0.9)]), block);
  assert.equal(made.text, text);
  assert.equal(made.tokens.map((token) => token.text).join(''), text);
  assert.ok(made.tokens.every(({ probability }) => probability > 0 && probability <= 1));
  const body = answer(
    '\n  return total;\n}',
    ['\n  ', 'return', ' total', ';\n', '}'].map((token) => odds(token, 0.9)),
  );
  assert.equal((await draft('function sum() {¦', body, block)).text, '\n  return total;\n}');
});

test('a blank before the cursor that the answer repeats is left out', async () => {
  const made = await draft(unseen, answer(' count;', [odds(' count', 0.9), odds(';\n', 0.9)], { before: ' ' }));
  assert.equal(made.text, 'count;');
  assert.equal(made.tokens.map((token) => token.text).join(''), 'count;');
});

function near(actual: number | undefined, expected: number): void {
  assert.ok(actual !== undefined && Math.abs(Math.exp(actual) - expected) < 1e-9, `${actual && Math.exp(actual)}`);
}

test("a line's probability is that of the answer's tokens, and of the others that begin alike", () => {
  const given = answer('a + b', [
    odds('a', 0.5, { 'a +': 0.25 }),
    odds(' +', 0.8, { ' -': 0.1 }),
    odds(' b', 0.5, { ' b\n': 0.25 }),
    odds('\n', 0.5),
  ]);
  const tokens = answerTokens(given, ngram.vocabulary);
  const own = new ServedScores(tokens, '', 'a + b');
  near(own.logBytes(1), 0.75);
  near(own.logBytes(3), 0.4);
  near(own.logBytes(5), 0.4 * 0.75);
  near(own.logLine(), 0.4 * (0.25 + 0.5 * 0.5));
  assert.equal(own.readingAt(1)?.best?.probability, 0.8);
  assert.equal(own.readingAt(2), undefined, 'no token begins there');
  assert.equal(own.readingAt(5)?.finish, 0.5);
  const other = new ServedScores(tokens, '', 'a - c');
  near(other.logBytes(3), 0.5 * 0.1);
  assert.deepEqual([other.knownEnd, other.logLine()], [3, undefined], 'nothing is known behind another token');
  // Not listed: a tenth of what the listed ones leave.
  const unlisted = new ServedScores(tokens, '', 'a * c');
  near(unlisted.logBytes(3), 0.5 * 0.01);
  assert.equal(unlisted.knownEnd, 3);
  const shorter = new ServedScores(tokens, '', 'a');
  near(shorter.logLine(), 0.75 * 0.01);
});

test('the end of an answer without its own token counts as assumed if the answer is complete', () => {
  const tokens = [odds('a', 0.5), odds(' b', 0.5)];
  const end = (over: Partial<ServedAnswer>) =>
    new ServedScores(answerTokens(answer('a b', tokens, over), ngram.vocabulary), '', 'a b').logLine();
  near(end({}), 0.25 * 0.7);
  assert.equal(end({ complete: false }), undefined);
});
