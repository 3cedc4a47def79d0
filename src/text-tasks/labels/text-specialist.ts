// A task's specialist: a linear head over hashed n-grams, and where the base's hidden states are known a second one
// over those.
import {
  type ChoiceExample,
  choiceProbabilities,
  fitConditionalLogit,
  softmax,
} from '../../common/statistics/conditional-logit.ts';
import { type DenseHead, denseLogits, fitDenseSoftmax } from '../../common/statistics/dense-softmax.ts';
import { shuffled } from '../../common/statistics/random.ts';
import { rowSpaceOf } from '../../common/statistics/row-space.ts';
import { fitSoftmax, logitsOf, type SoftmaxModel, type SparseRow } from '../../common/statistics/softmax-regression.ts';
import { type Standard, standardised, standardOf } from '../../common/statistics/standard.ts';
import { COLUMNS, hashedRow, type Rarity, rarityOf } from './hashed-grams.ts';

export interface LabelledText {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
  /** The base's pooled hidden states; all of a set have them, or none. */
  readonly states?: Float32Array;
}

/** What the heads know before they have seen a label: from any texts. */
export interface Ground {
  readonly rarity: Rarity;
  /** Of the states. */
  readonly standard: Standard | undefined;
}

export interface TextSpecialist {
  readonly labels: number;
  readonly ground: Ground;
  /** Of the head over n-grams: column -> its place among those that were seen more than once; -1. */
  readonly columns: Int32Array;
  readonly cheap: SoftmaxModel;
  readonly deep: DenseHead | undefined;
  /** Of each head's log-probabilities in the common answer. */
  readonly shares: readonly number[];
}

/**
 * Penalties: the n-grams' by cross-validation on the recorded tasks (bench/tasks), the states' by that on each task's
 * own texts. All of the
 * states, each brought to one size, and not a few principal components of them: cross-validated on trec 0.847 of the
 * API's labels instead of
 * 0.836 (log-loss 0.39, 0.44), on changelog 0.6755 and 0.672 (0.832, 0.834).
 */
const CHEAP_L2 = 0.3;
const DEEP_L2 = [0.05, 0.15, 0.3];
const FOLDS = 5;
/** The heads' even mixture counts as so many texts. */
const SHARES_PRIOR = 10;

export function groundOf(texts: readonly string[], states: readonly Float32Array[] = []): Ground {
  return { rarity: rarityOf(texts), standard: states.length > 0 ? standardOf(states) : undefined };
}

interface Row {
  readonly row: SparseRow;
  readonly label: number;
}

type CheapHead = Pick<TextSpecialist, 'columns' | 'cheap'>;

function fitCheap(rows: readonly Row[], labels: number): CheapHead {
  const seen = new Uint8Array(COLUMNS);
  for (const { row } of rows) for (const column of row.columns) seen[column] = Math.min(2, (seen[column] ?? 0) + 1);
  let width = 0;
  const columns = Int32Array.from(seen, (count) => (count > 1 ? width++ : -1));
  const examples = rows.map(({ label, row }) => ({ label, row: narrowed(row, columns) }));
  return { columns, cheap: fitSoftmax(examples, labels, width, CHEAP_L2) };
}

/** The row with the head's own columns. */
function narrowed({ columns, values }: SparseRow, known: Int32Array): SparseRow {
  const kept = [...columns.keys()].filter((k) => (known[columns[k] as number] as number) >= 0);
  return {
    columns: Uint32Array.from(kept, (k) => known[columns[k] as number] as number),
    values: Float32Array.from(kept, (k) => values[k] as number),
  };
}

/** Logits to log-probabilities, [labels]. */
function opinion(logits: ArrayLike<number>): number[] {
  return softmax(logits).map((p) => Math.log(Math.max(p, 1e-9)));
}

function cheapOpinion({ columns, cheap }: CheapHead, row: SparseRow): number[] {
  return opinion(logitsOf(cheap, narrowed(row, columns)));
}

export interface Fitted {
  readonly specialist: TextSpecialist;
  /** Of each of the items, [labels], from heads that did not see it; and from the n-grams' alone. */
  readonly outOfFold: readonly (readonly number[])[];
  readonly cheapOutOfFold: readonly (readonly number[])[];
}

export interface TextFitOptions {
  readonly seed?: number;
  readonly folds?: number;
  /** Heads of those that are fitted, as the user should read it. */
  readonly say?: (stage: string, done: number, total: number) => void;
}

/**
 * Heads and their shares. The probabilities that come with them are honest ones, for whoever learns when to trust it.
 * Deterministic by `seed`.
 */
