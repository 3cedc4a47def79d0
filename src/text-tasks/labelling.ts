// The texts of a task in the order in which a person labels them, with what the local model says of each.

import { type ExpectedAccuracy, expectedAccuracy, MIN_LABELLED } from './expected-accuracy.ts';
import type { KnownLabels } from './given-labels.ts';
import { type EncodeTexts, LabelReader } from './label-reader.ts';
import { keyOf } from './labels/extract.ts';
import { labelledVectors, labelModelOf, learnAnswers, learnLabels, onlyLabel } from './learn.ts';
import { collectTaskData, inRandomOrder, type TaskData } from './random-sample.ts';
import type { TaskModel } from './rows.ts';
import { isAnswerTask, type TextTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

export interface LabellingRow {
  readonly text: string;
  /** The label or answer; '': none yet. */
  readonly label: string;
  readonly source: 'person' | 'api' | 'specialist' | '';
  /** Estimated probability that a local answer is right. */
  readonly confidence?: number;
  /** Indices of the labels, the likeliest first. Empty without a local model, and for text answers. */
  readonly likely: readonly number[];
}

export interface Labelling {
  readonly rows: readonly LabellingRow[];
  /** Labels of people and of the large model. */
  readonly labelled: number;
  readonly texts: number;
  /** Absent: too few labels. */
  readonly expected?: ExpectedAccuracy;
}

/** Maximum rows with a label, and without one. */
const MAX_ROWS = 1000;
/** Labels that a row offers first. */
const MAX_LIKELY = 9;

/**
 * Rows in the random order of the task, which labels do not change. Texts of which the local model is unsure help no
 * more (`bench -- tasks` at commit b3e1572c, 'few-labels'): test accuracy with 40 labels 0.497, 0.516, 0.425 instead
 * of 0.511, 0.540, 0.457 of random texts; with 80 labels 0.558, 0.557, 0.558 instead of 0.540, 0.550, 0.564. And only
 * random texts show how often the model is right.
 */
/** @param encode vectors of texts; absent: n-grams alone */
export async function readLabelling(folder: TaskFolder, signal: AbortSignal, encode?: EncodeTexts): Promise<Labelling> {
  const { task } = folder;
  const keys = new Set<number>();
  async function* texts() {
    for await (const each of folder.texts(signal)) {
      keys.add(keyOf(each.text));
      yield each;
    }
  }
  const taskData = await collectTaskData(task, texts(), await folder.answers());
  const { known, unlabelled } = taskData;
  const labelled = [...known].flatMap(([key, each]) => (keys.has(key) && answerOf(each) !== undefined ? [each] : []));
  const first = (some: readonly string[]) => inRandomOrder(task, some).slice(0, MAX_ROWS);
  const shown = inRandomOrder(task, [...first(labelled.map(({ text }) => text)), ...first(unlabelled)]);
  const { model, likely } = await learnFrom(task, taskData, labelled, encode);
  const rows: LabellingRow[] = [];
  async function* all() {
    for (const text of shown) yield { text };
  }
  for await (const { text, label, by, confidence } of model?.rows(all()) ?? [])
    rows.push({ text, label, source: by === 'none' ? '' : by, confidence, likely: likely(text) });
  if (!model)
    for (const text of shown) {
      const { person, api } = known.get(keyOf(text)) ?? {};
      const source = person === undefined ? (api === undefined ? '' : 'api') : 'person';
      rows.push({ text, label: person ?? api ?? '', source, likely: likely(text) });
    }
  const expected = model && expectedAccuracy(task, model);
  return { rows, labelled: labelled.length, texts: taskData.texts, ...(expected && { expected }) };
}

function answerOf({ person, api }: KnownLabels): string | undefined {
  return person ?? api;
}

/** The local model, if there are enough labels for one, and the likely labels of a text. */
async function learnFrom(
  task: TextTask,
  taskData: TaskData,
  labelled: readonly KnownLabels[],
  encode: EncodeTexts | undefined,
): Promise<{ readonly model: TaskModel | undefined; likely(text: string): number[] }> {
  const isTooFew =
    labelled.length < MIN_LABELLED || (!isAnswerTask(task) && onlyLabel(taskData.known.values()) !== undefined);
  if (isTooFew) return { model: undefined, likely: () => [] };
  if (isAnswerTask(task)) return { model: learnAnswers(task, taskData), likely: () => [] };
  const learned = learnLabels(task, taskData, await labelledVectors(task, taskData, encode));
  const reader = new LabelReader(learned.specialist, encode);
  const likely = (text: string) => {
    const scores = reader.probabilities(text);
    return [...task.labels.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0)).slice(0, MAX_LIKELY);
  };
  return { model: labelModelOf(task, learned, reader), likely };
}
