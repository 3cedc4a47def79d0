// Which form of prompt serves a task: all forms are compared on the same texts, which people have labelled, until one is
// better or nothing is to be gained.
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { isAnswerTask, type TextTask } from '../prompts/label/task.ts';
import { answerSimilarity } from './answers/answer-router.ts';
import type { KnownLabels } from './given-labels.ts';

/** From the cheapest. */
export const FORMS: readonly EvidenceForm[] = ['bare', 'brief', 'examples', 'informed'];
/** Texts that are asked about in every form at most, and from one look at the answers to the next. */
export const MOST_COMPARED = 100;
export const ROUND = 20;
/** A form has to make this share of the answers right that bare prompts do not: it costs up to five times as much. */
const MIN_GAIN = 0.01;
/** If bare prompts get at most this share wrong, nothing is to be gained. */
const LITTLE_WRONG = 0.05;
/** One-sided 95 %. */
const Z = 1.645;

export interface FormChoice {
  readonly serves: EvidenceForm;
  /** The forms that are still compared. Empty: the choice is made. */
  readonly open: readonly EvidenceForm[];
  /** Absent: nothing was compared. */
  readonly compared?: ComparedForms;
}

/** What the serving form brings on the texts that were asked about in it and bare. */
export interface ComparedForms {
  readonly form: EvidenceForm;
  readonly texts: number;
  /** Share of right answers (mean similarity of texts) to bare prompts, and the gain with its 90 % interval. */
  readonly bare: number;
  readonly gain: number;
  readonly low: number;
  readonly high: number;
}

export function isCompared({ answers }: KnownLabels): boolean {
  return Object.keys(answers ?? {}).length > 1;
}

/** Mean difference with its bounds. A pair that differs is added to their width: few pairs tell little. */
function meanOf(differences: readonly number[]) {
  const count = Math.max(1, differences.length);
  const gain = differences.reduce((sum, each) => sum + each, 0) / count;
  const width = (Z * Math.sqrt(differences.reduce((sum, each) => sum + each * each, 1))) / count;
  return { texts: differences.length, gain, low: gain - width, high: gain + width };
}

/** Successive elimination (a race): forms that are worse than the best so far are asked no more. */
export function chooseForm(task: TextTask, known: ReadonlyMap<number, KnownLabels>): FormChoice {
  const score = (answer: string, person: string) =>
    isAnswerTask(task) ? answerSimilarity(answer, person) : Number(answer === person);
  const texts = [...known.values()].flatMap(({ person, answers, ...item }) =>
    person !== undefined && answers && isCompared({ answers, ...item }) ? [{ person, answers }] : [],
  );
  /** How much better one form is than the other, on the texts that were asked about in both. */
  const over = (form: EvidenceForm, other: EvidenceForm) =>
    meanOf(
      texts.flatMap(({ person, answers: { [form]: a, [other]: b } }) =>
        a === undefined || b === undefined ? [] : [score(a, person) - score(b, person)],
      ),
    );
  const gainOf = (form: EvidenceForm) => over(form, 'bare').gain;
  const leader = FORMS.reduce((best, form) => (gainOf(form) > gainOf(best) ? form : best));
  const bareScores = texts.flatMap(({ person, answers: { bare } }) =>
    bare === undefined ? [] : [score(bare, person)],
  );
  const right = bareScores.reduce((sum, each) => sum + each, 0);
  const mayGain = FORMS.some((form) => form !== 'bare' && over(form, 'bare').high >= MIN_GAIN);
  const isBareEnough = (bareScores.length - right + 1) / (bareScores.length + 2) <= LITTLE_WRONG || !mayGain;
  const open = FORMS.filter((form) => form === leader || over(form, leader).high > 0);
  const isMade = isBareEnough || open.length === 1 || texts.length >= MOST_COMPARED;
  const serves = isBareEnough || gainOf(leader) < MIN_GAIN ? 'bare' : leader;
  return {
    serves,
    open: isMade ? [] : open,
    ...(bareScores.length > 0 && {
      compared: { form: serves, bare: right / bareScores.length, ...over(serves, 'bare') },
    }),
  };
}

/** Answers in the form that serves are the answers of the large model, where there are several. */
export function preferForm(known: Map<number, KnownLabels>, form: EvidenceForm): void {
  for (const [key, item] of known) {
    const answer = item.answers?.[form];
    if (answer && item.paid && item.paid.form !== form)
      known.set(key, { ...item, api: answer, paid: { ...item.paid, form } });
  }
}
