// The tables of both models together. Each position is measured by a router that was not fitted on its file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Judged, judged } from '../../bench/adapt/judged.ts';
import type { Package, Sided } from '../../bench/adapt/positions.ts';
import { aboveRow, calibrationRow, latencyRow, savedRow } from '../../bench/adapt/tables.ts';
import type { Figures } from '../../bench/figures.ts';
import { synthetic } from '../routing/synthetic.ts';

const TRUTH = 'one two three;';

/** If the API is right, `answer` is the true text; if the specialist is right, the draft is. */
function packageOf(count: number): Package {
  const sided = (seed: number, api: boolean) =>
    synthetic(count, seed, { files: 30 }).map(({ example }): Sided => {
      const { apiRight, ...rest } = example;
      const draft = { ...example.draft, text: example.specialistRight ? TRUTH : 'four five six;' };
      return {
        ...rest,
        ...{ draft, file: example.path, truth: TRUTH, answer: api ? (apiRight ? TRUTH : 'no') : undefined },
        cuts: [{ draft, right: example.specialistRight }],
        ...(api && { apiRight: apiRight === true }),
      };
    });
  return { name: 'made-up', kind: 'public', recorded: sided(3, true), calibration: sided(4, false) };
}

const positions = judged(packageOf(300));

test('every recorded position is measured once, by one of two routers', () => {
  assert.equal(positions.length, 300);
  assert.equal(new Set(positions.map(({ price }) => price)).size, 2);
  const saved = savedRow(positions, 'lines') as Record<string, number> & { readonly 'calls-saved': Figures };
  const api = positions.filter((position) => position.api.right === 1).length / 300;
  assert.equal(saved['api-exact-match'], api);
  assert.ok((saved['calls-saved'].value as number) > 0.05);
  assert.ok((saved['curve-calls-saved'] as number) <= (saved['oracle-calls-saved'] as number));
});

const position = ({ api = { right: 1, saved: 9 }, ...over }: Partial<Judged>): Judged => ({
  ...{ package: 'p', file: 'p/a', pSpecialist: 0.9, pApi: 0.5, gain: -0.4, price: 0, draftRight: true },
  ...{ api, called: api, local: { right: 1, saved: 9 }, latencyMs: 10, characters: 10 },
  ...over,
});

test('after an empty answer the pair shows the draft, and the API alone is wrong', () => {
  const made = packageOf(60);
  const empty = made.recorded.map((sided) => ({ ...sided, answer: '', apiRight: false }));
  const calls = judged({ ...made, recorded: empty }).map((each) => ({ ...each, price: -2 }));
  const lines = savedRow(calls, 'lines');
  assert.equal((lines['calls-saved'] as Figures).value, 0);
  assert.equal(lines['api-exact-match'], 0);
  assert.equal(lines['coupled-exact-match'], calls.filter(({ draftRight }) => draftRight).length / 60);
  assert.ok((lines['coupled-exact-match'] as number) > 0);
});

test('a local line costs its draft, a call draft and answer; a wrong line with a right beginning saves characters', () => {
  const two = [position({}), position({ file: 'p/b', gain: 0.9, local: { right: 0, saved: 4 } })];
  const lines = latencyRow(two, 'lines');
  assert.deepEqual([lines['mean-ms'], lines['exact-match']], [(10 + 1110) / 2, 1]);
  const allLocal = two.map((each) => ({ ...each, price: 1 }));
  assert.equal(savedRow(allLocal, 'lines')['coupled-exact-match'], 0.5);
  assert.equal(savedRow(allLocal, 'characters')['coupled-characters-saved'], 13 / 20);
  const failing = [
    position({ api: { right: 0, saved: 0 } }),
    position({ file: 'p/b', api: { right: 0, saved: 0 }, draftRight: false }),
  ];
  assert.equal(aboveRow(failing, 'lines')['specialist-right-there'], 0.5);
});

test('calibrated estimates have no more error than perfect ones', () => {
  const { specialist, api } = calibrationRow(positions) as Record<string, Figures>;
  for (const row of [specialist, api]) assert.ok(((row as Figures).above as number) < 0.06, JSON.stringify(row));
});
