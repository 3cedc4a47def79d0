// Bootstrap confidence intervals that resample whole clusters (files).

import { quantile } from '../quality.ts';
import { uniforms } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const times = 2000;

/**
 * The 95 % interval of a statistic by the percentile bootstrap.
 * Source: Efron & Tibshirani, An Introduction to the Bootstrap, ch. 13.
 * Positions in one file are correlated. Therefore whole files are drawn with replacement, or the interval would be too
 * narrow.
 *
 * @param strata the clusters of each group; each draw takes as many clusters as the group has
 * @param statistic computed from the drawn clusters, by group
 */
export function interval<T>(
  strata: readonly (readonly T[])[],
  statistic: (drawn: readonly (readonly T[])[]) => number,
  seed = 1,
): Interval {
  const uniform = uniforms(seed);
  const draw = (clusters: readonly T[]) => clusters.map(() => clusters[Math.floor(uniform() * clusters.length)] as T);
  const values = Array.from({ length: times }, () => statistic(strata.map(draw)));
  return { low: quantile(values, 0.025), high: quantile(values, 0.975) };
}
