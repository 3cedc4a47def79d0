// Local model of a task with labels: a linear head over hashed n-grams, two heads over the sentence encoder's vector, and
// a further head over hidden states of a base for texts in doubt.
import {
  type ChoiceExample,
  choiceProbabilities,
  fitConditionalLogit,
  softmax,
} from '../../common/statistics/conditional-logit.ts';
import { foldsOf } from '../../common/statistics/folds.ts';
import {
  type DenseHead,
  denseLogits,
  fitDenseSoftmax,
  fitSoftmax,
  fitStandardization,
  logitsOf,
  type SoftmaxModel,
  type SparseRow,
  type Standardization,
  standardize,
} from '../../common/statistics/softmax-regression.ts';
import { addAt } from '../../common/statistics/vectors.ts';
import { COLUMNS, hashedRow, type Rarity } from './hashed-grams.ts';

export interface LabelledText {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
  /** By the sentence encoder, of length one. Either all texts of a set have one or none. */
  readonly vector?: Float32Array | undefined;
  /** The base's pooled hidden states. Either all texts of a set have them or none. */
  readonly states?: Float32Array | undefined;
}

export interface TextSpecialist {
  readonly labels: number;
  readonly rarity: Rarity;
  /** Hashed column -> index among the columns that occurred more than once; -1: not among them. */
  readonly columns: Int32Array;
  readonly ngramHead: SoftmaxModel;
  /** Over vectors: regression, then one whose weights are the means of the labels' vectors. Absent: no vectors. */
  readonly vectorHeads?: readonly DenseHead[] | undefined;
  /** Weight of each head's log-probabilities in the combined prediction: n-grams, then the heads over vectors. */
  readonly shares: readonly number[];
  /** For texts in doubt; its shares are of all heads, its own last. Absent: no states. */
  readonly states?: {
    readonly standard: Standardization;
    readonly head: DenseHead;
    readonly shares: readonly number[];
  };
}

/**
 * L2 penalties. That of the n-grams was chosen by cross-validation on the recorded tasks (bench/tasks); that of the
 * states is chosen on each task's own texts. All standardized states are used, not a few principal components:
 * cross-validated accuracy on trec 0.847 instead of 0.836, on changelog 0.6755 instead of 0.672.
 */
const NGRAM_L2 = 0.3;
const STATES_L2 = [0.05, 0.15, 0.3];
const VECTORS_L2 = [0.03, 0.1, 0.3, 1];
/**
 * Of prototypes: how much likelier a label is whose mean vector is nearer; and how many examples a label's name and
 * meaning count as. Mean accuracy of sst2, trec and changelog on texts that nobody reports on, with 30, 100 and 300
 * labels: 0.629 without names, 0.637 with two, 0.638 with a sharpness of 20 instead of 10. A second round that also
 * learns from texts of which the first is sure: 0.630.
 */
const SHARPNESS = 20;
const NAME_EXAMPLES = 2;
/** Rows on which a penalty is chosen: on all of ten thousand it would take minutes. */
const MAX_FOR_PENALTY = 1500;
const FOLDS = 5;
/** Number of texts that the prior counts as; the prior weighs all heads equally. */
const SHARES_PRIOR = 10;

/** A text as a row of features, with the index of its label. */
interface NgramRow {
  readonly row: SparseRow;
  readonly label: number;
}

type NgramHead = Pick<TextSpecialist, 'columns' | 'ngramHead'>;

function fitNgramHead(rows: readonly NgramRow[], labels: number): NgramHead {
  const seen = new Uint8Array(COLUMNS);
  for (const { row } of rows) for (const column of row.columns) seen[column] = Math.min(2, (seen[column] ?? 0) + 1);
  let width = 0;
  // A loop: `Int32Array.from` with a callback takes as long as the fit to few texts.
  const columns = new Int32Array(COLUMNS).fill(-1);
  for (let column = 0; column < COLUMNS; column++) if ((seen[column] as number) > 1) columns[column] = width++;
  const examples = rows.map(({ label, row }) => ({ label, row: selectColumns(row, columns) }));
  return { columns, ngramHead: fitSoftmax(examples, labels, width, NGRAM_L2) };
}

/** The row with the columns of the head only, renumbered. */
function selectColumns({ columns, values }: SparseRow, known: Int32Array): SparseRow {
  const selected = { columns: new Uint32Array(columns.length), values: new Float32Array(columns.length) };
  let count = 0;
  for (let k = 0; k < columns.length; k++) {
    const column = known[columns[k] as number] as number;
    if (column < 0) continue;
    selected.columns[count] = column;
    selected.values[count++] = values[k] as number;
  }
  return { columns: selected.columns.slice(0, count), values: selected.values.slice(0, count) };
}

/** Logits to log-probabilities, [labels]. */
function logProbabilitiesOf(logits: ArrayLike<number>): number[] {
  return softmax(logits).map((p) => Math.log(Math.max(p, 1e-9)));
}

