// A task's specialist and coupling, from all labels that the folder and the API have given. Deterministic: the same texts and labels give
// the same bytes, on any machine that adds alike.
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
  /** By `keyOf` of the text; who asks the API adds what it says. */
  readonly known: Map<number, Known>;
  readonly texts: number;
  /** Texts that nobody had labelled, to choose from. */
  readonly unlabelled: readonly string[];
}

/** What is known of how far a specialist can be trusted. */
export interface Judgement extends Gathered {
  /** How much may stay local; undefined: too little is known to say, and all that nobody has labelled is in doubt. */
  readonly risk: Risk | undefined;
  /** Texts that the pair was measured on, each by a coupling without it, and whose word counted as right there. */
  readonly judged: readonly JudgedText[];
  readonly judgedBy: 'person' | 'api';
}

export interface LearnedTask extends Judgement {
  readonly specialist: TextSpecialist;
  readonly coupling: TextRouter;
}

/** The specialist may be worse than the API alone at this share of texts. */
export const DEFAULT_LOSS = 0.01;
export const FEWEST_LABELLED = 20;
/** Texts without a label that are kept to choose from, and to know how rare words are. */
const MOST_UNLABELLED = 5000;

export async function gather(texts: AsyncIterable<TaskText>, answers: ReadonlyMap<number, Known>): Promise<Gathered> {
  const known = new Map(answers);
  const unlabelled: { key: number; text: string }[] = [];
  let count = 0;
  let bar = Number.POSITIVE_INFINITY;
  for await (const { text, own } of texts) {
    count += 1;
    const key = keyOf(text);
    // What a person says later counts for more than what the file has said before.
    if (own !== undefined) known.set(key, { person: own, ...(known.get(key) ?? { text }) });
    else if (!known.has(key) && key < bar) {
      // Those of the smallest keys: a seeded choice that does not hang on how many there are.
      unlabelled.push({ key, text });
      if (unlabelled.length >= 2 * MOST_UNLABELLED) bar = keepSmallest(unlabelled);
    }
  }
  keepSmallest(unlabelled);
  return { known, texts: count, unlabelled: unlabelled.map(({ text }) => text) };
}

/** Those with a label, in the order of their keys. Labels are their indices. */
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
  /** Of a base, by `keyOf` of the text: only texts that have them are learned from then. */
  readonly states?: ReadonlyMap<number, Float32Array>;
}

/** Throws CodedError 'nothing-to-learn' where too few texts are labelled. */
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
  // As texts are labelled: with the states where the n-grams are not sure.
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
  // Where nobody has said what is true, all that can be known is how often the specialist is not of the API's opinion.
  const judged = crossJudged(judgedBy === 'person' ? held : held.map((item) => ({ ...item, truth: item.api })), labels);
  const risk = judged.length > 0 ? riskAt(judged, loss) : undefined;
  return { ...gathered, specialist, coupling: fitTextRouter(held, labels), risk, judged, judgedBy };
}

/** Leaves the smallest keys; the largest of them. */
function keepSmallest(items: { key: number }[]): number {
  items.sort((a, b) => a.key - b.key);
  items.length = Math.min(items.length, MOST_UNLABELLED);
  return items.length < MOST_UNLABELLED ? Number.POSITIVE_INFINITY : (items.at(-1)?.key ?? 0);
}
