// What a task's local model learns from all labels of people and of the large model. Deterministic: the same texts and
// labels give the same bytes on machines with the same floating-point arithmetic.
import { CodedError, type Failure } from '../common/errors.ts';
import { riskAt } from '../routing/local-or-large.ts';
import { answerSimilarity, type DraftedText, fitAnswerRouter } from './answers/answer-router.ts';
import { NearestAnswers } from './answers/nearest-answers.ts';
import { chooseForm } from './choose-form.ts';
import { DeepReading, type ReadStates } from './deep-reading.ts';
import {
  type CrossValidated,
  ENOUGH_LABELLED,
  type ExpectedAccuracy,
  expectedAccuracy,
  inWords,
  MIN_LABELLED,
} from './expected-accuracy.ts';
import { type KnownLabels, labelledIn } from './given-labels.ts';
import { labelQuality } from './label-quality.ts';
import { type EncodeTexts, LabelReader } from './label-reader.ts';
import { keyOf } from './labels/extract.ts';
import { rarityOf } from './labels/hashed-grams.ts';
import { type FullyKnownText, fitTextRouter, type HeldOutText, mostLikely, type TextRouter } from './labels/router.ts';
import {
  fitSpecialist,
  labelProbabilities,
  type TextFitOptions,
  type TextSpecialist,
} from './labels/text-specialist.ts';
import type { ReportStage, TextSpending } from './large-model-calls.ts';
import { heldBack, type TaskData } from './random-sample.ts';
import { knownAnswers, type LocalAnswers, type MeasuredTaskData, rowsOf, type TaskModel } from './rows.ts';
import { type AnswerTask, isAnswerTask, type LabelTask, type TextTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

export interface LearnedTask extends MeasuredTaskData {
  readonly specialist: TextSpecialist;
  readonly router: TextRouter;
  /** Whether the large model is shown what the folder knows. */
  readonly informed: boolean;
  /** Keys of the texts that were held back. */
  readonly heldBack: ReadonlySet<number>;
  readonly crossValidated: readonly CrossValidated[];
}

/** Share of texts where the local model may be worse than the API alone. */
export const DEFAULT_LOSS = 0.01;
/** Maximum texts to learn from, those with the smallest keys: 30,000 take 35 processor seconds, 10,000 a third. */
export const MOST_LEARNED = 10_000;

export interface LearnOptions extends Pick<TextFitOptions, 'reportStage' | 'labelVectors'> {
  readonly loss?: number;
  /** Of the labelled texts, by `keyOf`. */
  readonly vectors?: ReadonlyMap<number, Float32Array> | undefined;
  /** Hidden states by `keyOf` of the text; if given, only texts with states are trained on. */
  readonly states?: ReadonlyMap<number, Float32Array>;
}

/**
 * Fits the local model and the router on all labels but the held-back ones, and the limit on those: it holds for this
 * model and this router. Throws CodedError 'nothing-to-learn' if too few texts are labelled.
 */
export function learnLabels(
  task: LabelTask,
  taskData: TaskData,
  { loss = DEFAULT_LOSS, vectors, labelVectors, states, reportStage }: LearnOptions = {},
): LearnedTask {
  const { known, unlabelled } = taskData;
  const labelled = labelledIn(task, known);
  const openTexts = unlabelled.filter((text) => known.get(keyOf(text)) === undefined);
  if (labelled.length < MIN_LABELLED)
    throw new CodedError(
      'nothing-to-learn',
      `${labelled.length} texts of '${task.name}' have a label. Label ${Math.min(MIN_LABELLED - labelled.length, openTexts.length)} more, name a column of labels in the task, or let the large model label a sample.`,
    );
  requireTwoLabels(task, known);
  const { keys, judgedBy } = heldBack(task, known, loss);
  const training = labelled
    .flatMap((item) => {
      if (keys.has(item.key) || (states && !states.has(item.key))) return [];
      return [{ ...item, vector: vectors?.get(item.key), states: states?.get(item.key) }];
    })
    .slice(0, MOST_LEARNED);
  const labels = task.labels.length;
  const rarity = rarityOf([...labelled.map(({ text }) => text), ...openTexts]);
  const options = { labelVectors, ...(reportStage && { reportStage }) };
  const { specialist, outOfFold: probabilities } = fitSpecialist(training, labels, rarity, options);
  const router = fitTextRouter(
    training.map(({ key, text, person, api, informed }, i): HeldOutText => {
      return { id: String(key), text, informed, probabilities: probabilities[i] as number[], truth: person, api };
    }),
    labels,
  );
  const judged = labelled
    .filter(({ key }) => keys.has(key))
    .map(({ key, text, label, api, informed }) => {
      const read = { text, vector: vectors?.get(key), states: states?.get(key) };
      const served = labelProbabilities(specialist, read);
      const item = { id: String(key), text, informed, probabilities: served, truth: label, api };
      return router.judge(item as FullyKnownText);
    });
  return {
    ...taskData,
    specialist,
    router,
    informed: chooseForm(task, known).winner !== 'bare',
    risk: judged.length > 0 ? riskAt(judged, loss) : undefined,
    judged,
    judgedBy,
    heldBack: keys,
    byLabel: labelQuality(
      task.labels.map(({ name }) => name),
      training.map(({ text, label }, i) => ({ text, label, probabilities: probabilities[i] as number[] })),
    ),
    crossValidated: training.map(({ label }, i) => {
      return { label, right: Number(mostLikely(probabilities[i] as number[]) === label) };
    }),
  };
}

/** Throws CodedError 'nothing-to-learn' if people gave a single label, and nobody another: all texts would get it. */
function requireTwoLabels({ name }: LabelTask, known: TaskData['known']): void {
  const only = onlyLabel(known.values());
  if (only === undefined) return;
  throw new CodedError(
    'nothing-to-learn',
    `All ${known.size} labelled texts of '${name}' are '${only}', so every text would get this label. Label some texts that are something else.`,
  );
}

/** The label of all texts, if people gave all and nobody another one. */
export function onlyLabel(known: Iterable<KnownLabels>): string | undefined {
  const given = new Set<string>();
  for (const { person, api } of known) {
    if (person === undefined && api !== undefined) return undefined;
    if (person !== undefined) given.add(person);
  }
  return given.size === 1 ? [...given][0] : undefined;
}

/** @param reader with the learned specialist */
export function labelModelOf({ labels }: LabelTask, learned: LearnedTask, reader: LabelReader): TaskModel {
  const { router, informed } = learned;
  const answers: LocalAnswers = {
    ...learned,
    prepare: (texts) => reader.read(texts),
    answer: (text) => {
      const probabilities = reader.probabilities(text);
      const item = { id: '', text, probabilities, informed };
      return {
        ...router.estimatesFor(item),
        label: labels[mostLikely(probabilities)]?.name as string,
        withAnswer: (api) => {
          const label = labels.findIndex(({ name }) => name === api);
          return router.confidenceWith(item, label);
        },
      };
    },
  };
  return { ...learned, rows: (texts) => rowsOf(answers, texts) };
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
  const rarity = rarityOf([...answered.map(({ text }) => text), ...taskData.unlabelled]);
  const nearest = new NearestAnswers(training, rarity);
  // A draft uses only the answers of other texts, as for a new text.
  const drafted = (items: typeof answered) =>
    items.map(({ key, text, truth, api }) => {
      return { id: String(key), text, truth, api, draft: nearest.draft(text, key) };
    });
  const learned = drafted(training);
  const router = fitAnswerRouter(learned);
  const crossValidated = learned.map(({ draft }, i) => {
    return { label: 0, right: answerSimilarity(draft.answer, training[i]?.answer ?? '') };
  });
  const judged = drafted(answered.filter(({ key }) => keys.has(key))).map((item) =>
    router.judge(item as typeof item & { readonly api: string }),
  );
  const risk = judged.length > 0 ? riskAt(judged, loss) : undefined;
  const answer = (text: string) => {
    const item: DraftedText = { id: '', text, draft: nearest.draft(text, keyOf(text)) };
    const withAnswer = (api: string) => router.confidenceWith(item, api);
    return { label: item.draft.answer, ...router.estimatesFor(item), withAnswer };
  };
  const rows: TaskModel['rows'] = (texts) => rowsOf({ known, risk, answer }, texts);
  return { ...taskData, judged, judgedBy, crossValidated, risk, rows };
}

export interface LearnDeps {
  /** Reads vectors of texts; absent: the machine runs no neural model, and the n-grams are trained alone. */
  readonly encode?: EncodeTexts | undefined;
  /** Reads hidden states of the base for texts in doubt; absent: none. */
  readonly readStates?: ReadStates | undefined;
  /** Label also if the local model is alone and has learned from too few labels; absent: end with advice. */
  readonly acceptsFew?: boolean;
  readonly confirm: (spending: TextSpending) => Promise<boolean>;
  readonly signal: AbortSignal;
}

/** Minimum doubtful texts for using the base. */
const MIN_DOUBTFUL = 50;
/** A local model that is right less often labels only if the user wants it to. */
const MIN_RIGHT = 0.5;

/**
 * The local model, and its expected accuracy where no text was held back to measure it. Throws CodedError 'few-labels'
 * or 'nothing-to-learn' if too few texts are labelled, with advice.
 * @param stopped why the large model gave no more labels
 */
export async function learnOrAdvise(
  folder: TaskFolder,
  taskData: TaskData,
  deps: LearnDeps,
  reportStage: ReportStage,
  stopped: Failure | undefined,
): Promise<{ readonly learned: TaskModel; readonly expected?: ExpectedAccuracy | undefined }> {
  const { task } = folder;
  if (taskData.unlabelled.length === 0 && taskData.known.size < MIN_LABELLED)
    return { learned: knownAnswers(taskData) };
  try {
    const learned = isAnswerTask(task)
      ? learnAnswers(task, taskData)
      : await learnLabelModel(folder, task, taskData, deps, reportStage);
    if (learned.judged.length > 0) return { learned };
    const expected = expectedAccuracy(task, learned);
    if (!deps.acceptsFew) requireEnough(task, learned, expected);
    return { learned, expected };
  } catch (error) {
    if (!(error instanceof CodedError) || !stopped) throw error;
    const why = `The large model did not answer all texts: ${stopped.message}`;
    throw new CodedError(error.code, `${error.message} ${why}`);
  }
}

/**
 * Throws CodedError 'few-labels', or 'nothing-to-learn' without an estimate, if the local model alone knows too little.
 */
function requireEnough(task: TextTask, { crossValidated = [] }: TaskModel, expected?: ExpectedAccuracy): void {
  const count = crossValidated.length;
  if (expected && (expected.others === 0 || expected.low >= MIN_RIGHT)) return;
  if (expected && count >= ENOUGH_LABELLED && expected.right >= MIN_RIGHT) return;
  const missing = (expected ? ENOUGH_LABELLED : MIN_LABELLED) - count;
  const [have, add] = isAnswerTask(task) ? ['have an answer', 'Write'] : ['have a label', 'Label'];
  throw new CodedError(
    expected ? 'few-labels' : 'nothing-to-learn',
    `${count} texts of '${task.name}' ${have}. ${expected ? `${inWords(expected)} ` : ''}${add} ${missing > 0 ? missing : 'some'} more, or choose a large model.`,
  );
}

/** Vectors of the labelled texts that are used, by `keyOf`, and of the labels' names with their meanings. */
export async function labelledVectors(
  task: LabelTask,
  { known }: TaskData,
  encode: EncodeTexts | undefined,
): Promise<Pick<LearnOptions, 'vectors' | 'labelVectors'>> {
  if (!encode) return {};
  const { keys } = heldBack(task, known, DEFAULT_LOSS);
  const all = labelledIn(task, known);
  const learned = all.filter(({ key }) => !keys.has(key)).slice(0, MOST_LEARNED);
  const labelled = [...learned, ...all.filter(({ key }) => keys.has(key))];
  const vectors = await encode(labelled.map(({ text }) => text));
  return {
    vectors: new Map(labelled.map(({ key }, i) => [key, vectors[i] as Float32Array])),
    labelVectors: await encode(task.labels.map(({ name, meaning }) => `${name}: ${meaning}`)),
  };
}

/** Uses hidden states if many texts are doubtful, the user accepts their time, and labels are right more often. */
async function learnLabelModel(
  folder: TaskFolder,
  task: LabelTask,
  taskData: TaskData,
  { encode: encodeTexts, readStates, confirm, signal }: LearnDeps,
  reportStage: ReportStage,
): Promise<TaskModel> {
  let read = 0;
  const encode: EncodeTexts | undefined =
    encodeTexts &&
    (async (texts) => {
      const report = (done: number) => reportStage('Reading the texts', read + done, taskData.texts);
      const vectors = await encodeTexts(texts, report);
      read += texts.length;
      return vectors;
    });
  const vectors = await labelledVectors(task, taskData, encode);
  const learned = learnLabels(task, taskData, { ...vectors, reportStage });
  const reader = new LabelReader(learned.specialist, encode);
  const quickModel = labelModelOf(task, learned, reader);
  if (!readStates) return quickModel;
  let inDoubt = 0;
  for await (const row of quickModel.rows(folder.texts(signal)))
    inDoubt += Number(row.by === 'specialist' && row.inDoubt);
  const deepReading = new DeepReading(task, learned, readStates);
  if (inDoubt < MIN_DOUBTFUL || deepReading.labelledCount < MIN_LABELLED) return quickModel;
  reportStage('Measuring how fast the base reads here');
  const secondsPerText = await deepReading.secondsPerText();
  const texts = deepReading.labelledCount + reader.unsure;
  if (!(await confirm({ what: 'states', texts, usd: 0, seconds: texts * secondsPerText }))) return quickModel;
  await deepReading.learn((done) => reportStage('The base reads the labelled texts', done, deepReading.labelledCount));
  const withStates = learnLabels(task, learned, { ...vectors, states: deepReading.labelledStates, reportStage });
  // Held-back texts choose nothing but the limit.
  const right = ({ crossValidated: scores }: LearnedTask) =>
    scores.reduce((sum, each) => sum + each.right, 0) / scores.length;
  if (right(withStates) <= right(learned)) return quickModel;
  return labelModelOf(task, withStates, new LabelReader(withStates.specialist, encode, deepReading));
}
