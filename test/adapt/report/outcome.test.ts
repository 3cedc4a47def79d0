// The outcome of an adaptation: its code, and the sentence with what to do next.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AdaptReport, NeuralFailure, NeuralReport } from '../../../src/adapt/report/adapt-report.ts';
import { outcomeInWords, outcomeOf, pairInWords } from '../../../src/adapt/report/outcome.ts';
import { reportOf } from './report.ts';

const report = reportOf(false);
const neural = report.neural as NeuralReport;
const { base } = neural.quality;
const better = { ...base, exactMatch: 0.36 };
const of240 = (right: number) => ({ ...base, places: 240, exactMatch: right / 240 });
const training = { ...neural.training, stopped: 'finished' } as NonNullable<NeuralReport['training']>;
const notKept = { ...neural, used: 'base', why: 'training did not lower the loss on the held-out files.' } as const;
const trainingFailure: NeuralFailure = { during: 'training', code: 'out-of-memory', message: 'Use a smaller base.' };
const measuringFailure: NeuralFailure = { during: 'measuring', code: 'crashed', message: 'It keeps ending.' };
const again = 'Adapt again after larger changes to the folder.';
const baseAnswers = 'The base model answers, with 240 files of this folder in the index.';

const fitted = 'Fitted to this folder without training: the index of 240 files, the thresholds and the router.';

const cases: readonly (readonly [Partial<AdaptReport>, code: string, words: string])[] = [
  [
    {},
    'kept',
    `Kept: 6.0 more of 100 lines right at 160 positions of files it has not seen (36.0% instead of 30.0%). ${again}`,
  ],
  // The difference is that of the figures beside it, also where those were rounded down: 69 of 240 is 28.75%.
  [
    { neural: { ...neural, quality: { ...neural.quality, base: of240(92), adapted: of240(93) } } },
    'kept',
    `Kept: 0.5 more of 100 lines right at 240 positions of files it has not seen (38.8% instead of 38.3%). ${again}`,
  ],
  [
    { neural: { ...neural, quality: { ...neural.quality, base: of240(69), adapted: of240(70) } } },
    'kept',
    `Kept: 0.5 more of 100 lines right at 240 positions of files it has not seen (29.2% instead of 28.7%). ${again}`,
  ],
  [
    { neural: { ...neural, change: { low: -0.02, high: 0.14 } } },
    'kept',
    `Kept: 6.0 more of 100 lines right at 160 positions of files it has not seen (36.0% instead of 30.0%), which may be chance. ${again}`,
  ],
  [
    {
      neural: {
        ...neural,
        quality: { ...neural.quality, adapted: { ...base, loss: 2 }, base: { ...base, loss: 2.1 } },
      },
    },
    'kept',
    `Kept: it was better at the 160 positions that decided; at 160 positions of files it has not seen no difference was seen (30.0% instead of 30.0%), and it gave the author’s text 10.5% more probability. ${again}`,
  ],
  [
    { neural: { ...neural, why: 'it is better.', quality: { ...neural.quality, adapted: { ...better, places: 0 } } } },
    'kept',
    `Kept: it is better. ${again}`,
  ],
  [
    { neural: { ...neural, used: 'earlier', quality: { ...neural.quality, earlier: better } } },
    'earlier-stays',
    `The earlier adapted model stays: 6.0 more of 100 lines right at 160 positions of files it has not seen (36.0% instead of 30.0%). ${again}`,
  ],
  [
    {
      neural: { ...neural, used: 'earlier', quality: { ...neural.quality, earlier: better } },
      neuralFailure: trainingFailure,
    },
    'earlier-stays',
    'The earlier adapted model stays: 6.0 more of 100 lines right at 160 positions of files it has not seen (36.0% instead of 30.0%). The neural model was not adapted: Use a smaller base.',
  ],
  [
    { neural: { ...notKept, training } },
    'not-kept',
    `Not kept: training did not lower the loss on the held-out files. ${baseAnswers} Another run may succeed with more files.`,
  ],
  [
    { neural: { ...notKept, training: { ...training, stopped: 'out-of-time' } } },
    'not-kept',
    `Not kept: training did not lower the loss on the held-out files. ${baseAnswers} Another run may succeed with more minutes (easyAdaptation.adaptMinutes) or files.`,
  ],
  [
    { neural: { ...notKept, training }, neuralFailure: trainingFailure },
    'not-kept',
    `Not kept: Use a smaller base. ${baseAnswers}`,
  ],
  [
    { neural: { ...notKept, training: undefined } },
    'fitted',
    `${fitted} The local model completes 30.0% of the lines at 160 positions of files it has not seen, the n-grams alone 30.0%. Training is what a GPU or a long night adds.`,
  ],
  [
    {
      neural: { ...notKept, training: undefined, quality: { ...neural.quality, base: { ...base, places: 0 } } },
      neuralFailure: trainingFailure,
    },
    'fitted',
    `${fitted} The neural model was not adapted: Use a smaller base.`,
  ],
  [
    { neural: undefined },
    'indexed',
    'The files are indexed, and no neural model was adapted. To train one, choose a base model (easyAdaptation.baseModel).',
  ],
  [
    { neural: undefined, neuralFailure: measuringFailure },
    'indexed',
    'The files are indexed, and no neural model was adapted. The neural model was not measured, so the n-grams answer alone. It keeps ending.',
  ],
];

for (const [change, code, words] of cases)
  test(`${code}: ${words}`, () => {
    const outcome = outcomeOf({ ...report, ...change });
    assert.equal(outcome.code, code);
    assert.equal(outcomeInWords(outcome), words);
  });

test('the words of a note change nothing', () => {
  const noted = { ...report, neural: undefined, notes: ['The neural model was not adapted: says a note.'] };
  assert.deepEqual(outcomeOf(noted), { code: 'indexed', failure: undefined });
});

const quality = (exactMatch: number) => ({ places: 90, exactMatch });
const compared = {
  ...{ specialist: quality(0.3), api: quality(0.9), together: quality(0.82), calls: 0.7 },
  alone: { bare: quality(0.8), informed: quality(0.9), gain: { low: 0.03, high: 0.17 } },
};
const api = { model: 'claude', asked: 200, failed: 0, latencyP50Ms: 800, latencyP95Ms: 1500, compared };

test('the sentence about the pair has the gain with its interval, and says where it may be chance', () => {
  assert.equal(
    pairInWords({ api }),
    'Here the large model alone completes 80% of the lines; knowing your folder, 90% (95% interval of the difference: 3 to 17 points); together with the local model, 82% at 30% fewer calls.',
  );
  const unsure = { ...compared, alone: { ...compared.alone, gain: { low: -0.02, high: 0.17 } } };
  assert.match(pairInWords({ api: { ...api, compared: unsure } }) ?? '', /-2 to 17 points, so it may be chance\)/);
  const { alone: _, ...unasked } = compared;
  assert.equal(pairInWords({ api: { ...api, compared: unasked } }), undefined);
  assert.equal(pairInWords({ api: undefined }), undefined);
});

test('there is no sentence about the pair from fewer than 20 positions', () => {
  const few = (places: number) => ({ ...quality(1), places });
  const of = (together: number, bare: number) =>
    pairInWords({
      api: {
        ...api,
        compared: { ...compared, together: few(together), alone: { bare: few(bare), informed: few(bare) } },
      },
    });
  assert.deepEqual([of(6, 6), of(20, 19)], [undefined, undefined]);
  assert.match(of(20, 20) ?? '', /^Here the large model alone/);
});
