// Fits a task's local model and router from all labels of folder and API. Deterministic: the same texts and labels give
// the same bytes on machines with the same floating-point arithmetic.
import { CodedError } from '../common/errors.ts';
import type { LabelTask } from '../prompts/label/task.ts';
import { chooseForm } from './choose-form.ts';
import { type CrossValidated, MIN_LABELLED } from './expected-accuracy.ts';
import type { KnownLabels } from './given-labels.ts';
import { keyOf } from './labels/extract.ts';
import {
  type FullyKnownText,
  fitTextRouter,
  type HeldOutText,
  type JudgedText,
  judgeText,
  mostLikely,
  type Risk,
  riskAt,
  type TextRouter,
} from './labels/router.ts';
import {
  fitSpecialist,
  isConfident,
  servedProbabilities,
  type TextFitOptions,
  type TextSpecialist,
  textStatisticsOf,
} from './labels/text-specialist.ts';
import { heldBack, type TaskData } from './random-sample.ts';

/** The texts, and the measured accuracy of the local model. */
export interface MeasuredTaskData extends TaskData {
  /** The limit for staying local; undefined: too few labels, so every unlabelled text is doubtful. */
  readonly risk: Risk | undefined;
  /** Texts that were held back from learning, and whether people or the API decided what is right. */
  readonly judged: readonly JudgedText[];
  readonly judgedBy: 'person' | 'api';
  /** Of each training text. */
  readonly crossValidated?: readonly CrossValidated[];
}

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

/** Labelled texts in the order of their keys; labels as indices. */
export function labelledIn({ labels }: Pick<LabelTask, 'labels'>, known: ReadonlyMap<number, KnownLabels>) {
  const indexOf = (name: string | undefined) => {
    const index = labels.findIndex((label) => label.name === name);
    return index < 0 ? undefined : index;
  };
  return [...known]
    .sort(([a], [b]) => a - b)
    .flatMap(([key, { text, paid, ...names }]) => {
      const [person, api] = [indexOf(names.person), indexOf(names.api)];
      const label = person ?? api;
      const informed = (paid?.form ?? 'bare') !== 'bare';
      return label === undefined ? [] : [{ key, text, label, person, api, informed }];
    });
}

export interface LearnOptions extends Pick<TextFitOptions, 'reportStage'> {
  readonly loss?: number;
  /** Hidden states by `keyOf` of the text; if given, only texts with states are trained on. */
  readonly states?: ReadonlyMap<number, Float32Array>;
}

/**
 * Fits the local model and the router on all labels but the held-back ones, and the limit on those: it holds for this
 * model and this router. Throws CodedError 'nothing-to-learn' if too few texts are labelled.
 */
export function learnTask(
  task: LabelTask,
  taskData: TaskData,
  { loss = DEFAULT_LOSS, states, reportStage }: LearnOptions = {},
): LearnedTask {
  const { known, unlabelled } = taskData;
  const labelled = labelledIn(task, known);
  const openTexts = unlabelled.filter((text) => known.get(keyOf(text)) === undefined);
  if (labelled.length < MIN_LABELLED)
    throw new CodedError(
      'nothing-to-learn',
      `${labelled.length} texts of '${task.name}' have a label. Label ${Math.min(MIN_LABELLED - labelled.length, openTexts.length)} more, name a column of labels in the task, or let the large model label a sample.`,
    );
  const { keys, judgedBy } = heldBack(task, known, loss);
  const training = labelled
    .flatMap((item) => {
      if (keys.has(item.key)) return [];
      if (!states) return [item];
      const textStates = states.get(item.key);
      return textStates ? [{ ...item, states: textStates }] : [];
    })
    .slice(0, MOST_LEARNED);
  const labels = task.labels.length;
  const statistics = textStatisticsOf(
    [...labelled.map(({ text }) => text), ...openTexts],
    [...(states?.values() ?? [])],
  );
  const { specialist, outOfFold, ngramOutOfFold } = fitSpecialist(
    training,
    labels,
    statistics,
    reportStage && { reportStage },
  );
  // States are used only if the n-grams are unsure, as in labelling.
  const probabilities = outOfFold.map((combined, i) =>
    isConfident(ngramOutOfFold[i] as number[]) ? (ngramOutOfFold[i] as number[]) : combined,
  );
  const router = fitTextRouter(
    training.map(({ key, text, person, api, informed }, i): HeldOutText => {
      return { id: String(key), text, informed, probabilities: probabilities[i] as number[], truth: person, api };
    }),
    labels,
  );
  const judged = labelled
    .filter(({ key }) => keys.has(key))
    .map(({ key, text, label, api, informed }) => {
      const served = servedProbabilities(specialist, text, () => states?.get(key));
      const item = { id: String(key), text, informed, probabilities: served, truth: label, api };
      return judgeText(router, item as FullyKnownText);
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
    crossValidated: training.map(({ label }, i) => {
      return { label, right: Number(mostLikely(probabilities[i] as number[]) === label) };
    }),
  };
}
