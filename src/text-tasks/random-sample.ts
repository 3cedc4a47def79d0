// The random sample of a task: the texts that the large model is asked about to learn from, and the part of them that
// is held back from learning. The limit for staying local is set on that part.
import { createHash } from 'node:crypto';
import { chooseForm, isCompared, MOST_COMPARED, preferForm } from './choose-form.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import type { SourceFindings } from './source-findings.ts';
import type { TextTask } from './task-file.ts';
import type { TaskText } from './texts.ts';

type Named = Pick<TextTask, 'name'>;

/** Labels of people from which forms are compared. */
const MIN_GIVEN = 20;

/** A task's texts as they were read. */
export interface TaskData {
  /** `keyOf` of a text → its labels. API labels are added during the run. */
  readonly known: Map<number, KnownLabels>;
  readonly texts: number;
  /** Unlabelled texts to ask about. */
  readonly unlabelled: readonly string[];
}

/** Maximum number of unlabelled texts that are kept for asking and for word frequencies. */
const MAX_UNLABELLED = 5000;

/**
 * A text's place in the random order. The task's name is the seed, so the order is the same in every run. `keyOf` would
 * place texts together that differ in their last characters.
 */
export function placeOf({ name }: Named, text: string): number {
  return createHash('sha256')
    .update(`${name}\n${keyOf(text)}`)
    .digest()
    .readUIntBE(0, 6);
}

export function inRandomOrder(task: Named, texts: readonly string[]): string[] {
  const placed = texts.map((text) => ({ text, place: placeOf(task, text) }));
  return placed.sort((a, b) => a.place - b.place).map(({ text }) => text);
}

/** @param doubled what `texts` has found of texts with two labels, by `keyOf` */
export async function collectTaskData(
  task: TextTask,
  texts: AsyncIterable<TaskText>,
  answers: ReadonlyMap<number, KnownLabels>,
  doubled: SourceFindings['doubled'] = new Map(),
): Promise<TaskData> {
  const known = new Map(answers);
  const unlabelled: Placed[] = [];
  let count = 0;
  let last = Number.POSITIVE_INFINITY;
  for await (const { text, ownLabel: sourceLabel } of texts) {
    count += 1;
    const key = keyOf(text);
    // A person's later label overrides the label in the file.
    if (sourceLabel !== undefined) known.set(key, { person: sourceLabel, ...(known.get(key) ?? { text }) });
    if (known.has(key)) continue;
    // The first places: a choice that does not depend on the number of texts.
    const place = placeOf(task, text);
    if (place < last) unlabelled.push({ place, text });
    if (unlabelled.length >= 2 * MAX_UNLABELLED) last = keepFirst(unlabelled);
  }
  // Which of two labels is right, nobody knows.
  for (const [key, { text }] of doubled) {
    if (answers.has(key)) continue;
    known.delete(key);
    unlabelled.push({ place: placeOf(task, text), text });
  }
  keepFirst(unlabelled);
  preferForm(known, chooseForm(task, known).winner);
  return { known, texts: count, unlabelled: unlabelled.map(({ text }) => text) };
}

interface Placed {
  readonly place: number;
  readonly text: string;
}

/** Sorts the texts, keeps the first ones, and returns the last place that is kept. */
function keepFirst(items: Placed[]): number {
  items.sort((a, b) => a.place - b.place);
  items.length = Math.min(items.length, MAX_UNLABELLED);
  return items.length < MAX_UNLABELLED ? Number.POSITIVE_INFINITY : (items.at(-1)?.place ?? 0);
}

/**
 * The texts that the large model was not asked about, in random order. Texts that people labelled come first: they show
 * where the large model is right.
 */
export function openSample(task: Named, { known, unlabelled }: TaskData): string[] {
  const byPeople = [...known.values()].flatMap(({ text, person }) => (person === undefined ? [] : [text]));
  const isOpen = (text: string) => known.get(keyOf(text))?.paid === undefined;
  return [byPeople, unlabelled].flatMap((texts) => inRandomOrder(task, texts.filter(isOpen)));
}

