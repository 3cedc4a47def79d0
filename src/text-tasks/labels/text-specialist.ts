// Local model of a task with labels: a linear head over hashed n-grams, and a second head over hidden states of the
// base if they are known.
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
import { COLUMNS, hashedRow, type Rarity, rarityOf } from './hashed-grams.ts';

export interface LabelledText {
  readonly text: string;
  /** Index of its label. */
  readonly label: number;
  /** The base's pooled hidden states. Either all texts of a set have them or none. */
  readonly states?: Float32Array;
}

/** Statistics of texts that need no labels. */
export interface TextStatistics {
  readonly rarity: Rarity;
  /** Mean and scale of the hidden states. */
  readonly standard: Standardization | undefined;
}

export interface TextSpecialist {
  readonly labels: number;
  readonly statistics: TextStatistics;
  /** Hashed column -> index among the columns that occurred more than once; -1: not among them. */
  readonly columns: Int32Array;
  readonly ngramHead: SoftmaxModel;
  readonly statesHead: DenseHead | undefined;
  /** Weight of each head's log-probabilities in the combined prediction. */
  readonly shares: readonly number[];
}

/**
 * L2 penalties. That of the n-grams was chosen by cross-validation on the recorded tasks (bench/tasks); that of the
 * states is chosen on each task's own texts. All standardized states are used, not a few principal components:
 * cross-validated accuracy on trec 0.847 instead of 0.836, on changelog 0.6755 instead of 0.672.
 */
const NGRAM_L2 = 0.3;
const STATES_L2 = [0.05, 0.15, 0.3];
const FOLDS = 5;
/** Number of texts that the prior counts as; the prior weighs all heads equally. */
const SHARES_PRIOR = 10;

export function textStatisticsOf(texts: readonly string[], states: readonly Float32Array[] = []): TextStatistics {
  return { rarity: rarityOf(texts), standard: states.length > 0 ? fitStandardization(states) : undefined };
}

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
  /** Out-of-fold probabilities of each item, [labels]: of all heads, and of the n-gram head alone. */
  readonly outOfFold: readonly (readonly number[])[];
  readonly ngramOutOfFold: readonly (readonly number[])[];
}

export interface TextFitOptions {
  readonly seed?: number;
  readonly folds?: number;
  /** Called with a stage for the user, and the number of fitted heads. */
  readonly reportStage?: (stage: string, done: number, total: number) => void;
}

/** Fits heads and shares. The out-of-fold probabilities serve to fit the router. Deterministic by `seed`. */
export function fitSpecialist(
  items: readonly LabelledText[],
  labels: number,
  statistics: TextStatistics,
  { seed = 1, folds = FOLDS, reportStage = () => {} }: TextFitOptions = {},
): Fitted {
  const foldOf = foldsOf(items.length, seed, folds);
  /** Out-of-fold predictions of rows. */
  const predictOutOfFold = <R>(
    rows: readonly R[],
    fit: (training: readonly R[]) => (row: R) => number[],
  ): number[][] => {
    const predictions: number[][] = new Array(rows.length);
    for (let fold = 0; fold < folds; fold++) {
      const predict = fit(rows.filter((_, i) => foldOf[i] !== fold));
      rows.forEach((row, i) => {
        if (foldOf[i] === fold) predictions[i] = predict(row);
      });
    }
    return predictions;
  };
  const rows = items.map(({ text, label }): NgramRow => ({ label, row: hashedRow(text, statistics.rarity) }));
  let done = 0;
  const fitNgrams = (training: readonly NgramRow[]) => {
    reportStage('Learning from words and characters', done++, folds + 1);
    return fitNgramHead(training, labels);
  };
  const ngramPredictions = predictOutOfFold(rows, (training) => {
    const head = fitNgrams(training);
    return ({ row }) => ngramLogProbabilities(head, row);
  });
  const ngramHead = fitNgrams(rows);
  const states = fitStatesHead(items, labels, statistics, predictOutOfFold, reportStage);
  const predictions = ngramPredictions.map((each, i) => (states ? [each, states.outOfFold[i] as number[]] : [each]));
  const shares = sharesOf(predictions, items);
  return {
    specialist: { labels, statistics, ...ngramHead, statesHead: states?.head, shares },
    outOfFold: predictions.map((each) => combine(each, shares)),
    ngramOutOfFold: ngramPredictions.map((each) => combine([each], [1])),
  };
}