function ngramLogProbabilities({ columns, ngramHead }: NgramHead, row: SparseRow): number[] {
  return logProbabilitiesOf(logitsOf(ngramHead, selectColumns(row, columns)));
}

export interface Fitted {
  readonly specialist: TextSpecialist;
  /** Out-of-fold probabilities of each item as it is served, [labels]. */
  readonly outOfFold: readonly (readonly number[])[];
}

export interface TextFitOptions {
  /** Of each label's name and meaning, which count as examples of it. */
  readonly labelVectors?: readonly Float32Array[] | undefined;
  readonly seed?: number;
  readonly folds?: number;
  /** Called with a stage for the user, and the number of fitted heads. */
  readonly reportStage?: (stage: string, done: number, total: number) => void;
}

/**
 * Fits heads and shares. The out-of-fold probabilities serve to fit the router. Deterministic by `seed`.
 * @param rarity of all texts of the task, also those without a label
 */
export function fitSpecialist(
  items: readonly LabelledText[],
  labels: number,
  rarity: Rarity,
  { seed = 1, folds = FOLDS, reportStage = () => {}, labelVectors }: TextFitOptions = {},
): Fitted {
  const foldOf = foldsOf(items.length, seed, folds);
  /** Out-of-fold predictions of rows. */
  const predictOutOfFold: PredictOutOfFold = (rows, fit) => {
    const predictions: number[][] = new Array(rows.length);
    for (let fold = 0; fold < folds; fold++) {
      const predict = fit(rows.filter((_, i) => foldOf[i] !== fold));
      rows.forEach((row, i) => {
        if (foldOf[i] === fold) predictions[i] = predict(row);
      });
    }
    return predictions;
  };
  const counted = (stage: string, total: number) => {
    let steps = 0;
    return () => reportStage(stage, steps++, total);
  };
  const rows = items.map(({ text, label }): NgramRow => ({ label, row: hashedRow(text, rarity) }));
  const ngramStage = counted('Learning from words and characters', folds + 1);
  const fitNgrams = (training: readonly NgramRow[]) => {
    ngramStage();
    return fitNgramHead(training, labels);
  };
  const ngramPredictions = predictOutOfFold(rows, (training) => {
    const head = fitNgrams(training);
    return ({ row }) => ngramLogProbabilities(head, row);
  });
  const ngramHead = fitNgrams(rows);
  const vectorRows = items.flatMap(({ vector, label }) => (vector ? [{ row: vector, label }] : []));
  const vectorStage = counted('Learning from vectors of the texts', VECTORS_L2.length + 1);
  const fitPrototypes = (training: readonly DenseRow[]) => prototypesOf(training, labels, labelVectors);
  const onVectors =
    vectorRows.length === 0
      ? []
      : [
          fitDenseHead(vectorRows, labels, VECTORS_L2, predictOutOfFold, vectorStage),
          { head: fitPrototypes(vectorRows), outOfFold: predictDense(vectorRows, fitPrototypes, predictOutOfFold) },
        ];
  const predictions = ngramPredictions.map((each, i) => [
    each,
    ...onVectors.map(({ outOfFold }) => outOfFold[i] as number[]),
  ]);
  const shares = sharesOf(predictions, items);
  const quick = predictions.map((each) => combine(each, shares));
  const specialist = {
    ...{ labels, rarity, ...ngramHead, shares },
    ...(onVectors.length > 0 && { vectorHeads: onVectors.map(({ head }) => head) }),
  };
  const stateRows = items.flatMap(({ states, label }) => (states ? [{ row: states, label }] : []));
  if (stateRows.length === 0) return { specialist, outOfFold: quick };
  const standard = fitStandardization(stateRows.map(({ row }) => row));
  const standardized = stateRows.map(({ row, label }) => ({ row: standardize(standard, row), label }));
  const stage = counted('Learning from hidden states of the base', STATES_L2.length + 1);
  const states = fitDenseHead(standardized, labels, STATES_L2, predictOutOfFold, stage);
  const withStates = predictions.map((each, i) => [...each, states.outOfFold[i] as number[]]);
  const sharesOfAll = sharesOf(withStates, items);
  return {
    specialist: { ...specialist, states: { standard, head: states.head, shares: sharesOfAll } },
    outOfFold: withStates.map((each, i) => {
      const probabilities = quick[i] as number[];
      return isConfident(probabilities) ? probabilities : combine(each, sharesOfAll);
    }),
  };
}

type PredictOutOfFold = <R>(rows: readonly R[], fit: (training: readonly R[]) => (row: R) => number[]) => number[][];

/** A row of dense features, with the index of its label. */
interface DenseRow {
  readonly row: Float32Array;
  readonly label: number;
}

interface FittedHead {
  readonly head: DenseHead;
  /** Log-probabilities, [rows, labels]. */
  readonly outOfFold: readonly number[][];
}

