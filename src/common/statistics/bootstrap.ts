// How sure a difference is: intervals from drawing whole clusters (files) again and again.

import { quantile } from '../quality.ts';
import { uniforms } from './random.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

const times = 2000;

/**
 * The 95 % interval of a statistic (percentile bootstrap; Efron & Tibshirani, An Introduction to the Bootstrap, ch. 13). Places of one
 * file resemble each other: what is drawn with replacement are files, so that the interval is not too narrow.
 *
 * @param strata clusters of each group; of each as many are drawn as there are
 * @param statistic of the drawn clusters, by group
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
