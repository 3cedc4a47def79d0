// What lists, dialogs, notifications and the panel say: prices, speeds, progress, notices, and figures of the slider.
import assert from 'node:assert/strict';
import '../support/ui-text.ts';
import { test } from 'node:test';
import { providerOf, providers } from '../../src/llm/providers/providers.ts';

const { keyNeedInWords, priceInWords } = await import('../../src/vscode/api/try-model.ts');
const { measuresText } = await import('../../src/vscode/bases/base-status.ts');
const { describe, shareOf } = await import('../../src/vscode/editor/progress.ts');
const { sessionNotices } = await import('../../src/vscode/panel/surface.ts');
const { sliderPoints } = await import('../../src/vscode/panel/status.ts');

test('states a known price per million tokens and invents no unknown one', () => {
  const price = (id: string, model: string, host: string) => priceInWords(providerOf(id).facts(model, host));
  assert.equal(price('anthropic', 'claude-haiku-5-5', 'api.anthropic.com'), '$0.1 in, $0.5 out per million tokens');
  assert.equal(price('anthropic', 'claude-of-next-year', 'api.anthropic.com'), 'price unknown');
  assert.equal(price('editor', 'gpt', ''), 'no price per token');
  assert.equal(price('ollama', 'qwen', '127.0.0.1:11434'), 'no price per token');
});

test('states for each provider whether it needs a key', () => {
  const needs = { required: 'needs a key', optional: 'key only if your server asks for one', none: 'no key' } as const;
  for (const provider of providers) assert.equal(keyNeedInWords(provider), needs[provider.key.need]);
});

test('the words for a measured base follow its line, and name the time of a new prompt that takes seconds', () => {
  const of = (lineMs: number, promptMs: number) => measuresText('coder', { lineMs, promptMs });
  const expected = 'coder needs 120 ms for a line and 900 ms for a new prompt: fast enough to answer while you type.';
  assert.equal(of(120, 900), expected);
  assert.match(
    of(380, 5700),
    /: fast enough to answer in a short pause; .* first\. At a new place in the code, .* answers for 5\.7 s\.$/,
  );
  assert.match(of(1400, 20_000), /: too slow to answer in a short pause, so the n-gram model answers first\.$/);
});

const update = { stage: 'Timing this machine', done: 0, total: undefined };

test('the progress of a run begins with its step and the time left', () => {
  const run = { ...update, step: { at: 2, of: 6 }, left: 540, overall: 0.1, detail: 'how fast it answers' };
  assert.equal(describe(run), 'step 2 of 6 · about 9 minutes left · Timing this machine · how fast it answers');
  const expected = 'step 2 of 6 · about 9 minutes left · Training · 7 / 40 · how fast it answers';
  assert.equal(describe({ ...run, stage: 'Training', done: 7, total: 40 }), expected);
  assert.deepEqual(shareOf({ ...run, done: 0, total: 40 }), { share: 0.1 }, 'of the whole run, not of its stage');
});

test('a run that is not planned yet has neither a time left nor a share', () => {
  const run = { ...update, stage: 'Reading files', done: 5, total: 20, step: { at: 1, of: 6 } };
  assert.equal(describe(run), 'step 1 of 6 · Reading files · 5 / 20');
  assert.deepEqual(shareOf(run), {});
});

test('the progress of a job without a plan is the share of its stage', () => {
  assert.equal(describe({ ...update, stage: 'Reading files', done: 5, total: 20 }), 'Reading files · 25%');
  assert.deepEqual(shareOf({ ...update, done: 5, total: 20 }), { share: 0.25 });
  assert.deepEqual(shareOf(update), {});
});

const quiet = {
  problem: undefined,
  adaptation: { unusedBecause: undefined },
  ngram: { isPaused: false },
};

test('a document that is too big to learn from is named as such', () => {
  const [notice, ...others] = sessionNotices(quiet, 'src/bundle.js', true);
  assert.match(notice?.text ?? '', /src\/bundle\.js is too big to learn from/);
  assert.deepEqual(others, []);
});

test('a paused index is told with the log beside it', () => {
  const [notice, ...others] = sessionNotices({ ...quiet, ngram: { isPaused: true } }, undefined);
  assert.equal(notice?.kind, 'warning');
  assert.match(notice?.text ?? '', /starts again by itself/);
  assert.equal(notice?.action?.command, 'showLog');
  assert.deepEqual(others, []);
});

const slider = [
  { balance: 0.05, apiShare: 0, right: 0.4 },
  { balance: 0.4, apiShare: 0.3, right: 0.5 },
  { balance: 1, apiShare: 1, right: 0.38 },
];

test('each position has its share of calls, its cost and its gain over the local model alone', () => {
  const local = { places: 100, exactMatch: 0.4 };
  const api = { compared: { specialist: local, api: local, together: local, calls: 0.5 } };
  const points = sliderPoints({ slider, api }, (share) => share / 10);
  const actual = points.map(({ share, usd, gain }) => [share, usd.toFixed(2), gain?.toFixed(2)]);
  assert.deepEqual(actual, [
    [0, '0.00', '0.00'],
    [0.3, '0.03', '0.25'],
    [1, '0.10', '-0.05'],
  ]);
});

test('values that were not measured are absent', () => {
  const actual = sliderPoints(undefined, () => 1);
  assert.deepEqual(actual, []);
  const found = sliderPoints({}, () => 1);
  assert.deepEqual(found, []);
  const unasked = [{ balance: 0.4, apiShare: 0.3, right: undefined }];
  const seen = sliderPoints({ slider: unasked }, () => 1);
  assert.deepEqual(seen, [{ balance: 0.4, share: 0.3, usd: 1 }]);
});
