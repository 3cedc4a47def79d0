// The two kinds of tasks, labels and texts: how each is asked, read and trained.
import type { ModelFacts, Prompt } from '../llm/protocol/models.ts';
import { answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { type EvidenceForm, labelPrompt, parseLabel } from '../prompts/label/label-prompt.ts';
import { type AnswerTask, isAnswerTask, type LabelTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import {
  confidenceWith as answerConfidence,
  answerSimilarity,
  type DraftedText,
  expectedAt,
  fitAnswerRouter,
  judgedAnswer,
} from './answers/answer-router.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import type { DeepReading } from './deep-reading.ts';
import type { TextEvidence } from './evidence.ts';
import { type LocalAnswers, rowsOf, type TaskModel } from './label-texts.ts';
import { keyOf } from './labels/extract.ts';
import { confidenceWith, estimatesFor, mostLikely } from './labels/router.ts';
import { riskAt } from './labels/share-of-calls.ts';
import { labelProbabilities, textStatisticsOf } from './labels/text-specialist.ts';
import { DEFAULT_LOSS, type LearnedTask, learnTask } from './learn-task.ts';
import { heldBack, type TaskData } from './random-sample.ts';

/** Trains the local model. Throws CodedError 'nothing-to-learn'. */
export function learn(task: TextTask, taskData: TaskData): TaskModel {
  return isAnswerTask(task) ? learnAnswers(task, taskData) : taskModelOf(task, learnTask(task, taskData));
}

/** @param deep hidden states of the base; absent: n-grams alone */
export function taskModelOf({ labels }: LabelTask, learned: LearnedTask, deep?: DeepReading): TaskModel {
  const { specialist, router, informed } = learned;
  const answers: LocalAnswers = {
    ...learned,
    ...(deep && { prepare: (texts) => deep.predict(specialist, texts) }),
    answer: (text) => {
      const probabilities = deep?.probabilities(keyOf(text)) ?? labelProbabilities(specialist, { text });
      const item = { id: '', text, probabilities, informed };
      return {
        ...estimatesFor(router, item),
        label: labels[mostLikely(probabilities)]?.name as string,
        withAnswer: (api) =>
          confidenceWith(
            router,
            item,
            labels.findIndex(({ name }) => name === api),
          ),
      };
    },
  };
  return { ...learned, rows: (texts) => rowsOf(answers, texts) };
}

export function promptOf(
  task: TextTask,
  text: string,
  evidence: TextEvidence,
  form: EvidenceForm,
  facts: ModelFacts,
): Prompt {
  if (!isAnswerTask(task)) return labelPrompt(task, text, facts, evidence.ofLabel(text, form));
  const about = `${TASKS_FOLDER}/${task.name}.json`;
  return answerPrompt({ ...task, about }, text, evidence.ofAnswer(text, form), facts);
}

/** The label or text in an API answer; '': the answer is unusable. */
export function readAnswer(task: TextTask, answer: string): string {
  return isAnswerTask(task) ? answer.trim() : (task.labels[parseLabel(answer, task.labels) ?? -1]?.name ?? '');
}

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
    const withAnswer = (api: string) => answerConfidence(router, item, api);
    return { label: item.draft.answer, ...expectedAt(router, item), withAnswer };
  };
  const rows: TaskModel['rows'] = (texts) => rowsOf({ known, risk, answer }, texts);
  return { ...taskData, judged, judgedBy, crossValidated, risk, rows };
}
