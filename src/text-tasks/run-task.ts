// One run of a text task: train, label informative texts by the API, train again, ask about doubtful texts, label all.
// Every answer is stored before the next one, so that a stopped run resumes.
import { CodedError, ok, type Result } from '../common/errors.ts';
import { noProgress } from '../common/progress.ts';
import { isAnswerTask, type LabelTask } from '../prompts/label/task.ts';
import { LlmPart, type Say } from './asking.ts';
import { DeepReading } from './deep-reading.ts';
import { asLearned, learn } from './kinds.ts';
import { labelTexts, WHOLE } from './label-texts.ts';
import { keyOf } from './labels/extract.ts';
import { labelProbabilities } from './labels/text-specialist.ts';
import { FEWEST_LABELLED, type Gathered, gather, learnTask } from './learn-task.ts';
import type { TaskModel } from './learned.ts';
import type { TaskRunDeps } from './run-deps.ts';
import { isSure } from './sureness.ts';
import type { TaskFolder } from './task-folder.ts';
import { measured, type TaskReport } from './task-report.ts';
import { resultsPath, writeResults } from './write-results.ts';

/** Texts that the API labels first: a bound of 1% needs more than a hundred for measuring, and some for training. */
export const SAMPLE = 300;
/** Text answers cost more; a bound of 1% needs a hundred of them. */
const ANSWER_SAMPLE = 150;
/** Minimum doubtful texts for using the base. */
const FEWEST_DOUBTS = 50;

/** Rejects when cancelled, and with a CodedError if the task cannot run. */
export async function runTask(
  folder: TaskFolder,
  deps: TaskRunDeps,
  sample = isAnswerTask(folder.task) ? ANSWER_SAMPLE : SAMPLE,
): Promise<Result<TaskReport>> {
  const { signal, progress = noProgress, now = Date.now } = deps;
  const say = (stage: string, done = 0, total?: number) => progress({ stage, done, total });
  say('Reading the texts');
  const path = await resultsPath(folder, WHOLE);
  const gathered = await gather(folder.texts(signal), await folder.answers());
  const asking = new LlmPart(folder, deps, gathered);
  await asking.sample(sample, say);
  say('Learning');
  const { task } = folder;
  let learned: TaskModel;
  try {
    learned = isAnswerTask(task) ? learn(task, gathered) : await deepened(folder, task, deps, gathered, say);
  } catch (error) {
    // Too few labels: the note says why there are no more.
    if (!(error instanceof CodedError) || !asking.stopped) throw error;
    throw new CodedError(error.code, `${error.message} The API was not asked to the end: ${asking.stopped.message}`);
  }
  const rest = await asking.rest(learned, say);
  const rows = learned.rows(folder.texts(signal));
  const counts = await writeResults(folder, path, rows, (done) => say('Labelling', done, gathered.texts));
  const price = rest.price ?? asking.priceOf(learned.unlabelled.filter((text) => !learned.known.has(keyOf(text))));
  return ok({
    task: task.name,
    ...(isAnswerTask(task) && { output: 'text' }),
    finishedAt: now(),
    path,
    ...counts,
    ...measured(learned),
    runUsd: asking.spentUsd,
    ...(price !== undefined && { restUsd: price * counts.inDoubt }),
    ...(asking.stopped && { stopped: asking.stopped.message }),
  });
}

/** Uses hidden states if many texts are doubtful, the user accepts their time, and more texts can stay local. */
async function deepened(
  folder: TaskFolder,
  task: LabelTask,
  { readStates, confirm, signal }: TaskRunDeps,
  gathered: Gathered,
  say: Say,
): Promise<TaskModel> {
  const learned = learnTask(task, gathered, { say });
  const cheap = asLearned(task, learned);
  if (!readStates) return cheap;
  let [inDoubt, toRead] = [0, 0];
  for await (const row of labelTexts(task, learned, folder.texts(signal))) {
    if (row.by !== 'specialist') continue;
    inDoubt += Number(row.inDoubt);
    toRead += Number(!isSure(labelProbabilities(learned.specialist, row)));
  }
  const deep = new DeepReading(task, learned.known, readStates);
  if (inDoubt < FEWEST_DOUBTS || deep.toLearn < FEWEST_LABELLED) return cheap;
  say('Looking how fast the base reads here');
  const each = await deep.secondsEach();
  const texts = deep.toLearn + toRead;
  if (!(await confirm({ what: 'states', texts, usd: 0, seconds: texts * each }))) return cheap;
  await deep.learn((done) => say('The base reads what is labelled', done, deep.toLearn));
  const both = learnTask(task, learned, { states: deep.learned, say });
  const isBetter = (both.risk?.localShare ?? 0) > (learned.risk?.localShare ?? 0);
  return isBetter ? asLearned(task, both, deep) : cheap;
}
