// 95 % intervals: of a statistic by the bootstrap over whole clusters (files), and of a share of few texts.

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

/** Standard errors of a 95% interval. */
const Z = 1.96;

/**
 * The 95% score interval of a share of `count` texts (Wilson 1927): where all are right, it still has a width. Scores
 * between 0 and 1 vary less than right and wrong, so it holds for their mean, too.
 */
export function shareInterval(share: number, count: number): Interval {
  const weight = Z ** 2 / count;
  const middle = (share + weight / 2) / (1 + weight);
  const half = (Z / (1 + weight)) * Math.sqrt((share * (1 - share) + weight / 4) / count);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
