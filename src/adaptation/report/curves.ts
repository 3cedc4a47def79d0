// The report's curves at the test positions: quality by the share that is sent to the API, and the calibration of the
// estimates.
import { cutsOf } from '../../prompts/completion/cuts.ts';
import { isBeginning } from '../../prompts/completion/judge.ts';
import { deferralCurve } from '../../routing/curve.ts';
import { cutProbability } from '../../routing/fit.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import { endOf } from '../../routing/show.ts';
import type { JudgedPosition } from './judged.ts';
import type { LabeledPosition } from './scored.ts';
import type { Curves, CutLength, CutReliability, DeferralPoint, Reliability } from './types.ts';

/** Maximum points of a curve: a chart shows no more. */
const MAX_POINTS = 40;
const TENTHS = 10;
/** From so many characters on, a part of a line is long. */
const LONG = 10;

/** @param answers the API's answers by example */
export function curvesOf(
  router: RouterModel,
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
      ...{ path: position.example.path, draft: position.draft, position: position.facts },
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
    cuts: cutReliability(router, judged),
  };
}

function cutReliability(router: RouterModel, judged: readonly JudgedPosition[]): CutReliability[] {
  const estimates = judged.flatMap(({ draft, draftPosition, example, facts }) => {
    const cuts = cutsOf(draft, draftPosition);
    const whole = cuts.at(-1)?.text ?? '';
    return cuts.map((cut) => {
      const isWholeLine = endOf(whole, cut.text.length) === 'line';
      const length: CutLength = isWholeLine ? 'whole-line' : cut.text.trim().length < LONG ? 'short' : 'long';
      const right = isBeginning(cut.text, example.truth + example.suffix);
      return { length, said: cutProbability(router, cut, facts), right };
    });
  });
  return [...Map.groupBy(estimates, ({ length }) => length)].flatMap(([length, of]) =>
    reliability(of).map((bin) => ({ length, ...bin })),
  );
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
