// The report's curves, at test places that nothing was fitted on: quality by the share that is sent to the API, and whether estimates mean what they say.
import { deferralCurve } from '../../routing/curve.ts';
import type { JudgedPosition } from './judged.ts';
import type { LabeledPosition } from './scored.ts';
import type { Curves, DeferralPoint, Reliability } from './types.ts';

/** As many points say all that a chart can show. */
const mostPoints = 40;
const tenths = 10;

/** @param answers the API's, by example */
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
  const step = Math.max(1, Math.ceil((points.length - 1) / mostPoints));
  const pair = points
    .filter((_, i) => i % step === 0 || i === points.length - 1)
    .map(({ apiShare, exactMatch: right }) => ({ apiShare, right }));
  return {
    deferral: operating && pair.length > 1 ? { pair, operating } : undefined,
    // An empty draft is no estimate: nothing is said of it.
    specialist: reliability(
      judged
        .filter(({ draft }) => draft.text !== '')
        .map(({ decision, right }) => ({ said: decision.pSpecialist, right })),
    ),
    api: reliability(both.map(({ position, label }) => ({ said: position.decision.pApi, right: label.right }))),
  };
}

/** Tenths without an estimate are left out. */
export function reliability(estimates: readonly { readonly said: number; readonly right: boolean }[]): Reliability[] {
  const bins = Map.groupBy(estimates, ({ said }) => Math.min(tenths - 1, Math.floor(said * tenths)));
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([, bin]) => ({
      said: bin.reduce((sum, { said }) => sum + said, 0) / bin.length,
      right: bin.filter(({ right }) => right).length / bin.length,
      places: bin.length,
    }));
}
