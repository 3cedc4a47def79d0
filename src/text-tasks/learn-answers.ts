// Fits the local model and router of a task with text answers, from accepted and API answers.
import type { AnswerTask } from '../prompts/label/task.ts';
import {
  answerSimilarity,
  confidenceWith,
  type DraftedText,
  expectedAt,
  fitAnswerRouter,
  judgedAnswer,
} from './answers/answer-router.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import { rowsOf, type TaskModel } from './label-texts.ts';
import { keyOf } from './labels/extract.ts';
import { riskAt } from './labels/share-of-calls.ts';
import { textStatisticsOf } from './labels/text-specialist.ts';
import { DEFAULT_LOSS } from './learn-task.ts';
import { heldBack, type TaskData } from './random-sample.ts';

/** Deterministic. Without answers every draft is empty and doubtful. Held-back answers are no drafts. */
export function learnAnswers(task: AnswerTask, taskData: TaskData, loss = DEFAULT_LOSS): TaskModel {
  const { known } = taskData;
  const answered = [...known]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, { text, person, api }]) => {
      const answer = person ?? api;
      return answer === undefined ? [] : [{ key, text, answer, truth: person, api }];
    });
  const { keys, judgedBy } = heldBack(task, known, loss);
  const training = answered.filter(({ key }) => !keys.has(key));
  const { rarity } = textStatisticsOf([...answered.map(({ text }) => text), ...taskData.unlabelled]);
  const nearest = new NearestAnswers(training, rarity);
  // A draft uses only the answers of other texts, as for a new text.
  const drafted = (items: typeof answered) =>
    items.map(({ key, text, truth, api }): DraftedText => {
      return { id: String(key), text, truth, api, draft: nearest.draft(text, key) };
    });
  const learned = drafted(training);
  const router = fitAnswerRouter(learned);
  const crossValidated = learned.map(({ draft }, i) => answerSimilarity(draft.answer, training[i]?.answer ?? ''));
  const judged = drafted(answered.filter(({ key }) => keys.has(key))).map((item) => judgedAnswer(router, item));
  const risk = judged.length > 0 ? riskAt(judged, loss) : undefined;
  const answer = (text: string) => {
    const item: DraftedText = { id: '', text, draft: nearest.draft(text, keyOf(text)) };
    const withAnswer = (api: string) => confidenceWith(router, item, api);
    return { label: item.draft.answer, ...expectedAt(router, item), withAnswer };
  };
  const rows: TaskModel['rows'] = (texts, shard) => rowsOf({ known, risk, answer }, texts, shard);
  return { ...taskData, judged, judgedBy, crossValidated, risk, rows };
}