/** A labelled text may stand behind one in ten that was left out. */
const MAX_LEFT_OUT = 0.1;

/** Whether the texts were labelled in the random order: then the others are like them. */
export function isRandomSample(task: Named, { known, unlabelled }: TaskData): boolean {
  const labelled = [...known.values()].flatMap(({ text, person, api }) =>
    (person ?? api) === undefined ? [] : [placeOf(task, text)],
  );
  const last = labelled.reduce((most, place) => Math.max(most, place), 0);
  const leftOut = unlabelled.filter((text) => !known.has(keyOf(text)) && placeOf(task, text) < last);
  return leftOut.length <= MAX_LEFT_OUT * labelled.length;
}

/** The texts on which forms are compared, in random order. Nothing else is held back or measured on them. */
export function comparedTexts(task: Named, known: TaskData['known']): KnownLabels[] {
  const given = new Map([...known.values()].flatMap((item) => (item.person === undefined ? [] : [[item.text, item]])));
  const first = given.size < MIN_GIVEN ? [] : inRandomOrder(task, [...given.keys()]).slice(0, MOST_COMPARED);
  return first.flatMap((text) => given.get(text) ?? []);
}

interface HeldBack {
  /** Keys of the texts that nothing is fitted on. */
  readonly keys: ReadonlySet<number>;
  /** Whether people decided what is right there, or the large model. */
  readonly judgedBy: 'person' | 'api';
}

/**
 * Holds texts back that the large model answered: those that people labelled too, or those of the random sample,
 * whichever are more. Doubtful texts that it was asked about say nothing about the others, because the bound needs
 * texts that are exchangeable with them (Angelopoulos et al. 2022, arXiv 2208.02814). The random order has reached the
 * last text that was asked about as random. Every text up to there counts, also one that was asked about in doubt:
 * without those, the sample would look too easy. No bound rests on texts on which forms were compared: the form
 * was chosen on them.
 * @param loss that is to be bounded, 0..1
 */
export function heldBack(task: Named, known: TaskData['known'], loss: number): HeldBack {
  const answered = [...known]
    .filter(([, { api }]) => api !== undefined)
    .map(([key, labels]) => ({ key, place: placeOf(task, labels.text), ...labels }))
    .sort((a, b) => a.place - b.place);
  const reached = answered.findLastIndex(({ paid }) => paid?.random);
  const random = answered.slice(0, reached + 1).filter(({ person, paid }) => person === undefined || paid?.random);
  const byPeople = answered.filter(({ person }) => person !== undefined);
  const [judgedBy, sample] =
    byPeople.length > random.length ? (['person', byPeople] as const) : (['api', random] as const);
  const labelled = [...known.values()].filter(({ person, api }) => (person ?? api) !== undefined).length;
  const fewest = Math.round(1 / loss) - 1;
  const unseen = sample.filter((item) => !isCompared(item));
  const keysOf = (items: typeof sample, count: number) => new Set(items.slice(0, count).map(({ key }) => key));
  if (unseen.length >= fewest) return { keys: keysOf(unseen, heldBackCount(unseen.length, labelled, loss)), judgedBy };
  // Too few for a bound: they only measure.
  return { keys: keysOf(sample, Math.min(fewest - 1, Math.floor(sample.length / 2))), judgedBy };
}

/**
 * At most half of the sample, or of all labels if the sample is small. A loss of 1 % is bounded with 99 texts of which
 * none is lost, with 199 of which one is lost, and so on: numbers between these would only lower the share of local
 * texts (`riskAt`).
 */
function heldBackCount(sample: number, labelled: number, loss: number): number {
  const half = Math.floor(sample / 2);
  const lost = Math.floor(half * loss + 1e-9);
  if (lost > 0) return Math.round(lost / loss) - 1;
  const fewest = Math.round(1 / loss) - 1;
  return sample >= fewest && labelled >= 2 * fewest ? fewest : half;
}
