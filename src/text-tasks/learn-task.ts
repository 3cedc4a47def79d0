// Fits a task's local model and router from all labels of folder and API. Deterministic: the same texts and labels give
// the same bytes on machines with the same floating-point arithmetic.
import { CodedError } from '../common/errors.ts';
import type { LabelTask } from '../prompts/label/task.ts';
import type { Known } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { crossJudged, fitTextRouter, type HeldOutText, hasBoth, type TextRouter } from './labels/router.ts';
import { type JudgedText, type Risk, riskAt } from './labels/share-of-calls.ts';
import { fitSpecialist, groundOf, type TextFitOptions, type TextSpecialist } from './labels/text-specialist.ts';
import { isSure } from './sureness.ts';
import type { TaskText } from './texts.ts';

/** A task's texts as they were read. */
export interface Gathered {
  /** By `keyOf` of the text; API labels are added during the run. */
  readonly known: Map<number, Known>;
  readonly texts: number;
  /** Unlabelled texts to choose from. */
  readonly unlabelled: readonly string[];
}

/** How far the local model can be trusted. */
export interface Judgement extends Gathered {
  /** The limit for staying local; undefined: too few labels, so every unlabelled text is doubtful. */
  readonly risk: Risk | undefined;
  /** Texts of the out-of-fold measurement, and whether people or the API decided what is right. */
  readonly judged: readonly JudgedText[];
  readonly judgedBy: 'person' | 'api';
}

export interface LearnedTask extends Judgement {
  readonly specialist: TextSpecialist;
  readonly coupling: TextRouter;
}

/** Share of texts where the local model may be worse than the API alone. */
export const DEFAULT_LOSS = 0.01;
export const FEWEST_LABELLED = 20;
/** Unlabelled texts that are kept for sampling and for word frequencies. */
const MOST_UNLABELLED = 5000;

export async function gather(texts: AsyncIterable<TaskText>, answers: ReadonlyMap<number, Known>): Promise<Gathered> {
  const known = new Map(answers);
  const unlabelled: { key: number; text: string }[] = [];
  let count = 0;
  let bar = Number.POSITIVE_INFINITY;
  for await (const { text, own } of texts) {
    count += 1;
    const key = keyOf(text);
    // A person's later label overrides the label in the file.
    if (own !== undefined) known.set(key, { person: own, ...(known.get(key) ?? { text }) });
    else if (!known.has(key) && key < bar) {
      // The smallest keys: a choice that does not depend on the number of texts.
      unlabelled.push({ key, text });
      if (unlabelled.length >= 2 * MOST_UNLABELLED) bar = keepSmallest(unlabelled);
    }
  }
  keepSmallest(unlabelled);
  return { known, texts: count, unlabelled: unlabelled.map(({ text }) => text) };
}

/** Labelled texts in the order of their keys; labels as indices. */
export function labelledIn({ labels }: Pick<LabelTask, 'labels'>, known: ReadonlyMap<number, Known>) {
  const indexOf = (name: string | undefined) => {
    const index = labels.findIndex((label) => label.name === name);
    return index < 0 ? undefined : index;
  };
  return [...known]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, { text, ...said }]) => {
      const [person, api] = [indexOf(said.person), indexOf(said.api)];
      const label = person ?? api;
      return label === undefined ? [] : [{ key, text, label, person, api }];
    });
}

export interface LearnOptions extends Pick<TextFitOptions, 'say'> {
  readonly loss?: number;
  /** Hidden states by `keyOf` of the text; if given, only texts with states are trained on. */
  readonly states?: ReadonlyMap<number, Float32Array>;
}

/** Throws CodedError 'nothing-to-learn' if too few texts are labelled. */
export function learnTask(
  task: LabelTask,
  gathered: Gathered,
  { loss = DEFAULT_LOSS, states, say }: LearnOptions = {},
): LearnedTask {
  const { known, unlabelled } = gathered;
  const labelled = labelledIn(task, known).flatMap((item) => {
    if (!states) return [item];
    const own = states.get(item.key);
    return own ? [{ ...item, states: own }] : [];
  });
  if (labelled.length < FEWEST_LABELLED)
    throw new CodedError(
      'nothing-to-learn',
      `${labelled.length} texts of '${task.name}' have a label; ${FEWEST_LABELLED} are needed. Label some, name a column of labels in the task, or let the API label a sample.`,
    );
  const labels = task.labels.length;
  const open = unlabelled.filter((text) => known.get(keyOf(text)) === undefined);
  const ground = groundOf([...labelled.map(({ text }) => text), ...open], [...(states?.values() ?? [])]);
  const { specialist, outOfFold, cheapOutOfFold } = fitSpecialist(labelled, labels, ground, say && { say });
  // As in labelling: with states only if the n-grams are unsure.
  const said = outOfFold.map((both, i) =>
    isSure(cheapOutOfFold[i] as number[]) ? (cheapOutOfFold[i] as number[]) : both,
  );
  const held = labelled.map(
    ({ key, text, person, api }, i): HeldOutText => ({
      id: String(key),
      text,
      probabilities: said[i] as readonly number[],
      truth: person,
      api,
    }),
  );
  const judgedBy = held.some(hasBoth) ? 'person' : 'api';
  // Without labels of people, only disagreement with the API can be measured.
  const judged = crossJudged(judgedBy === 'person' ? held : held.map((item) => ({ ...item, truth: item.api })), labels);
  const risk = judged.length > 0 ? riskAt(judged, loss) : undefined;
  return { ...gathered, specialist, coupling: fitTextRouter(held, labels), risk, judged, judgedBy };
}

/** Keeps the smallest keys and returns the largest of them. */
function keepSmallest(items: { key: number }[]): number {
  items.sort((a, b) => a.key - b.key);
  items.length = Math.min(items.length, MOST_UNLABELLED);
  return items.length < MOST_UNLABELLED ? Number.POSITIVE_INFINITY : (items.at(-1)?.key ?? 0);
}