export function fitSpecialist(
  items: readonly LabelledText[],
  labels: number,
  ground: Ground,
  { seed = 1, folds = FOLDS, say = () => {} }: TextFitOptions = {},
): Fitted {
  const foldOf = foldsOf(items.length, seed, folds);
  /** What heads that did not see a row say of it. */
  const heldOut = <R>(rows: readonly R[], fit: (some: readonly R[]) => (row: R) => number[]): number[][] => {
    const held: number[][] = new Array(rows.length);
    for (let fold = 0; fold < folds; fold++) {
      const opinionOn = fit(rows.filter((_, i) => foldOf[i] !== fold));
      rows.forEach((row, i) => {
        if (foldOf[i] === fold) held[i] = opinionOn(row);
      });
    }
    return held;
  };
  const words = items.map(({ text, label }): Row => ({ label, row: hashedRow(text, ground.rarity) }));
  let done = 0;
  const fitWords = (some: readonly Row[]) => {
    say('Learning from words and characters', done++, folds + 1);
    return fitCheap(some, labels);
  };
  const cheap = heldOut(words, (some) => {
    const head = fitWords(some);
    return ({ row }) => cheapOpinion(head, row);
  });
  const cheapHead = fitWords(words);
  const deep = fitDeep(items, labels, ground, heldOut, say);
  const held = cheap.map((each, i) => (deep ? [each, deep.held[i] as number[]] : [each]));
  const shares = sharesOf(held, items);
  return {
    specialist: { labels, ground, ...cheapHead, deep: deep?.head, shares },
    outOfFold: held.map((each) => mixed(each, shares)),
    cheapOutOfFold: cheap.map((each) => mixed([each], [1])),
  };
}

type HeldOutOf = <R>(rows: readonly R[], fit: (some: readonly R[]) => (row: R) => number[]) => number[][];

/** The head over states, with that of the penalties whose heads foresee best what they did not see. */
function fitDeep(
  items: readonly LabelledText[],
  labels: number,
  { standard }: Ground,
  heldOut: HeldOutOf,
  say: NonNullable<TextFitOptions['say']>,
): { readonly head: DenseHead; readonly held: readonly number[][] } | undefined {
  const states = items.flatMap(({ states }) => (standard && states ? [standardised(standard, states)] : []));
  if (states.length === 0) return undefined;
  let done = 0;
  const total = DEEP_L2.length + 2;
  const stage = () => say('Learning from what the base has read', done++, total);
  stage();
  const space = rowSpaceOf(states);
  const rows = space.rows.map((row, i) => ({ row, label: (items[i] as LabelledText).label }));
  // Each from nothing: from another penalty's weights it takes as many steps to come as near.
  const tried = DEEP_L2.map((l2) => {
    stage();
    const held = heldOut(rows, (some) => {
      const head = fitDenseSoftmax(some, labels, space.width, l2);
      return ({ row }) => opinion(denseLogits(head, row));
    });
    return { l2, held, right: held.reduce((sum, each, i) => sum + (each[rows[i]?.label as number] as number), 0) };
  });
  const best = tried.reduce((a, b) => (b.right > a.right ? b : a));
  stage();
  return { head: space.inColumns(fitDenseSoftmax(rows, labels, space.width, best.l2)), held: best.held };
}

/** Fold of each of so many items. */
export function foldsOf(count: number, seed: number, folds = FOLDS): Uint8Array {
  const fold = new Uint8Array(count);
  shuffled(count, seed).forEach((item, i) => {
    fold[item] = i % folds;
  });
  return fold;
}

function choice(heads: readonly (readonly number[])[], right: number): ChoiceExample {
  const labels = (heads[0] as readonly number[]).length;
  const candidates = Array.from({ length: labels }, (_, label) => ({
    features: Float32Array.from(heads, (head) => head[label] as number),
  }));
  return { candidates, none: undefined, right };
}

function sharesOf(held: readonly (readonly (readonly number[])[])[], rows: readonly LabelledText[]): number[] {
  const heads = held[0]?.length ?? 1;
  const start = new Array<number>(heads).fill(1 / heads);
  const examples = held.map((each, i) => choice(each, (rows[i] as LabelledText).label));
  return Array.from(fitConditionalLogit(examples, start, SHARES_PRIOR, 100), (share) => Math.max(0, share));
}

function mixed(heads: readonly (readonly number[])[], shares: readonly number[]): number[] {
  return choiceProbabilities(choice(heads, 0), shares);
}

/** Probability of each label. Without states the n-grams answer alone. */
export function labelProbabilities(specialist: TextSpecialist, item: Pick<LabelledText, 'text' | 'states'>): number[] {
  const { ground, deep, shares } = specialist;
  const cheap = cheapOpinion(specialist, hashedRow(item.text, ground.rarity));
  if (!deep || !ground.standard || !item.states) return mixed([cheap], [1]);
  return mixed([cheap, opinion(denseLogits(deep, standardised(ground.standard, item.states)))], shares);
}
