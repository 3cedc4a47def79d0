// The pair of a task as it is learned from everything but the test texts, and what it comes to with any answers of a large model.
import type { Judged } from '../../src/routing/local-or-large.ts';
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
  textStatisticsOf,
} from '../../src/text-tasks/labels/text-specialist.ts';
import type { RecordedTask, RecordedText } from './data.ts';

export type Item = RecordedText & LabelledText;

export interface LearnedPair {
  readonly learned: readonly Item[];
  readonly test: readonly Item[];
  readonly specialist: TextSpecialist;
  readonly router: TextRouter;
  readonly seconds: { readonly training: number; readonly router: number };
}

/** What the specialist learns a text's label from: the folder's own, where it has them. */
export function targetOf({ ownLabels }: RecordedTask, { truth, api }: RecordedText): number | undefined {
  return ownLabels ? truth : api;
}

/**
 * @param states of all recorded texts, in their order
 * @param shown texts that stand in the base's prompt with their labels: they would give these away
 */
export function learnPair(
  recorded: RecordedTask,
  states?: readonly Float32Array[],
  shown: ReadonlySet<string> = new Set(),
): LearnedPair {
  const labels = recorded.task.labels.length;
  const items = recorded.texts.map((row, i): Item => {
    const own = states?.[i];
    return { ...row, label: targetOf(recorded, row) ?? 0, ...(own && { states: own }) };
  });
  const learned = items.filter(({ split, text }) => split !== 'test' && !(states && shown.has(text)));
  const began = performance.now();
  const statistics = textStatisticsOf(
    learned.map(({ text }) => text),
    states ? learned.map((item) => item.states as Float32Array) : [],
  );
  const { specialist, outOfFold } = fitSpecialist(learned, labels, statistics);
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
