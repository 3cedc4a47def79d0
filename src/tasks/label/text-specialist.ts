// A task's specialist: a linear head over hashed n-grams, and where the base's hidden states are known a second one over those.
import { type ChoiceExample, choiceProbabilities, fitConditionalLogit, softmax } from '../../fit/conditional-logit.ts';
import { shuffled } from '../../fit/random.ts';
import { fitSoftmax, logitsOf, type SoftmaxModel, type SparseRow } from '../../fit/softmax-regression.ts';
import { type Standard, standardised, standardOf } from '../../fit/standard.ts';
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

export interface Specialist {
  readonly labels: number;
  readonly ground: Ground;
  /** Of the head over n-grams: column -> its place among those that were seen more than once; -1. */
  readonly columns: Int32Array;
  readonly cheap: SoftmaxModel;
  readonly deep: SoftmaxModel | undefined;
  /** Of each head's log-probabilities in the common answer. */
  readonly shares: readonly number[];
}

/**
 * Penalties: the n-grams' by cross-validation on the recorded tasks (bench/tasks), the states' by that on each task's own texts. All of the
 * states, each brought to one size, and not a few principal components of them: cross-validated on trec 0.847 of the API's labels instead of
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

interface Row extends LabelledText {
  readonly cheap: SparseRow;
  readonly deep: SparseRow | undefined;
}

type CheapHead = Pick<Specialist, 'columns' | 'cheap'>;

function rowOf(item: LabelledText, { rarity, standard }: Ground): Row {
  const deep = standard && item.states ? denseRow(standardised(standard, item.states)) : undefined;
  return { ...item, cheap: hashedRow(item.text, rarity), deep };
}

function denseRow(values: Float32Array): SparseRow {
  return { columns: Uint32Array.from(values, (_, j) => j), values };
}

function fitCheap(rows: readonly Row[], labels: number): CheapHead {
  const seen = new Uint8Array(COLUMNS);
  for (const { cheap } of rows) for (const column of cheap.columns) seen[column] = Math.min(2, (seen[column] ?? 0) + 1);
  let width = 0;
  const columns = Int32Array.from(seen, (count) => (count > 1 ? width++ : -1));
  const examples = rows.map(({ label, cheap }) => ({ label, row: narrowed(cheap, columns) }));
  return { columns, cheap: fitSoftmax(examples, labels, width, CHEAP_L2) };
}

function fitDeep(rows: readonly Row[], labels: number, l2: number): SoftmaxModel {
  const examples = rows.map(({ label, deep }) => ({ label, row: deep as SparseRow }));
  return fitSoftmax(examples, labels, examples[0]?.row.columns.length ?? 0, l2);
}

/** The row with the head's own columns. */
function narrowed({ columns, values }: SparseRow, known: Int32Array): SparseRow {
  const kept = [...columns.keys()].filter((k) => (known[columns[k] as number] as number) >= 0);
  return {
    columns: Uint32Array.from(kept, (k) => known[columns[k] as number] as number),
    values: Float32Array.from(kept, (k) => values[k] as number),
  };
}

/** Log-probabilities, [labels]. */
function opinion(model: SoftmaxModel, row: SparseRow): number[] {
  return softmax(logitsOf(model, row)).map((p) => Math.log(Math.max(p, 1e-9)));
}

function cheapOpinion({ columns, cheap }: CheapHead, row: Row): number[] {
  return opinion(cheap, narrowed(row.cheap, columns));
}

export interface Fitted {
  readonly specialist: Specialist;
  /** Of each of the items, [labels], from heads that did not see it; and from the n-grams' alone. */
  readonly outOfFold: readonly (readonly number[])[];
  readonly cheapOutOfFold: readonly (readonly number[])[];
}

/** Heads and their shares. The probabilities that come with them are honest ones, for whoever learns when to trust it. Deterministic by `seed`. */
export function fitSpecialist(
  items: readonly LabelledText[],
  labels: number,
  ground: Ground,
  seed = 1,
  count = FOLDS,
): Fitted {
  const rows = items.map((item) => rowOf(item, ground));
  const folds = foldsOf(rows.length, seed, count);
  /** What heads that did not see a row say of it. */
  const heldOut = (fit: (some: readonly Row[]) => (row: Row) => number[]): number[][] => {
    const held: number[][] = new Array(rows.length);
    for (let fold = 0; fold < count; fold++) {
      const say = fit(rows.filter((_, i) => folds[i] !== fold));
      rows.forEach((row, i) => {
        if (folds[i] === fold) held[i] = say(row);
      });
    }
    return held;
  };
  const cheap = heldOut((some) => {
    const head = fitCheap(some, labels);
    return (row) => cheapOpinion(head, row);
  });
  const tried = (rows[0]?.deep ? DEEP_L2 : []).map((l2) => {
    const held = heldOut((some) => {
      const head = fitDeep(some, labels, l2);
      return (row) => opinion(head, row.deep as SparseRow);
    });
    return { l2, held, right: held.reduce((sum, each, i) => sum + (each[(rows[i] as Row).label] as number), 0) };
  });
  const deep = tried.sort((a, b) => b.right - a.right)[0];
  const held = cheap.map((each, i) => (deep ? [each, deep.held[i] as number[]] : [each]));
  const shares = sharesOf(held, rows);
  const heads = { ...fitCheap(rows, labels), deep: deep && fitDeep(rows, labels, deep.l2) };
  return {
    specialist: { labels, ground, ...heads, shares },
    outOfFold: held.map((each) => mixed(each, shares)),
    cheapOutOfFold: cheap.map((each) => mixed([each], [1])),
  };
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
export function labelProbabilities(specialist: Specialist, item: Pick<LabelledText, 'text' | 'states'>): number[] {
  const row = rowOf({ ...item, label: 0 }, specialist.ground);
  const cheap = cheapOpinion(specialist, row);
  if (!specialist.deep || !row.deep) return mixed([cheap], [1]);
  return mixed([cheap, opinion(specialist.deep, row.deep)], specialist.shares);
}
