// p(API right) at a position from the outcomes at similar positions: the nearest by the words around the cursor, and
// the folder's mean if none is near.
//
// With some hundred answers, a regression on the features of draft and position predicts the API worse than the mean
// alone. The API fails at names and values that only the folder has; words show that a little, features do not.
import { sigmoid } from '../common/statistics/logistic.ts';
import { apiPrior, type PositionFacts, type RouterExample } from './features.ts';

/** A position with a known outcome. */
export interface Neighbour {
  /** Hashed words around the cursor, and their weights. */
  readonly words: readonly (readonly [hash: number, count: number])[];
  readonly right: boolean;
}

export interface Neighbourhood {
  readonly places: readonly Neighbour[];
}

/** Number of nearest positions, and the weight of one with the same text, in answers. */
const MAX_NEAREST = 20;
const SAME_TEXT_WEIGHT = 5;
/** Fewer answers give only the folder's mean. */
const MIN_ANSWERS = 10;
/** Weight of the folder's mean, in answers. */
const MEAN_WEIGHT = 2;

/** A word's weight by its position: right before the cursor, in its line, above, below. `prefix` is hashed with it. */
const ZONES: readonly {
  readonly prefix: string;
  readonly count: number;
  readonly of: (position: PositionFacts) => string[];
}[] = [
  { prefix: '<', count: 3, of: ({ lineBefore }) => wordsOf(lineBefore).slice(-2) },
  { prefix: '', count: 2, of: ({ lineBefore }) => wordsOf(lineBefore) },
  { prefix: '', count: 1, of: ({ above = '' }) => wordsOf(above) },
  { prefix: '>', count: 0.7, of: ({ lineAfter, below = '' }) => wordsOf(`${lineAfter}\n${below}`) },
];

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}_$][\p{L}\p{N}_$]*|[^\s\p{L}\p{N}_$]/gu) ?? [];
}

/** FNV-1a, so that no text is stored. */
function hash(word: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) value = Math.imul(value ^ word.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

function weightedWords(position: PositionFacts): Map<number, number> {
  const bag = new Map<number, number>();
  for (const { prefix, count, of } of ZONES) {
    for (const word of of(position)) {
      const key = hash(prefix + word);
      bag.set(key, Math.max(bag.get(key) ?? 0, count));
    }
  }
  return bag;
}

export function neighbourOf({ position, apiRight }: Pick<RouterExample, 'position' | 'apiRight'>): Neighbour {
  return { words: [...weightedWords(position)], right: apiRight === true };
}

/** Estimates for many positions; the words' rarities and the neighbours' norms are computed once. */
export class Nearby {
  private readonly rarity: (word: number) => number;
  private readonly vectors: readonly { readonly weights: ReadonlyMap<number, number>; readonly right: boolean }[];
  private readonly right: number;

  constructor({ places: positions }: Neighbourhood) {
    const positionCounts = new Map<number, number>();
    for (const { words } of positions)
      for (const [word] of words) positionCounts.set(word, (positionCounts.get(word) ?? 0) + 1);
    this.rarity = (word) => Math.log((1 + positions.length) / (1 + (positionCounts.get(word) ?? 0)));
    this.vectors = positions.map(({ words, right }) => ({ weights: this.vector(words), right }));
    this.right = positions.filter(({ right }) => right).length;
  }

  /** @param excluded indices of neighbours that do not count: those of the position's file in cross-validation */
  probabilityAt(position: PositionFacts, excluded: ReadonlySet<number> = new Set()): number {
    const ownVector = [...this.vector([...weightedWords(position)])];
    const weighted: { readonly weight: number; readonly right: boolean }[] = [];
    let [right, count] = [this.right, this.vectors.length];
    this.vectors.forEach(({ weights, right: label }, i) => {
      if (excluded.has(i)) {
        right -= Number(label);
        count -= 1;
        return;
      }
      const similarity = ownVector.reduce((sum, [word, weight]) => sum + weight * (weights.get(word) ?? 0), 0);
      weighted.push({ weight: SAME_TEXT_WEIGHT * similarity ** 2, right: label });
    });
    const folderMean = (right + MEAN_WEIGHT * sigmoid(apiPrior(position))) / (count + MEAN_WEIGHT);
    if (count < MIN_ANSWERS) return folderMean;
    weighted.sort((a, b) => b.weight - a.weight);
    let [sum, totalWeight] = [MEAN_WEIGHT * folderMean, MEAN_WEIGHT];
    for (const { weight, right: label } of weighted.slice(0, MAX_NEAREST)) {
      sum += weight * Number(label);
      totalWeight += weight;
    }
    return sum / totalWeight;
  }

  /** Normalised to length one. */
  private vector(words: Neighbour['words']): Map<number, number> {
    const weighed = words.map(([word, count]) => [word, count * this.rarity(word)] as const);
    const length = Math.hypot(...weighed.map(([, weight]) => weight)) || 1;
    return new Map(weighed.map(([word, weight]) => [word, weight / length]));
  }
}
