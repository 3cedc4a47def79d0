// What a prompt of a text task shows of the folder: the nearest texts that people labelled or answered, and the figures
// of a small model that learned from their labels alone. The large model's own labels would tell it nothing new.
import type { ModelFacts, Prompt } from '../llm/protocol/models.ts';
import { type AnswerEvidence, answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { type EvidenceForm, type LabelEvidence, labelPrompt, parseLabel } from '../prompts/label/label-prompt.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import { MIN_LABELLED } from './expected-accuracy.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { type Rarity, rarityOf } from './labels/hashed-grams.ts';
import { mostLikely } from './labels/router.ts';
import { fitSpecialist, labelProbabilities, type TextSpecialist } from './labels/text-specialist.ts';
import { type AnswerTask, isAnswerTask, type LabelTask, TASKS_FOLDER, type TextTask } from './task-file.ts';

/** Examples in the prompt of a label, and of an answer, which is longer; whether figures are shown. */
const SHOWN = {
  bare: { label: 0, answer: 0, figures: false },
  examples: { label: 12, answer: 5, figures: false },
  brief: { label: 4, answer: 2, figures: true },
  informed: { label: 12, answer: 5, figures: true },
} satisfies Record<EvidenceForm, object>;
/** Maximum labelled texts, the latest; of twice as many texts, labelled ones first, word frequencies are counted. */
const MAX_CONSIDERED = 2000;

interface SmallModel {
  readonly specialist: TextSpecialist;
  /** Key of a labelled text -> its probabilities by a fit without it. */
  readonly outOfFold: ReadonlyMap<number, readonly number[]>;
  /** Share of right labels out of fold. */
  readonly rightShare: number;
}

/** Deterministic: the same labels and texts show the same. The caller must have redacted them. */
export class TextEvidence {
  /** Empty: answers are texts. */
  private readonly labels: readonly string[];
  private readonly given: readonly { readonly key: number; readonly text: string; readonly answer: string }[];
  private readonly rarity: Rarity;
  private readonly nearest: NearestAnswers;
  private fitted: SmallModel | undefined;

  /** @param texts unlabelled ones, for word frequencies */
  constructor(
    task: Pick<LabelTask, 'name' | 'labels'> | AnswerTask,
    known: ReadonlyMap<number, KnownLabels>,
    texts: readonly string[],
  ) {
    this.labels = 'labels' in task ? task.labels.map(({ name }) => name) : [];
    this.given = [...known]
      .flatMap(([key, { text, person }]) => {
        const isAnswer = person !== undefined && (this.labels.length === 0 || this.labels.includes(person));
        return isAnswer ? [{ key, text, answer: person }] : [];
      })
      .slice(-MAX_CONSIDERED);
    const forFrequencies = [...this.given.map(({ text }) => text), ...texts].slice(0, 2 * MAX_CONSIDERED);
    this.rarity = rarityOf(forFrequencies);
    this.nearest = new NearestAnswers(this.given, this.rarity);
  }

  ofAnswer(text: string, form: EvidenceForm): AnswerEvidence {
    const { answer: count, figures } = SHOWN[form];
    const examples = this.nearest.nearest(text, keyOf(text), count).map(({ item, similarity }) => {
      return { text: item.text, label: item.answer, ...(figures && { similarity }) };
    });
    const draft = figures ? this.nearest.draft(text, keyOf(text)).answer : '';
    return { examples, ...(draft !== '' && { draft }) };
  }

  /** Neither examples nor figures hold or have learned the text's own label. */
  ofLabel(text: string, form: EvidenceForm): LabelEvidence {
    const { label: count, figures } = SHOWN[form];
    const model = figures ? this.smallModel() : undefined;
    const examples = this.nearest.nearest(text, keyOf(text), count).map(({ item }) => {
      const probabilities = model?.outOfFold.get(item.key);
      return { text: item.text, label: item.answer, ...(probabilities && { probabilities }) };
    });
    if (!model) return { examples };
    const probabilities = model.outOfFold.get(keyOf(text)) ?? labelProbabilities(model.specialist, { text });
    return { examples, probabilities, rightShare: model.rightShare };
  }

  private smallModel(): SmallModel | undefined {
    if (this.given.length < MIN_LABELLED) return undefined;
    if (this.fitted) return this.fitted;
    const items = this.given.map(({ text, answer }) => ({ text, label: this.labels.indexOf(answer) }));
    const { specialist, outOfFold: probabilities } = fitSpecialist(items, this.labels.length, this.rarity);
    const outOfFold = new Map(this.given.map(({ key }, i) => [key, probabilities[i] as readonly number[]]));
    const right = items.filter(({ label }, i) => mostLikely(probabilities[i] as readonly number[]) === label);
    this.fitted = { specialist, outOfFold, rightShare: right.length / items.length };
    return this.fitted;
  }
}

export function promptOf(
  task: TextTask,
  text: string,
  evidence: TextEvidence,
  form: EvidenceForm,
  facts: ModelFacts,
): Prompt {
  const about = `${TASKS_FOLDER}/${task.name}.json`;
  if (!isAnswerTask(task)) return labelPrompt({ ...task, about }, text, facts, evidence.ofLabel(text, form));
  return answerPrompt({ ...task, about }, text, evidence.ofAnswer(text, form), facts);
}

/** The label or text in an API answer; '': the answer is unusable. */
export function readAnswer(task: TextTask, answer: string): string {
  return isAnswerTask(task) ? answer.trim() : (task.labels[parseLabel(answer, task.labels) ?? -1]?.name ?? '');
}
