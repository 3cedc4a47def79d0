// The risk bound: how much is answered locally, and what the bound promises.
import { thresholdOfBoundedRisk } from '../common/statistics/bounded-risk.ts';
import type { RouterModel } from './router-model.ts';
import type { RiskBound, RiskRow } from './types.ts';

/**
 * The promise of each bound. 'mean' and 'sure' bound the share of positions answered locally and wrong, with the API
 * right.
 */
export const RISK_TERMS: Readonly<Record<RiskBound['holding'], string>> = {
  expected:
    'Limits the expected loss: the share of exactly right answers of both models together may be this much below that of the API alone. Estimated at the positions where the API was asked; no bound is proven.',
  mean:
    'Holds on average over positions like those where the API was asked (conformal risk control). Does not hold for every single file or ' +
    'language, nor for code of another kind.',
  sure:
    'Holds with a probability of 95% for positions like those where the API was asked (Learn then Test). Does not hold for every single file or ' +
    'language, nor for code of another kind.',
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
function expectedLimit(risk: readonly RiskRow[], maxLoss: number): number | undefined {
  let limit: number | undefined;
  let [estimatedLoss, observedLoss] = [0, 0];
  for (const { by, lost, won } of [...risk].sort((a, b) => a.by - b.by)) {
    estimatedLoss += by;
    observedLoss += Number(lost) - Number(won);
    if (Math.max(estimatedLoss, observedLoss) > maxLoss * risk.length) break;
    limit = by;
  }
  return limit;
}
