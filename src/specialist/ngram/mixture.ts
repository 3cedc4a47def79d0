// From evidence to probabilities: interpolated back-off. Each level keeps or escapes by a learned logit, and each
// occurrence counts by a learned weight of its place and match length. Sources: interpolated back-off and PPM escapes
// (Chen and Goodman 1999; Bell, Cleary and Witten 1990), nested cache tiers (Hellendoorn and Devanbu 2017).

import { softmax } from '../../common/statistics/conditional-logit.ts';
import { type Evidence, levels, place, places } from './evidence.ts';

export const countBuckets = 7;
const distinctBuckets = 6;
const groups = 5;
const lineBuckets = 4;
const depthBuckets = 4;

const L = levels.length;
const P = places.length;
const groupOffset = L * countBuckets * distinctBuckets;
const lineOffset = groupOffset + L * groups * distinctBuckets;
const depthOffset = lineOffset + L * lineBuckets * 2;
export const escapeSize = depthOffset + L * depthBuckets;
/** Features of one level's escape. */
export const escapeFeatures = 4;
export const baseSize = 3;

export interface MixtureWeights {
  /** Log weight of an occurrence by level and place. */
  readonly places: Float32Array;
  /** Escape logits. */
  readonly escape: Float32Array;
  /** Softmax logits of order 0: the own file's unigram, the project's unigram, uniform. */
  readonly base: Float32Array;
}

/** Order-0 probabilities of a token under the three sources that `base` weighs. */
export interface Unigrams {
  own(token: number): number;
  project(token: number): number;
  readonly uniform: number;
}

const distinctBucketOf = bucketsOf([1, 2, 3, 4, 6, 10]);
const countBucketOf = bucketsOf([1, 2, 3, 5, 9, 21, 61]);

/** value -> index of the largest bound that it reaches, for values up to 64. */
function bucketsOf(bounds: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 65 }, (_, value) =>
    Math.max(0, bounds.filter((bound) => bound <= value).length - 1),
  );
}

/** 0, 1-2, 3-5, 6 or more tokens since the line began. */
export function lineBucket(tokensInLine: number): number {
  return tokensInLine === 0 ? 0 : tokensInLine < 3 ? 1 : tokensInLine < 6 ? 2 : 3;
}

/**
 * Turns the evidence of one context into cumulated counts and the features of each level's escape. Reused, not pure.
 */
export class Mixture {
  weights: MixtureWeights;
  /** Levels with any count: 0..top-1. */
  top = 0;
  /** features[level * escapeFeatures + i] */
  readonly features = new Int32Array(L * escapeFeatures);
  /** Probability of the candidate in each slot. */
  probabilities = new Float32Array(512);
  /** Probability of all other tokens together. */
  rest = 1;
  private readonly sums = new Float64Array(L);
  private readonly distinct = new Int32Array(L);
  private readonly countsByPlace = new Float64Array(P);
  private readonly escapes = new Float64Array(L);
  private readonly base: readonly number[];

  constructor(weights: MixtureWeights) {
    this.weights = weights;
    this.base = softmax(weights.base);
  }

  /** Cumulates counts from the longest level down and finds the escape features. */
  prepare(evidence: Evidence, tokensInLine: number): void {
    const { counts, size, totals } = evidence;
    const { sums, distinct } = this;
    sums.fill(0);
    distinct.fill(0);
    this.top = 0;
    for (let slot = 0; slot < size; slot++) {
      const row = slot * L;
      let sum = 0;
      for (let level = L - 1; level >= 0; level--) {
        sum += counts[row + level] as number;
        if (sum === 0) continue;
        counts[row + level] = sum;
        sums[level] = (sums[level] as number) + sum;
        distinct[level] = (distinct[level] as number) + 1;
        if (level >= this.top) this.top = level + 1;
      }
    }
    const { countsByPlace, features } = this;
    countsByPlace.fill(0);
    let occurrences = 0;
    const inLine = lineBucket(tokensInLine);
    for (let level = this.top - 1; level >= 0; level--) {
      for (let at = 0; at < P; at++) {
        const count = totals[level * P + at] as number;
        countsByPlace[at] = (countsByPlace[at] as number) + count;
        occurrences += count;
      }
      const few = Math.min(64, distinct[level] as number);
      const d = distinctBucketOf[few] as number;
      const n = countBucketOf[Math.min(64, Math.round(occurrences))] as number;
      const row = level * escapeFeatures;
      features[row] = (level * countBuckets + n) * distinctBuckets + d;
      features[row + 1] = groupOffset + (level * groups + groupOf(countsByPlace)) * distinctBuckets + d;
      features[row + 2] = lineOffset + (level * lineBuckets + inLine) * 2 + (few === 1 ? 1 : 0);
      features[row + 3] = depthOffset + level * depthBuckets + Math.min(depthBuckets - 1, this.top - 1 - level);
    }
  }

  /** Probabilities of all candidates, and `rest`. Call `prepare` first. */
  compute(evidence: Evidence, unigrams: Unigrams): void {
    const { counts, size, candidates } = evidence;
    const { escapes, sums, top, features } = this;
    const logits = this.weights.escape;
    for (let level = 0; level < top; level++) {
      const row = level * escapeFeatures;
      let logit = 0;
      for (let i = 0; i < escapeFeatures; i++) logit += logits[features[row + i] as number] as number;
      escapes[level] = 1 / (1 + Math.exp(-logit));
    }
    if (this.probabilities.length < size) this.probabilities = new Float32Array(evidence.candidates.length);
    let rest = 1;
    for (let slot = 0; slot < size; slot++) {
      let p = this.order0(candidates[slot] as number, unigrams);
      const row = slot * L;
      for (let level = 0; level < top; level++) {
        const e = escapes[level] as number;
        p = e * p + ((1 - e) * (counts[row + level] as number)) / (sums[level] as number);
      }
      this.probabilities[slot] = p;
      rest -= p;
    }
    this.rest = Math.max(0, rest);
  }

  /** Probability of any token, a candidate or not. Call `compute` first. */
  probabilityOf(token: number, evidence: Evidence, unigrams: Unigrams): number {
    const slot = evidence.find(token);
    if (slot >= 0) return this.probabilities[slot] as number;
    let p = this.order0(token, unigrams);
    for (let level = 0; level < this.top; level++) p *= this.escapes[level] as number;
    return p;
  }

  private order0(token: number, unigrams: Unigrams): number {
    const [own, project, uniform] = this.base as [number, number, number];
    return own * unigrams.own(token) + project * unigrams.project(token) + uniform * unigrams.uniform;
  }
}

/** The nearest kind of place with an occurrence: the level's trust depends on it. */
function groupOf(raw: Float64Array): number {
  if ((raw[place.agrees] as number) > 0) return 0;
  if ((raw[place.near] as number) > 0 || (raw[place.before] as number) > 0) return 1;
  if ((raw[place.after] as number) > 0 || (raw[place.open] as number) > 0) return 2;
  if ((raw[place.folder] as number) > 0) return 3;
  return 4;
}

export function occurrenceWeights(weights: MixtureWeights): Float32Array {
  return weights.places.map((log) => Math.exp(log));
}
