// The pair of a task as it is learned from everything but the test texts, and what it comes to with any answers of a large model.
import type { Judged } from '../../src/routing/local-or-large.ts';
import { rarityOf } from '../../src/text-tasks/labels/hashed-grams.ts';
import {
  type FullyKnownText,
  fitTextRouter,
  type HeldOutText,
  type TextRouter,
} from '../../src/text-tasks/labels/router.ts';
import {
  fitSpecialist,
  type LabelledText,
  labelProbabilities,
  type TextSpecialist,
} from '../../src/text-tasks/labels/text-specialist.ts';
import { type RecordedTask, type RecordedText, targetOf } from './data.ts';
import type { Readings } from './states.ts';

export type Item = RecordedText & LabelledText;

export interface LearnedPair {
  readonly learned: readonly Item[];
  readonly test: readonly Item[];
  readonly specialist: TextSpecialist;
  readonly router: TextRouter;
  readonly seconds: { readonly training: number; readonly router: number };
}

/** @param read absent: n-grams alone */
export function learnPair(recorded: RecordedTask, read: Readings = {}): LearnedPair {
  const { vectors, labelVectors, states, shown } = read;
  const labels = recorded.task.labels.length;
  const items = recorded.texts.map((row, i): Item => {
    return { ...row, label: targetOf(recorded, row) ?? 0, vector: vectors?.[i], states: states?.[i] };
  });
  const learned = items.filter(({ split, text }) => split !== 'test' && !shown?.has(text));
  const began = performance.now();
  const rarity = rarityOf(learned.map(({ text }) => text));
  const { specialist, outOfFold } = fitSpecialist(learned, labels, rarity, { labelVectors });
  const trained = performance.now();
  // The truth of the calibration texts is what somebody in the folder checked.
  const held = learned.map((item, i): HeldOutText => {
    const known = recorded.ownLabels || item.split === 'calibration';
    return { ...item, probabilities: outOfFold[i] as number[], truth: known ? item.truth : undefined };
  });
  const router = fitTextRouter(held, labels);
  const seconds = { training: (trained - began) / 1000, router: (performance.now() - trained) / 1000 };
  return { learned, test: items.filter(({ split }) => split === 'test'), specialist, router, seconds };
}

/** The test texts that the large model answered, with the local model's probabilities. */
export function judgedTexts(
  { specialist, test }: LearnedPair,
  answerOf: (item: Item) => number | undefined = ({ api }) => api,
): FullyKnownText[] {
  return test
    .map((item): HeldOutText => {
      return { ...item, api: answerOf(item), probabilities: labelProbabilities(specialist, item) };
    })
    .filter((item): item is FullyKnownText => item.api !== undefined && item.truth !== undefined);
}

/** The pair with other answers of the large model, by the id of their text. Its router knows answers to bare prompts alone. */
export function pairWith(pair: LearnedPair, answers: ReadonlyMap<string, number>): Judged[] {
  return judgedTexts(pair, ({ id }) => answers.get(id)).map((item) => pair.router.judge(item));
}