type PredictOutOfFold = <R>(rows: readonly R[], fit: (training: readonly R[]) => (row: R) => number[]) => number[][];

/** The head over states, with the penalty that has the best out-of-fold likelihood. */
function fitStatesHead(
  items: readonly LabelledText[],
  labels: number,
  { standard }: TextStatistics,
  predictOutOfFold: PredictOutOfFold,
  reportStage: NonNullable<TextFitOptions['reportStage']>,
): { readonly head: DenseHead; readonly outOfFold: readonly number[][] } | undefined {
  const states = items.flatMap(({ states }) => (standard && states ? [standardize(standard, states)] : []));
  if (states.length === 0) return undefined;
  let done = 0;
  const total = STATES_L2.length + 2;
  const stage = () => reportStage('Learning from hidden states of the base', done++, total);
  stage();
  const width = states[0]?.length ?? 0;
  const rows = states.map((row, i) => ({ row, label: (items[i] as LabelledText).label }));
  // Each fit starts from zero: starting from another penalty's weights saves no steps.
  const tried = STATES_L2.map((l2) => {
    stage();
    const outOfFold = predictOutOfFold(rows, (training) => {
      const head = fitDenseSoftmax(training, labels, width, l2);
      return ({ row }) => logProbabilitiesOf(denseLogits(head, row));
    });
    return {
      l2,
      outOfFold,
      logLikelihood: outOfFold.reduce((sum, each, i) => sum + (each[rows[i]?.label as number] as number), 0),
    };
  });
  const best = tried.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  stage();
  return { head: fitDenseSoftmax(rows, labels, width, best.l2), outOfFold: best.outOfFold };
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
  const start = new Array<number>(heads).fill(1 / heads);
  const examples = predictions.map((each, i) => choiceOf(each, (rows[i] as LabelledText).label));
  return Array.from(fitConditionalLogit(examples, start, SHARES_PRIOR, 100), (share) => Math.max(0, share));
}

function combine(heads: readonly (readonly number[])[], shares: readonly number[]): number[] {
  return choiceProbabilities(choiceOf(heads, 0), shares);
}

/** Probability of each label. Without states, only the n-gram head predicts. */
export function labelProbabilities(specialist: TextSpecialist, item: Pick<LabelledText, 'text' | 'states'>): number[] {
  const { statistics, statesHead, shares } = specialist;
  const ngrams = ngramLogProbabilities(specialist, hashedRow(item.text, statistics.rarity));
  if (!statesHead || !statistics.standard || !item.states) return combine([ngrams], [1]);
  return combine(
    [ngrams, logProbabilitiesOf(denseLogits(statesHead, standardize(statistics.standard, item.states)))],
    shares,
  );
}

/**
 * Confidence of the n-grams above which hidden states are not read. On the recorded tasks, the states help as much if
 * only texts below it are read (`bench -- tasks` at commit b3e1572c, 'states-only-where-n-grams-doubt').
 */
const CONFIDENT = 0.95;

export function isConfident(probabilities: readonly number[]): boolean {
  return Math.max(...probabilities) >= CONFIDENT;
}

/** Probability of each label as it is served. @param states of the text, used only if the n-grams are unsure */
export function servedProbabilities(
  specialist: TextSpecialist,
  text: string,
  states: () => Float32Array | undefined,
): number[] {
  const ngrams = labelProbabilities(specialist, { text });
  const read = isConfident(ngrams) ? undefined : states();
  return read ? labelProbabilities(specialist, { text, states: read }) : ngrams;
}
