// Models that are trained again after every few answers of the large model: they choose the next texts, and show how
// much more labels would bring.
import { isAnswerTask, type LabelTask, type TextTask } from '../prompts/label/task.ts';
import { answerSimilarity } from './answers/answer-router.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { hashedRow, type Rarity } from './labels/hashed-grams.ts';
import { type LearningCurve, measureCurve } from './labels/learning-curve.ts';
import { fitNgramHead, type NgramRow, ngramProbabilities } from './labels/text-specialist.ts';
import { randomOrByPerson } from './learn-task.ts';

type Known = ReadonlyMap<number, KnownLabels>;

export interface QuickModel {
  /** Trains on the known labels. Returns the doubt about a text, 0..1. */
  doubts(known: Known): (text: string) => number;
  /** Undefined: too few labels. */
  curve(known: Known): LearningCurve | undefined;
}

/** Maximum labelled texts to train on, so that training takes about a second. */
const MAX_TRAINING = 600;
/** Minimum labelled texts for a curve: a model of a quarter of them is one of the points. */
const MIN_CURVE = 40;

export function quickModel(task: TextTask, rarity: Rarity): QuickModel {
  return isAnswerTask(task) ? new QuickAnswers(rarity) : new QuickLabels(task, rarity);
}

/** The labelled texts in the order of their keys, of which those that the large model answered come first. */
function labelledOf<T>(known: Known, itemOf: (key: number, labels: KnownLabels) => T | undefined): T[] {
  const sorted = [...known].sort(
    ([a, x], [b, y]) => Number(y.paid !== undefined) - Number(x.paid !== undefined) || a - b,
  );
  return sorted.flatMap(([key, labels]) => itemOf(key, labels) ?? []).slice(0, MAX_TRAINING);
}

/** Linear model of words and characters. The doubt is one minus the margin between its two most likely labels. */
class QuickLabels implements QuickModel {
  private readonly names: readonly string[];
  private readonly rarity: Rarity;
  private readonly rows = new Map<string, NgramRow['row']>();

  constructor({ labels }: LabelTask, rarity: Rarity) {
    this.names = labels.map(({ name }) => name);
    this.rarity = rarity;
  }

  doubts(known: Known): (text: string) => number {
    const labelled = this.labelled(known);
    if (labelled.length === 0) return () => 1;
    const head = fitNgramHead(labelled, this.names.length);
    return (text) => {
      const [first = 1, second = 0] = ngramProbabilities(head, this.rowOf(text)).sort((a, b) => b - a);
      return 1 - (first - second);
    };
  }

  curve(known: Known): LearningCurve | undefined {
    const labelled = this.labelled(known);
    if (labelled.length < MIN_CURVE) return undefined;
    return measureCurve(
      labelled,
      ({ isRandom }) => isRandom,
      (items) => {
        const head = fitNgramHead(items, this.names.length);
        return ({ row, label }) => {
          const probabilities = ngramProbabilities(head, row);
          return probabilities.indexOf(Math.max(...probabilities)) === label ? 0 : 1;
        };
      },
    );
  }

  private labelled(known: Known): (NgramRow & { readonly isRandom: boolean })[] {
    const isRandom = randomOrByPerson(known);
    return labelledOf(known, (key, { text, person, api }) => {
      const label = this.names.indexOf(person ?? api ?? '');
      return label < 0 ? undefined : { row: this.rowOf(text), label, isRandom: isRandom(key) };
    });
  }

  private rowOf(text: string): NgramRow['row'] {
    const row = this.rows.get(text) ?? hashedRow(text, this.rarity);
    this.rows.set(text, row);
    return row;
  }
}

/** The answer of the nearest text. It has no doubt of its own: texts are chosen for being unlike the answered ones. */
class QuickAnswers implements QuickModel {
  private readonly rarity: Rarity;

  constructor(rarity: Rarity) {
    this.rarity = rarity;
  }

  doubts(): (text: string) => number {
    return () => 1;
  }

  curve(known: Known): LearningCurve | undefined {
    const isRandom = randomOrByPerson(known);
    const answered = labelledOf(known, (key, { text, person, api }) => {
      const answer = person ?? api;
      return answer === undefined ? undefined : { key, text, answer, isRandom: isRandom(key) };
    });
    if (answered.length < MIN_CURVE) return undefined;
    return measureCurve(
      answered,
      (item) => item.isRandom,
      (items) => {
        const nearest = new NearestAnswers(items, this.rarity);
        return ({ text, answer }) => 1 - answerSimilarity(nearest.draft(text, keyOf(text)).answer, answer);
      },
    );
  }
}
