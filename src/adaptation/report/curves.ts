// The report's curves, at test places that nothing was fitted on: quality by the share that is sent to the API, and whether estimates mean what they say.
import { deferralCurve } from '../../routing/curve.ts';
import type { JudgedPlace } from './judged.ts';
import type { LabelledPlace } from './scored.ts';
import type { Curves, DeferralPoint, Reliability } from './types.ts';

/** As many points say all that a chart can show. */
const mostPoints = 40;
const tenths = 10;

/** @param answers the API's, by example */
export function curvesOf(
  judged: readonly JudgedPlace[],
  answers: ReadonlyMap<unknown, LabelledPlace>,
  operating: DeferralPoint | undefined,
): Curves {
  const both = judged.flatMap((place) => {
    const label = answers.get(place.example);
    return label === undefined ? [] : [{ place, label }];
  });
  const scored = both.map(({ place, label }) => ({
    example: {
      ...{ path: place.example.path, draft: place.draft, place: place.place },
      ...{ specialistRight: place.right, apiRight: label.right },
    },
    pSpecialist: place.decision.pSpecialist,
    pApi: place.decision.pApi,
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
    api: reliability(both.map(({ place, label }) => ({ said: place.decision.pApi, right: label.right }))),
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
