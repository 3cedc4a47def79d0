// The report's curves at the test positions: quality by the share that is sent to the API, and the calibration of the
// estimates.
import { deferralCurve } from '../../routing/curve.ts';
import type { JudgedPosition } from './judged.ts';
import type { LabeledPosition } from './scored.ts';
import type { Curves, DeferralPoint, Reliability } from './types.ts';

/** Maximum points of a curve: a chart shows no more. */
const MAX_POINTS = 40;
const TENTHS = 10;

/** @param answers the API's answers by example */
export function curvesOf(
  judged: readonly JudgedPosition[],
  answers: ReadonlyMap<unknown, LabeledPosition>,
  operating: DeferralPoint | undefined,
): Curves {
  const both = judged.flatMap((position) => {
    const label = answers.get(position.example);
    return label === undefined ? [] : [{ position, label }];
  });
  const scored = both.map(({ position, label }) => ({
    example: {
      ...{ path: position.example.path, draft: position.draft, position: position.position },
      ...{ specialistRight: position.right, apiRight: label.right },
    },
    pSpecialist: position.decision.pSpecialist,
    pApi: position.decision.pApi,
  }));
  const points = deferralCurve(scored).find(({ rule }) => rule === 'learned')?.points ?? [];
  const step = Math.max(1, Math.ceil((points.length - 1) / MAX_POINTS));
  const pair = points
    .filter((_, i) => i % step === 0 || i === points.length - 1)
    .map(({ apiShare, exactMatch: right }) => ({ apiShare, right }));
  return {
    deferral: operating && pair.length > 1 ? { pair, operating } : undefined,
    // No estimate is made for an empty draft.
    specialist: reliability(
      judged
        .filter(({ draft }) => draft.text !== '')
        .map(({ decision, right }) => ({ said: decision.pSpecialist, right })),
    ),
    api: reliability(both.map(({ position, label }) => ({ said: position.decision.pApi, right: label.right }))),
  };
}

/** Groups estimates by tenths. Tenths without an estimate are left out. */
export function reliability(estimates: readonly { readonly said: number; readonly right: boolean }[]): Reliability[] {
  const bins = Map.groupBy(estimates, ({ said }) => Math.min(TENTHS - 1, Math.floor(said * TENTHS)));
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([, bin]) => ({
      said: bin.reduce((sum, { said }) => sum + said, 0) / bin.length,
      right: bin.filter(({ right }) => right).length / bin.length,
      places: bin.length,
    }));
}
