// The two kinds of tasks, labels and texts: how each is asked, read and trained.

import type { ModelFacts } from '../llm/protocol/models.ts';
import type { Prompt } from '../llm/protocol/prompt.ts';
import { answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { type EvidenceForm, labelPrompt, parseLabel } from '../prompts/label/label-prompt.ts';
import { isAnswerTask, type LabelTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import type { DeepReading } from './deep-reading.ts';
import type { TextEvidence } from './evidence.ts';
import { type LocalAnswers, rowsOf, type TaskModel } from './label-texts.ts';
import { keyOf } from './labels/extract.ts';
import { confidenceWith, estimatesFor, mostLikely } from './labels/router.ts';
import { labelProbabilities } from './labels/text-specialist.ts';
import { learnAnswers } from './learn-answers.ts';
import { type LearnedTask, learnTask } from './learn-task.ts';
import type { TaskData } from './random-sample.ts';

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
  return { ...learned, rows: (texts, shard) => rowsOf(answers, texts, shard) };
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
