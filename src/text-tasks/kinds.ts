// The two kinds of tasks, labels and texts: how each is asked, read and trained, the row of every text, and what a
// prompt shows of the folder: the nearest texts that people labelled or answered, and the figures of a small model
// that learned from their labels alone. Labels of the large model tell it nothing new.
import type { ModelFacts, Prompt } from '../llm/protocol/models.ts';
import { type AnswerEvidence, answerPrompt } from '../prompts/answer/answer-prompt.ts';
import { type EvidenceForm, type LabelEvidence, labelPrompt, parseLabel } from '../prompts/label/label-prompt.ts';
import { type AnswerTask, isAnswerTask, type LabelTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import {
  confidenceWith as answerConfidence,
  answerSimilarity,
  type DraftedText,
  expectedAt,
  fitAnswerRouter,
  judgedAnswer,
  NearestAnswers,
} from './answers/answer-router.ts';
import type { DeepReading } from './deep-reading.ts';
import { MIN_LABELLED } from './expected-accuracy.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import { confidenceWith, estimatesFor, mostLikely, riskAt } from './labels/router.ts';
import { fitSpecialist, labelProbabilities, type TextSpecialist, textStatisticsOf } from './labels/text-specialist.ts';
import { DEFAULT_LOSS, type LearnedTask, learnTask, type MeasuredTaskData } from './learn-task.ts';
import { heldBack, type TaskData } from './random-sample.ts';
import type { TaskText } from './texts.ts';

export interface LabelledRow {
  readonly text: string;
  readonly label: string;
  /** Source of the label; 'api' means a stored answer. */
  readonly by: 'person' | 'api' | 'specialist';
  /** Calibrated probability that the label is right; 1 for a person's label. */
  readonly confidence: number;
  /** Whether the local label is not certain enough. */
  readonly inDoubt: boolean;
  /** The text's row in the source. Absent if it has none, and in rows read from results. */
  readonly row?: number;
}

/** A local model with its router, for labels or for answers in words. */
export interface TaskModel extends MeasuredTaskData {
  /** Yields each text with its answer. */
  rows(texts: AsyncIterable<TaskText>): AsyncGenerator<LabelledRow>;
}

/** How texts are answered that no person has answered. */
interface LocalAnswers extends Pick<MeasuredTaskData, 'known' | 'risk'> {
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

async function* rowsOf(answers: LocalAnswers, texts: AsyncIterable<TaskText>): AsyncGenerator<LabelledRow> {
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
  await prepare?.(group.flatMap(({ text }) => (personOf(text) === undefined ? [text] : [])));
  for (const { text, row } of group) {
    const at = { text, ...(row !== undefined && { row }) };
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

/** Examples in the prompt of a label, and of an answer, which is longer; whether figures are shown. */
const SHOWN = {
  bare: { label: 0, answer: 0, figures: false },
  examples: { label: 12, answer: 5, figures: false },
  brief: { label: 4, answer: 2, figures: true },
  informed: { label: 12, answer: 5, figures: true },
} satisfies Record<EvidenceForm, object>;
/** Maximum labelled texts, and maximum texts for word frequencies; the latest labels are kept. */
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
  private readonly statistics: ReturnType<typeof textStatisticsOf>;
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
    this.statistics = textStatisticsOf(forFrequencies);
    this.nearest = new NearestAnswers(this.given, this.statistics.rarity);
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
    const { specialist, ngramOutOfFold } = fitSpecialist(items, this.labels.length, this.statistics);
    const outOfFold = new Map(this.given.map(({ key }, i) => [key, ngramOutOfFold[i] as readonly number[]]));
    const right = items.filter(({ label }, i) => mostLikely(ngramOutOfFold[i] as readonly number[]) === label);
    this.fitted = { specialist, outOfFold, rightShare: right.length / items.length };
    return this.fitted;
  }
}

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
function learnAnswers(task: AnswerTask, taskData: TaskData, loss = DEFAULT_LOSS): TaskModel {
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
  const crossValidated = learned.map(({ draft }, i) => {
    return { label: 0, right: answerSimilarity(draft.answer, training[i]?.answer ?? '') };
  });
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
