// One run of a text task: the API labels a random sample. Then: train, ask about doubtful texts, label all. Every answer
// is stored as it comes, so that a stopped run resumes.
import { CodedError, ok, type Result } from '../common/errors.ts';
import { noProgress } from '../common/progress.ts';
import { isAnswerTask, type LabelTask, type TextTask } from '../prompts/label/task.ts';
import { LargeModelPart, type ReportStage, type TaskRunDeps } from './asking.ts';
import { chooseForm } from './choose-form.ts';
import { DeepReading } from './deep-reading.ts';
import {
  ENOUGH_LABELLED,
  type ExpectedAccuracy,
  expectedAccuracy,
  inWords,
  MIN_LABELLED,
} from './expected-accuracy.ts';
import { knownAnswers, learn, type TaskModel, taskModelOf } from './kinds.ts';
import { keyOf } from './labels/extract.ts';
import { isConfident, labelProbabilities } from './labels/text-specialist.ts';
import { type LearnedTask, learnTask } from './learn-task.ts';
import { collectTaskData, type TaskData } from './random-sample.ts';
import { resultsPath, writeResults } from './results-table.ts';
import type { TaskFolder } from './task-folder.ts';
import { measureTask, type TaskReport } from './task-report.ts';

/** Texts that the API labels to learn from. */
const SAMPLE = 300;
/** Text answers cost more. Half of them are just enough to bound a loss of 1 %. */
const ANSWER_SAMPLE = 200;
/** Minimum doubtful texts for using the base. */
const MIN_DOUBTFUL = 50;

/** A local model that is right less often labels only if the user wants it to. */
const MIN_RIGHT = 0.5;

/** Rejects when cancelled, and with a CodedError if the task cannot run. */
export async function runTask(
  folder: TaskFolder,
  deps: TaskRunDeps,
  sample = isAnswerTask(folder.task) ? ANSWER_SAMPLE : SAMPLE,
): Promise<Result<TaskReport>> {
  const { signal, progress = noProgress, now = Date.now, more = 0 } = deps;
  const reportStage = (stage: string, done = 0, total?: number) => progress({ stage, done, total });
  reportStage('Reading the texts');
  const { task } = folder;
  const path = await resultsPath(folder);
  const encoding = await folder.learnSource();
  const taskData = await collectTaskData(task, folder.texts(signal), await folder.answers());
  const largeModel = new LargeModelPart(folder, deps, taskData);
  await largeModel.askSample(sample, more, reportStage);
  reportStage('Learning');
  let learned: TaskModel;
  let expected: ExpectedAccuracy | undefined;
  try {
    if (taskData.unlabelled.length === 0 && taskData.known.size < MIN_LABELLED) learned = knownAnswers(taskData);
    else {
      learned = isAnswerTask(task)
        ? learn(task, taskData)
        : await learnWithStates(folder, task, deps, taskData, reportStage);
      expected = learned.judged.length > 0 ? undefined : expectedAccuracy(task, learned);
      if (!deps.acceptsFew && learned.judged.length === 0) requireEnough(task, learned, expected);
    }
  } catch (error) {
    // There are too few labels; the message says why the large model gave no more.
    if (!(error instanceof CodedError) || !largeModel.stopped) throw error;
    throw new CodedError(
      error.code,
      `${error.message} The large model did not answer all texts: ${largeModel.stopped.message}`,
    );
  }
  const doubtful = await largeModel.askDoubtful(learned, reportStage);
  const rows = learned.rows(folder.texts(signal));
  const counts = await writeResults(folder, path, rows, (done) => reportStage('Labelling', done, taskData.texts));
  const price =
    doubtful.price ?? largeModel.priceOf(learned.unlabelled.filter((text) => !learned.known.has(keyOf(text))));
  return ok({
    task: task.name,
    ...(isAnswerTask(task) && { output: 'text' }),
    finishedAt: now(),
    path,
    ...(encoding !== undefined && { encoding }),
    ...counts,
    ...measureTask(learned, chooseForm(task, learned.known)),
    ...(expected && { expected }),
    runUsd: largeModel.spentUsd,
    ...(price !== undefined && { restUsd: price * counts.inDoubt }),
    ...(largeModel.stopped && { stopped: largeModel.stopped.message }),
  });
}

/** Throws CodedError 'few-labels', or 'nothing-to-learn' without an estimate, if the local model alone knows too little. */
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

/** Uses hidden states if many texts are doubtful, the user accepts their time, and labels are right more often. */
async function learnWithStates(
  folder: TaskFolder,
  task: LabelTask,
  { readStates, confirm, signal }: TaskRunDeps,
  taskData: TaskData,
  reportStage: ReportStage,
): Promise<TaskModel> {
  const learned = learnTask(task, taskData, { reportStage });
  const ngramModel = taskModelOf(task, learned);
  if (!readStates) return ngramModel;
  let [inDoubt, toRead] = [0, 0];
  for await (const row of ngramModel.rows(folder.texts(signal))) {
    if (row.by !== 'specialist') continue;
    inDoubt += Number(row.inDoubt);
    toRead += Number(!isConfident(labelProbabilities(learned.specialist, row)));
  }
  const deepReading = new DeepReading(task, learned, readStates);
  if (inDoubt < MIN_DOUBTFUL || deepReading.labelledCount < MIN_LABELLED) return ngramModel;
  reportStage('Measuring how fast the base reads here');
  const secondsPerText = await deepReading.secondsPerText();
  const texts = deepReading.labelledCount + toRead;
  if (!(await confirm({ what: 'states', texts, usd: 0, seconds: texts * secondsPerText }))) return ngramModel;
  await deepReading.learn((done) => reportStage('The base reads the labelled texts', done, deepReading.labelledCount));
  const withStates = learnTask(task, learned, { states: deepReading.labelledStates, reportStage });
  // Held-back texts choose nothing but the limit.
  const right = ({ crossValidated: scores }: LearnedTask) =>
    scores.reduce((sum, each) => sum + each.right, 0) / scores.length;
  return right(withStates) > right(learned) ? taskModelOf(task, withStates, deepReading) : ngramModel;
}
