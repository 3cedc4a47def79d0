// One run of a text task, from its texts to the table of its results. Every answer of the large model is stored beside
// the task's file as it comes (given-labels.ts), so that a stopped run resumes.
import { ok, type Result } from '../common/errors.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import { chooseForm } from './choose-form.ts';
import { LargeModelCalls, type ReportStage, type TaskLlm } from './large-model-calls.ts';
import { type LearnDeps, learnOrAdvise } from './learn.ts';
import { collectTaskData } from './random-sample.ts';
import { resultsPath, writeResults } from './results-table.ts';
import { mistakesError, SourceFindings } from './source-findings.ts';
import { isAnswerTask } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';
import { measureTask, type TaskReport } from './task-report.ts';

export interface TaskRunDeps extends LearnDeps {
  /** Run although the source has labels that look like mistakes; absent: end with advice. */
  readonly acceptsMistakes?: boolean;
  /** The large model; absent: local only. The caller has the user's consent. */
  readonly llm?: TaskLlm | undefined;
  /** Number of texts to ask about beyond the sample of the task, to learn from; absent: none. */
  readonly more?: number;
  readonly progress?: Progress;
  /** Wall clock, ms since 1970. */
  readonly now?: () => number;
}

/** Texts that the API labels to learn from. */
const SAMPLE = 300;
/** Text answers cost more. Half are held back: just enough to show that at most 1 % is lost. */
const ANSWER_SAMPLE = 200;

/** Rejects when cancelled, and with a CodedError if the task cannot run. */
export async function runTask(
  folder: TaskFolder,
  deps: TaskRunDeps,
  sample = isAnswerTask(folder.task) ? ANSWER_SAMPLE : SAMPLE,
): Promise<Result<TaskReport>> {
  const { task } = folder;
  const { confirm, signal, progress = noProgress, now = Date.now, more = 0 } = deps;
  const reportStage: ReportStage = (stage, done = 0, total) => progress({ stage, done, total });

  // The texts, with what is known of them: labels of people, and the large model's answers in earlier runs. A path that
  // cannot be written ends the run before anything is paid for.
  reportStage('Reading the texts');
  const path = await resultsPath(folder);
  const encoding = await folder.learnSource();
  const findings = new SourceFindings();
  const texts = folder.texts(signal, { findings });
  const taskData = await collectTaskData(task, texts, await folder.answers(), findings.doubled);
  const mistakes = findings.mistakes(task);
  if (mistakes.length > 0 && !deps.acceptsMistakes) throw mistakesError(task, mistakes);

  // The large model answers a random sample, at an accepted price: first texts that people have labelled, on some of
  // which forms of the prompt are compared.
  const large = deps.llm && new LargeModelCalls(folder, deps.llm, taskData, signal, reportStage);
  const planned = large?.planSample(sample, more);
  const isDeclined = planned !== undefined && !(await confirm(planned.spending));
  if (planned && !isDeclined) await large?.askSample(planned);
  const forms = chooseForm(task, taskData.known);

  // The local model learns from all labels but those held back to measure it. It finds the texts that the large model
  // probably answers better; with too few labels to tell, those are all. They are not asked about if the user has
  // declined a sample that is still incomplete.
  reportStage('Learning');
  const { learned, expected } = await learnOrAdvise(folder, taskData, deps, reportStage, large?.stopped);
  const lacksSample = isDeclined && planned.isNeeded;
  const doubtful = lacksSample ? undefined : await large?.findDoubtful(learned, forms.winner);
  if (doubtful && (await confirm(doubtful.spending))) await large?.askDoubtful(doubtful);

  // Each text gets a person's label, or else the large model's answer, or else the local model's.
  const rows = learned.rows(folder.texts(signal, { everyRow: true }));
  const report = (done: number) => reportStage('Labelling', done, findings.rows);
  const counts = await writeResults(folder, path, rows, findings.form, report);
  const price = doubtful?.price ?? large?.priceOfOpen(forms.winner);
  return ok({
    task: task.name,
    ...(isAnswerTask(task) && { output: 'text' }),
    finishedAt: now(),
    path,
    ...(encoding !== undefined && { encoding }),
    found: [...findings.facts(), ...mistakes],
    ...counts,
    ...measureTask(learned, forms),
    ...(expected && { expected }),
    runUsd: large?.spentUsd ?? 0,
    ...(price !== undefined && { restUsd: price * counts.inDoubt }),
    ...(large?.stopped && { stopped: large.stopped.message }),
  });
}
