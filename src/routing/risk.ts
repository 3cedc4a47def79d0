// The risk bound: how much is answered locally, and what the bound promises.
import { thresholdOfBoundedRisk } from '../common/statistics/bounded-risk.ts';
import type { RouterModel } from './router-model.ts';
import type { Kept, RiskBound } from './types.ts';

/**
 * The promise of each bound. 'mean' and 'sure' bound the share of positions answered locally and wrong, with the API
 * right.
 */
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

/** The least gain of a call under the risk bound; -1 (always call) if too few positions have both answers known. */
export function limitOf({ parameters: { risk = [] } }: RouterModel, { alpha, holding }: RiskBound): number {
  const limit =
    holding === 'expected' ? expectedLimit(risk, alpha) : thresholdOfBoundedRisk(risk, alpha, holding)?.keepBelow;
  return limit ?? NOTHING_STAYS;
}

/** A limit that every gain exceeds, so that nothing is answered locally. */
export const NOTHING_STAYS = -1;

/**
 * Positions are answered locally in the order of rising gain, until the lost gain is `loss` of all positions. The lost
 * gain is the larger of the out-of-fold estimate and the observed one.
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
