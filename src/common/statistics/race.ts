// Successive elimination, a race. Arms are tried on the same items until one is better than the others. It also ends
// if nothing is to be gained over the first arm, which is the cheapest.

export interface RaceRules {
  /** Items on which all arms are tried at most. */
  readonly most: number;
  /** An arm that is not better than the first by this mean score does not win. */
  readonly minGain: number;
  /** If the first arm's mean score is within this of 1, nothing is to be gained. */
  readonly littleLost: number;
}

/** Mean scores of the winner and the first arm, on items on which both were tried; the gain has a 90 % interval. */
export interface RaceGain {
  readonly items: number;
  readonly first: number;
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

export interface RaceState<A extends string> {
  readonly winner: A;
  /** The arms that are still tried. Empty: the race is over. */
  readonly open: readonly A[];
  readonly gain: RaceGain;
}

/** One-sided 95 %. */
const Z = 1.645;

/** Mean difference with its bounds. A pair that differs is added to their width: few pairs tell little. */
function differenceOf(differences: readonly number[]): Omit<RaceGain, 'first'> {
  const count = Math.max(1, differences.length);
  const gain = differences.reduce((sum, each) => sum + each, 0) / count;
  const width = (Z * Math.sqrt(differences.reduce((sum, each) => sum + each * each, 1))) / count;
  return { items: differences.length, gain, low: gain - width, high: gain + width };
}

/** @param scores of each item, 0..1, by arm; an arm that was not tried on an item is absent */
export function race<A extends string>(
  arms: readonly [A, ...A[]],
  scores: readonly Readonly<Partial<Record<A, number>>>[],
  { most, minGain, littleLost }: RaceRules,
): RaceState<A> {
  const [first] = arms;
  const over = (arm: A, other: A) =>
    differenceOf(scores.flatMap(({ [arm]: a, [other]: b }) => (a === undefined || b === undefined ? [] : [a - b])));
  const gains = new Map(arms.map((arm) => [arm, over(arm, first)] as const));
  const gainOf = (arm: A) => gains.get(arm)?.gain ?? 0;
  const leader = arms.reduce((best, arm) => (gainOf(arm) > gainOf(best) ? arm : best));
  const firsts = scores.flatMap(({ [first]: score }) => (score === undefined ? [] : [score]));
  const reached = firsts.reduce((sum, each) => sum + each, 0);
  const isFirstEnough =
    (firsts.length - reached + 1) / (firsts.length + 2) <= littleLost ||
    arms.every((arm) => arm === first || (gains.get(arm)?.high ?? 0) < minGain);
  const open = arms.filter((arm) => arm === leader || over(arm, leader).high > 0);
  const isOver = isFirstEnough || open.length === 1 || scores.length >= most;
  const winner = isFirstEnough || gainOf(leader) < minGain ? first : leader;
  return {
    winner,
    open: isOver ? [] : open,
    gain: { ...over(winner, first), first: reached / Math.max(1, firsts.length) },
  };
}
