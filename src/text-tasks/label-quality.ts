// How right the local model is about each label, and which given labels look wrong: by cross-validation, so no text is
// judged by a model that has learned from it. A doubted label is one by confident learning (Northcutt et al., JAIR 2021).
import { mean } from '../common/quality.ts';
import { mostLikely } from './labels/router.ts';

/** A labelled text, and what a model says of it that has not learned from it. */
export interface PredictedText {
  readonly text: string;
  /** Index of the given label. */
  readonly label: number;
  /** Of each label. */
  readonly probabilities: readonly number[];
}

export interface DoubtedLabel {
  /** Its beginning. */
  readonly text: string;
  readonly given: string;
  readonly likely: string;
}

export interface LabelQuality {
  readonly names: readonly string[];
  /** Number of texts, [given label][predicted label]. */
  readonly confusion: readonly (readonly number[])[];
  /** The likeliest first. */
  readonly doubted: readonly DoubtedLabel[];
}

/** Of one label, 0..1. Undefined where there is nothing to count. */
export interface LabelFigures {
  readonly texts: number;
  /** Share of its predictions that are right, and of its texts that are found. */
  readonly precision: number | undefined;
  readonly recall: number | undefined;
  readonly f1: number | undefined;
}

const MAX_DOUBTED = 100;
/** Characters that tell a text from others. */
const BEGINNING = 200;

export function labelQuality(names: readonly string[], texts: readonly PredictedText[]): LabelQuality {
  const confusion = names.map(() => names.map(() => 0));
  for (const { label, probabilities } of texts) {
    const row = confusion[label] as number[];
    const predicted = mostLikely(probabilities);
    row[predicted] = (row[predicted] as number) + 1;
  }
  return { names, confusion, doubted: doubtedIn(names, texts) };
}

/**
 * Texts for which another label is at least as likely as it is for its own texts on average, while the given one is
 * less likely than for those.
 */
function doubtedIn(names: readonly string[], texts: readonly PredictedText[]): DoubtedLabel[] {
  const usual = names.map((_, label) => {
    const own = texts.filter((text) => text.label === label).map(({ probabilities }) => probabilities[label] as number);
    return own.length === 0 ? Number.POSITIVE_INFINITY : mean(own);
  });
  return texts
    .flatMap(({ text, label, probabilities }) => {
      const likely = mostLikely(probabilities.map((p, i) => (p >= (usual[i] as number) ? p : 0)));
      const [given, other] = [probabilities[label] as number, probabilities[likely] as number];
      if (likely === label || given >= (usual[label] as number) || other < (usual[likely] as number)) return [];
      const pair = { given: names[label] as string, likely: names[likely] as string };
      return [{ margin: other - given, doubted: { text: text.slice(0, BEGINNING), ...pair } }];
    })
    .sort((a, b) => b.margin - a.margin)
    .slice(0, MAX_DOUBTED)
    .map(({ doubted }) => doubted);
}

export function figuresOfLabels({ confusion }: Pick<LabelQuality, 'confusion'>): LabelFigures[] {
  const share = (part: number, whole: number) => (whole === 0 ? undefined : part / whole);
  return confusion.map((row, label) => {
    const right = row[label] as number;
    const texts = row.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, other) => sum + (other[label] as number), 0);
    const f1 = share(2 * right, texts + predicted);
    return { texts, precision: share(right, predicted), recall: share(right, texts), f1 };
  });
}

/** The mean of the F1 of all labels that were given or predicted. A rare label counts as much as a frequent one. */
export function macroF1(figures: readonly LabelFigures[]): number {
  return mean(figures.flatMap(({ f1 }) => f1 ?? []));
}
