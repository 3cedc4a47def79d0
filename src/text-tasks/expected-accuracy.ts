// What the local model is expected to get right among the texts without a label, from its own cross-validation.
import { quantile } from '../common/quality.ts';
import { gammas, normals } from '../common/statistics/random.ts';
import { isRandomSample, type TaskData } from './random-sample.ts';
import type { TextTask } from './task-file.ts';

export interface ExpectedAccuracy {
  /** Labelled texts that were cross-validated, and texts that nobody has labelled. */
  readonly labelled: number;
  readonly others: number;
  /** Expected share of right labels (mean similarity of answers) among the others, with its 95 % interval. */
  readonly right: number;
  readonly low: number;
  readonly high: number;
  /** False: the labelled texts may be of other kinds than the others, so the interval is wider. */
  readonly isRandom: boolean;
}

/** A labelled text: its label, and how right the local model is about it, 0..1, out of fold. */
export interface CrossValidated {
  /** Index of the label; 0 for all answers that are texts. */
  readonly label: number;
  readonly right: number;
}

/** Labels from which the local model learns at all, and from which its labels are used without a question. */
export const MIN_LABELLED = 20;
export const ENOUGH_LABELLED = 40;

const DRAWS = 2000;

/**
 * The 95 % interval by resampling each label on its own (a Bayesian bootstrap). A label with few texts widens it. If
 * the labelled texts are no random sample, any shares of the labels among the others are taken to be as likely. The
 * others are a sample, too. Undefined below `MIN_LABELLED` labels.
 */
export function expectedAccuracy(
  task: TextTask,
  { crossValidated: scores = [], ...taskData }: TaskData & { readonly crossValidated?: readonly CrossValidated[] },
): ExpectedAccuracy | undefined {
  if (scores.length < MIN_LABELLED) return undefined;
  const { texts, known } = taskData;
  const answered = [...known.values()].filter(({ person, api }) => (person ?? api) !== undefined).length;
  const others = Math.max(0, texts - answered);
  const isRandom = isRandomSample(task, taskData);
  const labels = 'labels' in task ? task.labels.length : 1;
  const draws = drawsOf(scores, labels, Math.max(1, others), isRandom);
  const right = draws.reduce((sum, each) => sum + each, 0) / draws.length;
  // The others are whole texts.
  const most = Math.max(1, others);
  const low = Math.max(0, Math.floor(quantile(draws, 0.025) * most) / most);
  const high = Math.min(1, Math.ceil(quantile(draws, 0.975) * most) / most);
  return { labelled: scores.length, others, right, low, high, isRandom };
}

/** A label's texts count half: the model of a fold was fitted to fewer texts, and its errors depend on each other. */
const WEIGHT = 0.5;

function drawsOf(scores: readonly CrossValidated[], labels: number, others: number, isRandom: boolean): number[] {
  const gamma = gammas(1);
  const normal = normals(2);
  const overall = scores.reduce((sum, { right }) => sum + right, 0) / scores.length;
  // One text is added to each label, which is right as often as all, and to all labels together a right and a wrong
  // one.
  const both = 1 / labels;
  const counts = Array.from({ length: labels }, () => ({ right: overall + both, wrong: 1 - overall + both }));
  for (const { label, right } of scores) {
    const count = counts[label] as (typeof counts)[number];
    count.right += right;
    count.wrong += 1 - right;
  }
  return Array.from({ length: DRAWS }, () => {
    let [mean, total] = [0, 0];
    for (const { right, wrong } of counts) {
      const [rights, wrongs] = [gamma(WEIGHT * right), gamma(WEIGHT * wrong)];
      const share = isRandom ? rights + wrongs : gamma(1);
      mean += (share * rights) / (rights + wrongs);
      total += share;
    }
    // Rounding may exceed 1.
    const expected = Math.min(1, mean / total);
    return expected + normal() * Math.sqrt((expected * (1 - expected)) / others);
  });
}

/** 'The local model is expected to get about 68% of the other 20 right (49 to 82%, by cross-validation).' */
export function inWords({ others, right, low, high, isRandom }: ExpectedAccuracy): string {
  const [about, from, to] = [right, low, high].map((share) => Math.round(100 * share));
  const how = isRandom ? 'by cross-validation' : 'because the labelled texts are no random choice';
  return `The local model is expected to get about ${about}% of the other ${others} right (${from} to ${to}%, ${how}).`;
}
