// Fits a task's local model and router from all labels of folder and API. Deterministic: the same texts and labels give
// the same bytes on machines with the same floating-point arithmetic.
import { CodedError } from '../common/errors.ts';
import type { LabelTask } from '../prompts/label/task.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { fitTextRouter, type HeldOutText, isFullyKnown, judgeOutOfFold, type TextRouter } from './labels/router.ts';
import { type JudgedText, type Risk, riskAt } from './labels/share-of-calls.ts';
import {
  fitSpecialist,
  isConfident,
  type TextFitOptions,
  type TextSpecialist,
  textStatisticsOf,
} from './labels/text-specialist.ts';
import type { TaskText } from './texts.ts';

/** A task's texts as they were read. */
export interface TaskData {
  /** `keyOf` of a text → its labels. API labels are added during the run. */
  readonly known: Map<number, KnownLabels>;
  readonly texts: number;
  /** Unlabelled texts to choose from. */
  readonly unlabelled: readonly string[];
}

/** The texts, and the measured accuracy of the local model. */
export interface MeasuredTaskData extends TaskData {
  /** The limit for staying local; undefined: too few labels, so every unlabelled text is doubtful. */
  readonly risk: Risk | undefined;
  /** Texts of the out-of-fold measurement, and whether people or the API decided what is right. */
  readonly judged: readonly JudgedText[];
  readonly judgedBy: 'person' | 'api';
}

export interface LearnedTask extends MeasuredTaskData {
  readonly specialist: TextSpecialist;
  readonly router: TextRouter;
}

/** Share of texts where the local model may be worse than the API alone. */
export const DEFAULT_LOSS = 0.01;
export const MIN_LABELLED = 20;
/** Maximum number of unlabelled texts that are kept for sampling and for word frequencies. */
const MAX_UNLABELLED = 5000;

export async function collectTaskData(
  texts: AsyncIterable<TaskText>,
  answers: ReadonlyMap<number, KnownLabels>,
): Promise<TaskData> {
  const known = new Map(answers);
  const unlabelled: { key: number; text: string }[] = [];
  let count = 0;
  let largestKey = Number.POSITIVE_INFINITY;
  for await (const { text, ownLabel: sourceLabel } of texts) {
    count += 1;
    const key = keyOf(text);
    // A person's later label overrides the label in the file.
    if (sourceLabel !== undefined) known.set(key, { person: sourceLabel, ...(known.get(key) ?? { text }) });
    else if (!known.has(key) && key < largestKey) {
      // The smallest keys: a choice that does not depend on the number of texts.
      unlabelled.push({ key, text });
      if (unlabelled.length >= 2 * MAX_UNLABELLED) largestKey = keepSmallest(unlabelled);
    }
  }
  keepSmallest(unlabelled);
  return { known, texts: count, unlabelled: unlabelled.map(({ text }) => text) };
}

/** Labelled texts in the order of their keys; labels as indices. */
export function labelledIn({ labels }: Pick<LabelTask, 'labels'>, known: ReadonlyMap<number, KnownLabels>) {
  const indexOf = (name: string | undefined) => {
    const index = labels.findIndex((label) => label.name === name);
    return index < 0 ? undefined : index;
  };
  return [...known]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, { text, ...names }]) => {
      const [person, api] = [indexOf(names.person), indexOf(names.api)];
      const label = person ?? api;
      return label === undefined ? [] : [{ key, text, label, person, api }];
    });
}

/**
 * Whether a text belongs to a random sample of the texts, by its key. Doubtful texts that the large model was asked about
 * say nothing about the others: the risk bound needs texts that are exchangeable with them (Angelopoulos et al. 2022,
 * arXiv 2208.02814), and a mean over chosen texts is biased (Farquhar et al. 2021, arXiv 2101.11665). The random order is
 * that of the keys, and it has reached the largest key that was asked about as random. Every text up to there counts, also
 * one that was chosen before its turn: without the doubtful ones, the sample would look too easy.
 */
export function randomlyAsked(known: ReadonlyMap<number, KnownLabels>): (key: number) => boolean {
  let reached = Number.NEGATIVE_INFINITY;
  for (const [key, { paid }] of known) if (paid?.random) reached = Math.max(reached, key);
  return (key) => key <= reached && known.get(key)?.paid !== undefined;
}

/** Whether a text is in the random sample, or people labelled it, by its key. */
export function randomOrByPerson(known: ReadonlyMap<number, KnownLabels>): (key: number) => boolean {
  const isRandom = randomlyAsked(known);
  return (key) => known.get(key)?.person !== undefined || isRandom(key);
}

export interface LearnOptions extends Pick<TextFitOptions, 'reportStage'> {
  readonly loss?: number;
  /** Hidden states by `keyOf` of the text; if given, only texts with states are trained on. */
  readonly states?: ReadonlyMap<number, Float32Array>;
}

/** Throws CodedError 'nothing-to-learn' if too few texts are labelled. */
export function learnTask(
  task: LabelTask,
  taskData: TaskData,
  { loss = DEFAULT_LOSS, states, reportStage }: LearnOptions = {},
): LearnedTask {
  const { known, unlabelled } = taskData;
  const labelled = labelledIn(task, known).flatMap((item) => {
    if (!states) return [item];
    const textStates = states.get(item.key);
    return textStates ? [{ ...item, states: textStates }] : [];
  });
  if (labelled.length < MIN_LABELLED)
    throw new CodedError(
      'nothing-to-learn',
      `${labelled.length} texts of '${task.name}' have a label; ${MIN_LABELLED} are needed. Label some, name a column of labels in the task, or let the API label a sample.`,
    );
  const labels = task.labels.length;
  const openTexts = unlabelled.filter((text) => known.get(keyOf(text)) === undefined);
  const statistics = textStatisticsOf(
    [...labelled.map(({ text }) => text), ...openTexts],
    [...(states?.values() ?? [])],
  );
  const { specialist, outOfFold, ngramOutOfFold } = fitSpecialist(
    labelled,
    labels,
    statistics,
    reportStage && { reportStage },
  );
  // States are used only if the n-grams are unsure, as in labelling.
  const probabilities = outOfFold.map((combined, i) =>
    isConfident(ngramOutOfFold[i] as number[]) ? (ngramOutOfFold[i] as number[]) : combined,
  );
  const heldOut = labelled.map(
    ({ key, text, person, api }, i): HeldOutText => ({
      id: String(key),
      text,
      probabilities: probabilities[i] as readonly number[],
      truth: person,
      api,
    }),
  );
  const judgedBy = heldOut.some(isFullyKnown) ? 'person' : 'api';
  // Without labels of people, only disagreement with the API can be measured.
  const isRandom = randomlyAsked(known);
  const judged = judgeOutOfFold(
    judgedBy === 'person' ? heldOut : heldOut.map((item) => ({ ...item, truth: item.api })),
    labels,
  ).filter(({ id }) => judgedBy === 'person' || isRandom(Number(id)));
  const risk = judged.length > 0 ? riskAt(judged, loss) : undefined;
  return { ...taskData, specialist, router: fitTextRouter(heldOut, labels), risk, judged, judgedBy };
}

/** Keeps the smallest keys and returns the largest of them. */
function keepSmallest(items: { key: number }[]): number {
  items.sort((a, b) => a.key - b.key);
  items.length = Math.min(items.length, MAX_UNLABELLED);
  return items.length < MAX_UNLABELLED ? Number.POSITIVE_INFINITY : (items.at(-1)?.key ?? 0);
}
