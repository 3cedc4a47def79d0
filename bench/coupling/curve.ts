// The deferral curve: quality against the share of positions sent to the API, for each rule that could choose them.
import { lowestProbability, meanOfFirstThree, type RouterExample } from '../../src/routing/features.ts';

export type DeferralRule =
  | 'learned' // gain of the two calibrated estimates
  | 'specialist-confidence' // lowest token probability
  | 'first-three-mean' // MCCom (arXiv 2603.05974)
  | 'random'
  | 'always-specialist'
  | 'always-api'
  | 'oracle'; // knows both labels

export interface RoutedShare {
  readonly apiShare: number;
  readonly exactMatch: number;
}

export interface DeferralCurve {
  readonly rule: DeferralRule;
  /** By rising share. One point for the two 'always' rules, else one per count of calls from none to all. */
  readonly points: readonly RoutedShare[];
  /** Area under exact match over share 0..1 (for one point: its exact match). */
  readonly area: number;
}

/** An example with both answers known, and the two estimates for it. */
export interface ScoredExample {
  readonly example: RouterExample;
  readonly pSpecialist: number;
  readonly pApi: number;
}

/**
 * @param scored only those with a known `apiRight` count; scores should come from a fit that did not see their files
 * @returns [] if there are none
 */
export function deferralCurve(scored: readonly ScoredExample[]): DeferralCurve[] {
  const known = scored.filter((s) => s.example.apiRight !== undefined);
  if (known.length === 0) return [];
  const items = known.map(({ example, pSpecialist, pApi }) => ({
    specialist: example.specialistRight ? 1 : 0,
    api: example.apiRight === true ? 1 : 0,
    // Positions with larger values are sent to the API first.
    learned: pApi - pSpecialist,
    'specialist-confidence': -lowestProbability(example.draft),
    'first-three-mean': -meanOfFirstThree(example.draft),
    oracle: (example.apiRight === true ? 1 : 0) - (example.specialistRight ? 1 : 0),
  }));
  const mean = (of: (item: (typeof items)[number]) => number) => items.reduce((s, i) => s + of(i), 0) / items.length;
  const none = { apiShare: 0, exactMatch: mean((i) => i.specialist) };
  const all = { apiShare: 1, exactMatch: mean((i) => i.api) };

  const ranked = (rule: 'learned' | 'specialist-confidence' | 'first-three-mean' | 'oracle'): RoutedShare[] => {
    const points = [none];
    let exactMatch = none.exactMatch;
    const order = [...items].sort((a, b) => b[rule] - a[rule]);
    order.forEach((item, i) => {
      exactMatch += (item.api - item.specialist) / items.length;
      points.push({ apiShare: (i + 1) / items.length, exactMatch });
    });
    return points;
  };
  const curve = (rule: DeferralRule, points: readonly RoutedShare[]): DeferralCurve => ({
    rule,
    points,
    area: area(points),
  });
  return [
    curve('learned', ranked('learned')),
    curve('specialist-confidence', ranked('specialist-confidence')),
    curve('first-three-mean', ranked('first-three-mean')),
    curve('random', [none, all]), // its expectation: the straight line
    curve('always-specialist', [none]),
    curve('always-api', [all]),
    curve('oracle', ranked('oracle')),
  ];
}

function area(points: readonly RoutedShare[]): number {
  if (points.length === 1) return (points[0] as RoutedShare).exactMatch;
  let sum = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as RoutedShare, points[i] as RoutedShare];
    sum += ((b.apiShare - a.apiShare) * (a.exactMatch + b.exactMatch)) / 2;
  }
  return sum;
}
