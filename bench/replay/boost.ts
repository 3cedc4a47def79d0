// Gradient-boosted trees for two classes, by Newton's method over binned features: small, exact, deterministic.
import { sigmoid } from '../../src/common/statistics/logistic.ts';
import { type ChoiceTree, leafOf } from '../../src/workspace/edits/features.ts';

export interface BoostOptions {
  readonly trees: number;
  readonly depth: number;
  /** Each tree's share of its Newton step. */
  readonly rate: number;
  /** Penalty on the squared leaves. */
  readonly l2: number;
  /** Least sum of curvatures in a leaf. */
  readonly least: number;
}

export interface BoostedTrees {
  readonly intercept: number;
  readonly trees: readonly ChoiceTree[];
}

const BINS = 24;

export function boost(
  rows: readonly (readonly number[])[],
  labels: readonly number[],
  weights: readonly number[],
  { trees, depth, rate, l2, least }: BoostOptions,
): BoostedTrees {
  const width = rows[0]?.length ?? 0;
  const cuts = Array.from({ length: width }, (_, j) => cutsOf(rows.map((row) => row[j] as number)));
  const binned = cuts.map((own, j) => Uint8Array.from(rows, (row) => binOf(row[j] as number, own)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const positive = labels.reduce((sum, label, i) => sum + label * (weights[i] as number), 0);
  const intercept = Math.log(positive / (total - positive));
  const odds = new Float64Array(rows.length).fill(intercept);
  const gradient = new Float64Array(rows.length);
  const curvature = new Float64Array(rows.length);

  const grow = (own: Int32Array, levels: number): ChoiceTree => {
    const [sumG, sumH] = [sum(gradient, own), sum(curvature, own)];
    const leaf = (-rate * sumG) / (sumH + l2);
    let best = { gain: 1e-6, feature: -1, bin: 0 };
    for (let feature = 0; levels > 0 && feature < width; feature++) {
      const bins = (cuts[feature] as number[]).length + 1;
      const [g, h] = [new Float64Array(bins), new Float64Array(bins)];
      const column = binned[feature] as Uint8Array;
      for (const i of own) {
        const bin = column[i] as number;
        g[bin] = (g[bin] as number) + (gradient[i] as number);
        h[bin] = (h[bin] as number) + (curvature[i] as number);
      }
      let [leftG, leftH] = [0, 0];
      for (let bin = 0; bin < bins - 1; bin++) {
        leftG += g[bin] as number;
        leftH += h[bin] as number;
        const rightH = sumH - leftH;
        if (leftH < least || rightH < least) continue;
        const gain = leftG ** 2 / (leftH + l2) + (sumG - leftG) ** 2 / (rightH + l2) - sumG ** 2 / (sumH + l2);
        if (gain > best.gain) best = { gain, feature, bin };
      }
    }
    const { feature, bin } = best;
    if (feature < 0) return leaf;
    const column = binned[feature] as Uint8Array;
    const isBelow = (i: number) => (column[i] as number) <= bin;
    return {
      feature,
      most: (cuts[feature] as number[])[bin] as number,
      below: grow(own.filter(isBelow), levels - 1),
      above: grow(
        own.filter((i) => !isBelow(i)),
        levels - 1,
      ),
    };
  };

  const all = Int32Array.from(rows, (_, i) => i);
  const grown: ChoiceTree[] = [];
  for (let round = 0; round < trees; round++) {
    for (const i of all) {
      const p = sigmoid(odds[i] as number);
      const weight = weights[i] as number;
      gradient[i] = weight * (p - (labels[i] as number));
      curvature[i] = weight * p * (1 - p);
    }
    const tree = grow(all, depth);
    grown.push(tree);
    for (const i of all) odds[i] = (odds[i] as number) + leafOf(tree, rows[i] as readonly number[]);
  }
  return { intercept, trees: grown };
}

export function probability({ intercept, trees }: BoostedTrees, row: readonly number[]): number {
  return sigmoid(trees.reduce<number>((total, tree) => total + leafOf(tree, row), intercept));
}

/** Values between neighbours, rounded so that they can be written down: few, and of equally many rows. */
function cutsOf(column: readonly number[]): number[] {
  const sorted = Float64Array.from(column).sort();
  const values = [...new Set(sorted)];
  const middle = (i: number) => round(((values[i] as number) + (values[i + 1] as number)) / 2);
  if (values.length <= BINS) return values.slice(1).map((_, i) => middle(i));
  const wanted = Array.from({ length: BINS - 1 }, (_, bin) => sorted[Math.floor(((bin + 1) * sorted.length) / BINS)]);
  return [...new Set(wanted)].flatMap((value) => {
    const at = values.indexOf(value as number);
    return at < values.length - 1 ? [middle(at)] : [];
  });
}

function binOf(value: number, cuts: readonly number[]): number {
  const bin = cuts.findIndex((cut) => value <= cut);
  return bin < 0 ? cuts.length : bin;
}

function sum(values: Float64Array, own: Int32Array): number {
  let total = 0;
  for (const i of own) total += values[i] as number;
  return total;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
