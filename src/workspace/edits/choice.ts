// The learned choice among places: boosted trees over their features. bench/replay/fit.ts writes choice.json.
import { sigmoid } from '../../common/statistics/logistic.ts';
import choice from './choice.json' with { type: 'json' };
import { featureNames } from './features.ts';

/** A leaf adds log-odds. */
export type ChoiceTree =
  | number
  | { readonly feature: number; readonly most: number; readonly below: ChoiceTree; readonly above: ChoiceTree };

const SPLIT = /\((.+?) <= (-?[\d.]+) \? /y;
const LEAF = /-?[\d.]+/y;

/** Reads a tree such as `(examples <= 1 ? -0.5 : (a deletion <= 0 ? 0.1 : 0.3))`. Throws if it is none. */
export function parseTree(text: string): ChoiceTree {
  let at = 0;
  const match = (pattern: RegExp): readonly string[] | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found) at += found[0].length;
    return found;
  };
  const expect = (mark: string) => {
    if (!text.startsWith(mark, at)) throw new Error(`'${mark}' is missing at ${at} in the tree ${text}`);
    at += mark.length;
  };
  const read = (): ChoiceTree => {
    const split = match(SPLIT);
    if (split === undefined) return Number(match(LEAF)?.[0]);
    const feature = featureNames.indexOf(split[1] as (typeof featureNames)[number]);
    if (feature < 0) throw new Error(`No feature is called '${split[1]}'`);
    const below = read();
    expect(' : ');
    const above = read();
    expect(')');
    return { feature, most: Number(split[2]), below, above };
  };
  return read();
}

/** As `parseTree` reads it. */
export function treeText(tree: ChoiceTree): string {
  if (typeof tree === 'number') return String(Math.round(tree * 1000) / 1000);
  const { feature, most, below, above } = tree;
  return `(${featureNames[feature]} <= ${most} ? ${treeText(below)} : ${treeText(above)})`;
}

export function leafOf(tree: ChoiceTree, features: readonly number[]): number {
  let node = tree;
  while (typeof node !== 'number') node = (features[node.feature] as number) <= node.most ? node.below : node.above;
  return node;
}

const trees = choice.trees.map(parseTree);

/** Estimate that the user makes this edit. */
export function probabilityOf(features: readonly number[]): number {
  let sum = choice.intercept;
  for (const tree of trees) sum += leafOf(tree, features);
  return sigmoid(sum);
}
