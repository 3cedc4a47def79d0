// Which form of prompt serves a task: all are compared on the same texts, which people have labelled.
import { type RaceGain, type RaceState, race } from '../common/statistics/race.ts';
import type { EvidenceForm } from '../prompts/label/label-prompt.ts';
import { answerSimilarity } from './answers/answer-router.ts';
import type { KnownLabels } from './given-labels.ts';
import { isAnswerTask, type TextTask } from './task-file.ts';

/** From the cheapest. */
export const FORMS = ['bare', 'brief', 'examples', 'informed'] as const satisfies readonly EvidenceForm[];
/** Texts that are asked about in every form at most, and from one look at the answers to the next. */
export const MOST_COMPARED = 100;
export const ROUND = 20;
/** The dearest form costs five times as much as a bare prompt. */
export const RULES = { most: MOST_COMPARED, minGain: 0.01, littleLost: 0.05 };

/** What the form that serves brings. */
export interface ComparedForms extends RaceGain {
  readonly form: EvidenceForm;
}

export function isCompared({ answers }: KnownLabels): boolean {
  return Object.keys(answers ?? {}).length > 1;
}

/** The winner serves. Nothing is compared, and bare prompts serve, where people labelled few texts. */
export function chooseForm(task: TextTask, known: ReadonlyMap<number, KnownLabels>): RaceState<EvidenceForm> {
  const score = isAnswerTask(task) ? answerSimilarity : (answer: string, person: string) => Number(answer === person);
  const scores = [...known.values()].flatMap((item) => {
    const { person, answers = {} } = item;
    if (person === undefined || !isCompared(item)) return [];
    return [Object.fromEntries(Object.entries(answers).map(([form, answer]) => [form, score(answer, person)]))];
  });
  return race(FORMS, scores, RULES);
}

/** Answers in the form that serves are the answers of the large model, where there are several. */
export function preferForm(known: Map<number, KnownLabels>, form: EvidenceForm): void {
  for (const [key, item] of known) {
    const answer = item.answers?.[form];
    if (answer && item.paid && item.paid.form !== form)
      known.set(key, { ...item, api: answer, paid: { ...item.paid, form } });
  }
}