/**
 * A head whose weights are the means of the labels' vectors, of length `SHARPNESS`: it needs few texts of a label.
 * Source: Snell et al. 2017, Prototypical networks for few-shot learning, arXiv 1703.05175.
 */
function prototypesOf(
  rows: readonly DenseRow[],
  labels: number,
  labelVectors: readonly Float32Array[] | undefined,
): DenseHead {
  const width = rows[0]?.row.length ?? 0;
  const sums = Array.from({ length: labels }, (_, label) => {
    const named = labelVectors?.[label];
    return named ? Float64Array.from(named, (value) => NAME_EXAMPLES * value) : new Float64Array(width);
  });
  for (const { row, label } of rows) addAt(sums[label] as Float64Array, 0, row, 1);
  const weights = sums.map((sum) => {
    const length = Math.sqrt(sum.reduce((total, value) => total + value * value, 0));
    return sum.map((value) => (SHARPNESS * value) / Math.max(length, 1e-9));
  });
  return { weights, biases: new Float64Array(labels) };
}

function predictDense(
  rows: readonly DenseRow[],
  fit: (rows: readonly DenseRow[]) => DenseHead,
  predictOutOfFold: PredictOutOfFold,
): number[][] {
  return predictOutOfFold(rows, (training) => {
    const head = fit(training);
    return ({ row }) => logProbabilitiesOf(denseLogits(head, row));
  });
}

/** A head over dense rows, with the penalty that has the best out-of-fold likelihood on the first rows. */
function fitDenseHead(
  rows: readonly DenseRow[],
  labels: number,
  penalties: readonly number[],
  predictOutOfFold: PredictOutOfFold,
  stage: () => void,
): FittedHead {
  const width = rows[0]?.row.length ?? 0;
  // Each fit starts from zero: starting from another penalty's weights saves no steps.
  const fitWith = (l2: number) => (training: readonly DenseRow[]) => fitDenseSoftmax(training, labels, width, l2);
  const first = rows.slice(0, MAX_FOR_PENALTY);
  const tried = penalties.map((l2) => {
    stage();
    const outOfFold = predictDense(first, fitWith(l2), predictOutOfFold);
    const logLikelihood = outOfFold.reduce((sum, each, i) => sum + (each[first[i]?.label as number] as number), 0);
    return { l2, outOfFold, logLikelihood };
  });
  const best = tried.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  stage();
  const fit = fitWith(best.l2);
  const outOfFold = first.length < rows.length ? predictDense(rows, fit, predictOutOfFold) : best.outOfFold;
  return { head: fit(rows), outOfFold };
}

function choiceOf(heads: readonly (readonly number[])[], right: number): ChoiceExample {
  const labels = (heads[0] as readonly number[]).length;
  const candidates = Array.from({ length: labels }, (_, label) => ({
    features: Float32Array.from(heads, (head) => head[label] as number),
  }));
  return { candidates, none: undefined, right };
}

function sharesOf(predictions: readonly (readonly (readonly number[])[])[], rows: readonly LabelledText[]): number[] {
  const heads = predictions[0]?.length ?? 1;
  if (heads === 1) return [1];
  const start = new Array<number>(heads).fill(1 / heads);
  const examples = predictions.map((each, i) => choiceOf(each, (rows[i] as LabelledText).label));
  return Array.from(fitConditionalLogit(examples, start, SHARES_PRIOR, 100), (share) => Math.max(0, share));
}

function combine(heads: readonly (readonly number[])[], shares: readonly number[]): number[] {
  return choiceProbabilities(choiceOf(heads, 0), shares);
}

/**
 * Confidence of the other heads above which hidden states are not read. On the recorded tasks, the states help as much
 * if only texts below it are read (`bench -- tasks` at commit b3e1572c, 'states-only-where-n-grams-doubt').
 */
const CONFIDENT = 0.95;

export function isConfident(probabilities: readonly number[]): boolean {
  return Math.max(...probabilities) >= CONFIDENT;
}

/**
 * Probability of each label. Without a vector only the n-grams predict.
 * @param states used only if the other heads are unsure
 */
export function labelProbabilities(
  { rarity, vectorHeads, shares, states: onStates, ...ngramHead }: TextSpecialist,
  { text, vector, states }: Pick<LabelledText, 'text' | 'vector' | 'states'>,
): number[] {
  const ngrams = ngramLogProbabilities(ngramHead, hashedRow(text, rarity));
  if (vectorHeads && !vector) return combine([ngrams], [1]);
  const heads = [
    ngrams,
    ...(vectorHeads?.map((head) => logProbabilitiesOf(denseLogits(head, vector as Float32Array))) ?? []),
  ];
  const probabilities = combine(heads, shares);
  if (!onStates || !states || isConfident(probabilities)) return probabilities;
  heads.push(logProbabilitiesOf(denseLogits(onStates.head, standardize(onStates.standard, states))));
  return combine(heads, onStates.shares);
}
