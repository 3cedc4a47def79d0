// The answer of every text of a task: a person's, the large model's stored one, or else the local model's.

import type { Judged, Risk } from '../routing/local-or-large.ts';
import type { CrossValidated } from './expected-accuracy.ts';
import type { LabelQuality } from './label-quality.ts';
import { keyOf } from './labels/extract.ts';
import type { TaskData } from './random-sample.ts';
import type { TaskText } from './texts.ts';

export interface LabelledRow {
  readonly text: string;
  readonly label: string;
  /** Source of the label; 'api' means a stored answer, 'none' that the row has no text. */
  readonly by: 'person' | 'api' | 'specialist' | 'none';
  /** Calibrated probability that the label is right; 1 for a person's label. */
  readonly confidence: number;
  /** Whether the local label is not certain enough. */
  readonly inDoubt: boolean;
  /** The text's row in the source, and how it stands there. Absent if it has none, and in rows read from results. */
  readonly row?: number;
  readonly source?: readonly string[] | string;
}

/** The texts, and the measured accuracy of the local model. */
export interface MeasuredTaskData extends TaskData {
  /** The limit for staying local; undefined: too few labels, so every unlabelled text is doubtful. */
  readonly risk: Risk | undefined;
  /** Texts that were held back from learning, and whether people or the API decided what is right. */
  readonly judged: readonly Judged[];
  readonly judgedBy: 'person' | 'api';
  /** Of each training text. */
  readonly crossValidated?: readonly CrossValidated[];
  /** By the labels of the training texts. Absent: answers are texts, or nothing was learned. */
  readonly byLabel?: LabelQuality;
}

/** A local model with its router, for labels or for answers in words. */
export interface TaskModel extends MeasuredTaskData {
  /** Yields each text with its answer. */
  rows(texts: AsyncIterable<TaskText>): AsyncGenerator<LabelledRow>;
}

/** How texts are answered that no person has answered. */
export interface LocalAnswers extends Pick<MeasuredTaskData, 'known' | 'risk'> {
  /** Reads a group of texts before they are answered; absent: nothing has to be read. */
  readonly prepare?: (texts: readonly string[]) => Promise<void>;
  /** The answer with its probabilities of being right, before a call and after it. */
  readonly answer: (text: string) => {
    readonly label: string;
    readonly before: number;
    readonly after: number;
    /** Probability that the API's answer is right, once it is known. */
    readonly withAnswer: (api: string) => number;
  };
}

/** For texts that all have a label: nothing has to be learned. */
export function knownAnswers(taskData: TaskData): TaskModel {
  const nothing = { label: '', before: 0, after: 0, withAnswer: () => 0 };
  const model = { ...taskData, judged: [], judgedBy: 'person', risk: undefined } as const;
  return { ...model, rows: (texts) => rowsOf({ ...model, answer: () => nothing }, texts) };
}

/** Number of texts in a group. The base is loaded for each group. */
const GROUP = 256;

export async function* rowsOf(answers: LocalAnswers, texts: AsyncIterable<TaskText>): AsyncGenerator<LabelledRow> {
  // Doubt is what the large model may resolve. Without one, it is an answer that is more likely wrong than right.
  const isAlone = answers.risk === undefined && ![...answers.known.values()].some(({ paid }) => paid);
  let group: TaskText[] = [];
  for await (const each of texts) {
    group.push(each);
    if (answers.prepare && group.length < GROUP) continue;
    yield* rowsOfGroup(answers, group, isAlone);
    group = [];
  }
  yield* rowsOfGroup(answers, group, isAlone);
}

async function* rowsOfGroup(
  { known, risk, prepare, answer }: LocalAnswers,
  group: readonly TaskText[],
  isAlone: boolean,
): AsyncGenerator<LabelledRow> {
  const personOf = (text: string) => known.get(keyOf(text))?.person;
  // Repeated texts are read once.
  const texts = new Map(group.map(({ text }) => [keyOf(text), text]));
  await prepare?.([...texts.values()].filter((text) => text !== '' && personOf(text) === undefined));
  for (const { text, row, source } of group) {
    const at = { text, ...(row !== undefined && { row }), ...(source !== undefined && { source }) };
    if (text === '') {
      yield { ...at, label: '', by: 'none', confidence: 0, inDoubt: false };
      continue;
    }
    const person = personOf(text);
    if (person !== undefined) {
      yield { ...at, label: person, by: 'person', confidence: 1, inDoubt: false };
      continue;
    }
    const { label, before, after, withAnswer } = answer(text);
    const api = known.get(keyOf(text))?.api;
    if (api !== undefined) yield { ...at, label: api, by: 'api', confidence: withAnswer(api), inDoubt: false };
    else {
      const inDoubt = isAlone ? before < 0.5 : risk === undefined || after - before >= risk.keepBelow;
      yield { ...at, label, by: 'specialist', confidence: before, inDoubt };
    }
  }
}
