// How much stays local at a bounded risk, and what that promises.
import { boundedRisk } from '../common/statistics/bounded-risk.ts';
import type { RouterModel } from './router-model.ts';
import type { Kept, RiskBound } from './types.ts';

/** What each bound promises; of 'mean' and 'sure', for the share of places that stay local, are wrong, and would have been right at the API. */
export const RISK_TERMS: Readonly<Record<RiskBound['holding'], string>> = {
  expected:
    'By how much the exact match of both together may be below that of the API alone, as the places where the API was asked let one expect: no bound is proven.',
  mean:
    'Held on average over places drawn like those that the API was asked about, and over which of them that were (conformal risk control). No ' +
    'promise for one file, one language, or what is written otherwise than these were.',
  sure:
    'Held with a probability of 95% over which places the API was asked about, for places drawn like those (Learn then Test). No promise for ' +
    'one file, one language, or what is written otherwise than these were.',
};

/** What a call has to gain where the risk is bounded; -1, everything goes to the API, where too few places have both sides known. */
export function limitOf({ parameters: { risk = [] } }: RouterModel, { alpha, holding }: RiskBound): number {
  const limit = holding === 'expected' ? expectedLimit(risk, alpha) : boundedRisk(risk, alpha, holding)?.keepBelow;
  return limit ?? NOTHING_STAYS;
}

/** Every gain reaches it. */
export const NOTHING_STAYS = -1;

/**
 * Places stay by rising gain until what their calls would have gained comes to `loss` of all places: by the estimates, which saw nothing of their
 * files, or by what came out there, whichever says more.
 */
function expectedLimit(risk: readonly Kept[], loss: number): number | undefined {
  let limit: number | undefined;
  let [foreseen, seen] = [0, 0];
  for (const { by, lost, won } of [...risk].sort((a, b) => a.by - b.by)) {
    foreseen += by;
    seen += Number(lost) - Number(won);
    if (Math.max(foreseen, seen) > loss * risk.length) break;
    limit = by;
  }
  return limit;
}
