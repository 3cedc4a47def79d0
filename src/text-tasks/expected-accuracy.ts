// What the local model is expected to get right among the texts without a label, from its own cross-validation.
import type { TaskData } from './random-sample.ts';

export interface ExpectedAccuracy {
  /** Labelled texts that were cross-validated, and texts that nobody has labelled. */
  readonly labelled: number;
  readonly others: number;
  /** Expected share of right labels (mean similarity of answers) among the others, with its 95 % interval. */
  readonly right: number;
  readonly low: number;
  readonly high: number;
}

/** Labels from which the local model learns at all, and from which its labels are used without a question. */
export const MIN_LABELLED = 20;
export const ENOUGH_LABELLED = 40;

const Z = 1.96;

/**
 * Wilson's interval. The others are a sample too: few of them may be right more or less often than the model is. Both
 * samples count as one of the harmonic size. Undefined below `MIN_LABELLED` labels.
 */
export function expectedAccuracy({
  crossValidated: scores = [],
  texts,
  known,
}: Omit<TaskData, 'unlabelled'> & { readonly crossValidated?: readonly number[] }): ExpectedAccuracy | undefined {
  if (scores.length < MIN_LABELLED) return undefined;
  const answered = [...known.values()].filter(({ person, api }) => (person ?? api) !== undefined).length;
  const others = Math.max(0, texts - answered);
  const right = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const count = 1 / (1 / scores.length + 1 / Math.max(1, others));
  const scale = 1 / (1 + Z ** 2 / count);
  const centre = scale * (right + Z ** 2 / (2 * count));
  const width = scale * Z * Math.sqrt((right * (1 - right)) / count + (Z / (2 * count)) ** 2);
  // The others are whole texts.
  const most = Math.max(1, others);
  const low = Math.max(0, Math.floor((centre - width) * most) / most);
  const high = Math.min(1, Math.ceil((centre + width) * most) / most);
  return { labelled: scores.length, others, right, low, high };
}

/** 'The local model is expected to get about 68% of the other 20 right (49 to 82%, by cross-validation).' */
export function inWords({ others, right, low, high }: ExpectedAccuracy): string {
  const [about, from, to] = [right, low, high].map((share) => Math.round(100 * share));
  return `The local model is expected to get about ${about}% of the other ${others} right (${from} to ${to}%, by cross-validation).`;
}
