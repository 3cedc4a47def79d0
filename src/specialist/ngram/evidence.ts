// Occurrences after a context: for each candidate token, how often it followed a match of each length, and where. One
// instance is reused for every context; nothing here allocates per context.
import type { Tier } from '../../common/completion.ts';

/** The distinguished match lengths, in tokens. A match counts with the largest one that does not exceed its length. */
export const levels = [1, 2, 3, 4, 5, 6, 8, 12, 16, 24] as const;
/** Longer matches count as this long. */
export const longestMatch = 24;

/**
 * Where an occurrence is. 'agrees': the line after the occurrence equals the line after the cursor, and that line is
 * not trivial.
 */
export const places = ['near', 'before', 'after', 'open', 'folder', 'project', 'agrees', 'agrees-weakly'] as const;
export const place = { near: 0, before: 1, after: 2, open: 3, folder: 4, project: 5, agrees: 6, agreesWeakly: 7 };
export const tierOfPlace: readonly Tier[] = ['open-file', 'open-file', 'open-file', 'open-file', 'folder', 'project'];

export const cells = levels.length * places.length;

/** Match length -> index into `levels`. */
export const levelOfMatch: Uint8Array = Uint8Array.from({ length: longestMatch + 1 }, (_, match) =>
  Math.max(0, levels.filter((level) => level <= match).length - 1),
);

export class Evidence {
  /** Candidates in the order seen. */
  candidates = new Int32Array(512);
  size = 0;
  /** counts[slot * levels + level]: weighted occurrences at exactly that level. */
  counts = new Float32Array(512 * levels.length);
  /** totals[level * places + place]: occurrences at exactly that level, unweighted. */
  readonly totals = new Float32Array(cells);
  /** The same counts for the target token of a fit. */
  readonly targetTotals = new Float32Array(cells);
  /** Length of the longest match, its number of occurrences, and the tier it was found in. */
  matchLength = 0;
  matchCount = 0;
  matchTier: Tier = 'base';
  /** Weight of one occurrence by level and place. */
  weights: Float32Array;
  target = -1;
  private readonly slotOf: Int32Array;
  private readonly stamp: Int32Array;
  private round = 0;

  constructor(vocabularySize: number, weights: Float32Array) {
    this.slotOf = new Int32Array(vocabularySize);
    this.stamp = new Int32Array(vocabularySize);
    this.weights = weights;
  }

  /** @param target the token whose counts are kept separately, -1 for none */
  reset(target = -1): void {
    this.round += 1;
    this.counts.fill(0, 0, this.size * levels.length);
    this.size = 0;
    this.totals.fill(0);
    this.targetTotals.fill(0);
    this.matchLength = 0;
    this.matchCount = 0;
    this.matchTier = 'base';
    this.target = target;
  }

  /**
   * @param match length of the match, tokens
   * @param home place of the occurrence itself
   * @param counted place that the occurrence counts as
   * @param times number of occurrences that this one stands for
   */
  add(token: number, match: number, home: number, counted: number, times: number): void {
    const level = levelOfMatch[match] as number;
    const cell = level * places.length + counted;
    this.totals[cell] = (this.totals[cell] as number) + times;
    if (token === this.target) this.targetTotals[cell] = (this.targetTotals[cell] as number) + times;
    const count = this.slot(token) * levels.length + level;
    this.counts[count] = (this.counts[count] as number) + times * (this.weights[cell] as number);
    if (match > this.matchLength) {
      this.matchLength = match;
      this.matchCount = times;
      this.matchTier = tierOfPlace[home] as Tier;
    } else if (match === this.matchLength) this.matchCount += times;
  }

  /** The slot of a candidate, -1 if it was not seen. */
  find(token: number): number {
    return this.stamp[token] === this.round ? (this.slotOf[token] as number) : -1;
  }

  /** The slot of a token, which becomes a candidate. */
  slot(token: number): number {
    if (this.stamp[token] === this.round) return this.slotOf[token] as number;
    if (this.size === this.candidates.length) this.grow();
    this.stamp[token] = this.round;
    this.slotOf[token] = this.size;
    this.candidates[this.size] = token;
    return this.size++;
  }

  private grow(): void {
    const candidates = new Int32Array(this.candidates.length * 2);
    candidates.set(this.candidates);
    this.candidates = candidates;
    const counts = new Float32Array(this.counts.length * 2);
    counts.set(this.counts);
    this.counts = counts;
  }
}
