// The interval of a share that was measured on few texts.
import type { Interval } from './bootstrap.ts';

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
