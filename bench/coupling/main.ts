// The coupling on the recorded cursors: who should answer, against the rules that others use.
// Every estimate comes from a fit on other files (cross-fitted by file over all recorded places).
import { join } from 'node:path';
import { exactMatch } from '../../src/common/quality.ts';
import { brierScore, expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import { splitByFile } from '../../src/common/statistics/folds.ts';
import { decideWhole } from '../../src/routing/decide.ts';
import { positionFactsOf, type RouterExample } from '../../src/routing/features.ts';
import { fitRouter, score } from '../../src/routing/fit.ts';
import type { RouterModel } from '../../src/routing/router-model.ts';
import { askedAt, readRecordings } from '../common/recordings.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Benchmark, BenchOptions, Figures } from '../figures.ts';
import { measure } from '../ngram/main.ts';
import { printFigures } from '../print.ts';
import { deferralCurve, type ScoredExample } from './curve.ts';

/** Shares of API calls at which the curves are printed. */
const shares = [0, 0.25, 0.5, 0.7, 0.8, 0.9, 1];
const balances = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

interface Judged extends ScoredExample {
  readonly fit: RouterModel;
}

export const coupling: Benchmark = {
  name: 'coupling',
  what: 'who answers at the recorded cursors: deferral curves, calibration',
  takes: ['recordings'],
  run,
};

async function run({ recordings }: BenchOptions): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const examples = readRecordings(recordings).flatMap((recording) =>
    measure(recording, tokenizer).answered.map(({ position, draft, right }): RouterExample => {
      return {
        path: join(recording.package, position.path),
        draft,
        position: positionFactsOf(askedAt(position).query),
        specialistRight: right,
        apiRight: exactMatch(position.completion, position.truth),
      };
    }),
  );
  const judged = splitByFile(examples).flatMap(({ heldOut, rest }) => {
    const fit = fitRouter(rest);
    return heldOut.map((example): Judged => ({ example, fit, ...score(fit, example.draft, example.position) }));
  });
  const figures: Figures = {
    places: judged.length,
    calibration: {
      specialist: calibration(judged, (item) => [item.pSpecialist, item.example.specialistRight]),
      api: calibration(judged, (item) => [item.pApi, item.example.apiRight === true]),
    },
    'exact-match-at-share-of-calls': curves(judged),
    'by-balance': Object.fromEntries(balances.map((balance) => [String(balance), atBalance(judged, balance)])),
  };
  printFigures('recorded places, cross-fitted by file', figures);
  return figures;
}

function calibration(judged: readonly Judged[], of: (item: Judged) => [number, boolean]): Figures {
  const probabilities = judged.map((item) => of(item)[0]);
  const labels = judged.map((item) => Number(of(item)[1]));
  return { ece: expectedCalibrationError(probabilities, labels), brier: brierScore(probabilities, labels) };
}

function curves(judged: readonly Judged[]): Figures {
  return Object.fromEntries(
    deferralCurve(judged).map(({ rule, points, area }) => {
      const nearest = (share: number) =>
        points.reduce((best, point) =>
          Math.abs(point.apiShare - share) < Math.abs(best.apiShare - share) ? point : best,
        );
      // The straight line between its two ends is what a coin would reach.
      const at = (share: number) => {
        const [none, all] = points;
        if (rule !== 'random' || none === undefined || all === undefined) return nearest(share).exactMatch;
        return none.exactMatch + share * (all.exactMatch - none.exactMatch);
      };
      const row =
        points.length === 1 ? {} : Object.fromEntries(shares.map((share) => [`at-${share * 100}`, at(share)]));
      return [rule, { ...row, area }];
    }),
  );
}

function atBalance(judged: readonly Judged[], balance: number): Figures {
  const routed = judged.map(({ example, fit }) => {
    const toApi = decideWhole(fit, example.draft, example.position, balance).kind === 'call';
    return { toApi, right: toApi ? example.apiRight === true : example.specialistRight };
  });
  const share = (of: (item: (typeof routed)[number]) => boolean) => routed.filter(of).length / routed.length;
  return { 'share-of-calls': share((item) => item.toApi), 'exact-match': share((item) => item.right) };
}
