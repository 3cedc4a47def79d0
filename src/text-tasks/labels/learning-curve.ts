// Learning curve of a local model: how many more answers would be right with more labels.
import { foldsOf } from './text-specialist.ts';

/** Share of wrong answers, 0..1, of models that were trained on this number of labels. */
export interface CurvePoint {
  readonly labels: number;
  readonly error: number;
}

/** Errors with few labels and with three times as many. */
export interface LearningCurve {
  readonly few: CurvePoint;
  readonly many: CurvePoint;
}

/** Each text is judged by a model of one other quarter of the labels, and by a model of all three. */
const FOLDS = 4;

/**
 * @param isJudged whether a text was chosen at random: only such texts show the error on all texts
 * @param train returns the error, 0..1, at a text that is not in `items`
 * @returns undefined if no text is judged
 */
export function measureCurve<T>(
  items: readonly T[],
  isJudged: (item: T) => boolean,
  train: (items: readonly T[]) => (item: T) => number,
): LearningCurve | undefined {
  const foldOf = foldsOf(items.length, 1, FOLDS);
  const inFold = (fold: number) => items.filter((_, i) => foldOf[i] === fold % FOLDS);
  let [judged, few, many] = [0, 0, 0];
  for (let fold = 0; fold < FOLDS; fold++) {
    const heldOut = inFold(fold).filter(isJudged);
    if (heldOut.length === 0) continue;
    const [errorOfFew, errorOfMany] = [train(inFold(fold + 1)), train(items.filter((_, i) => foldOf[i] !== fold))];
    judged += heldOut.length;
    for (const item of heldOut) {
      few += errorOfFew(item);
      many += errorOfMany(item);
    }
  }
  if (judged === 0) return undefined;
  const labels = items.length / FOLDS;
  return {
    few: { labels, error: few / judged },
    many: { labels: (FOLDS - 1) * labels, error: many / judged },
  };
}

/**
 * Expected fall of the error from `labels` to `labels + more`, by a power law through both points: error = a x labels^-c
 * (Hestness et al. 2017, arXiv 1712.00409). No less than 0.
 */
export function expectedGain({ few, many }: LearningCurve, labels: number, more: number): number {
  if (many.error <= 0 || many.error >= few.error) return 0;
  const exponent = Math.log(few.error / many.error) / Math.log(many.labels / few.labels);
  const errorAt = (count: number) => many.error * (count / many.labels) ** -exponent;
  return errorAt(labels) - errorAt(labels + more);
}
