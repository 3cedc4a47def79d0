// `label` labels every text of a task as CSV; `export` writes the task's local model as ONNX.
import { join } from 'node:path';
import { CodedError, unwrap } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { isAnswerTask, TASKS_FOLDER } from '../../prompts/label/task.ts';
import { exportReadme, taskModel } from '../../text-tasks/export-task.ts';
import { writablePathIn } from '../../text-tasks/in-folder.ts';
import { learnLabels } from '../../text-tasks/learn.ts';
import { collectTaskData } from '../../text-tasks/random-sample.ts';
import { TaskFolder } from '../../text-tasks/task-folder.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { endOfRun, resultsOf } from '../../text-tasks/task-results.ts';
import { type StatesAccess, textTaskJob } from '../text-task.ts';
import { type CommandLine, memoryOption, numberOption, repository, UsageError } from './command-line.ts';
import { apiAccess, noSession, requestFor, requireFolder, storageFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

function taskOf({ target, values }: CommandLine): { root: string; task: string } {
  if (target === undefined)
    throw new UsageError('Name the task: the file .easyadaptation/tasks/NAME.json without .json.');
  return { root: requireFolder(values.folder ?? '.'), task: target };
}

export async function label(commandLine: CommandLine, terminal: Terminal): Promise<number> {
  const { values } = commandLine;
  const { root, task } = taskOf(commandLine);
  return reportCodedErrors(terminal, async () => {
    const api = apiAccess(values);
    const { bar, stop, log } = terminal;
    const more = values.more === undefined ? 0 : numberOption('more', values.more, 1, 100_000);
    const request = {
      root,
      task,
      storeFolder: storageFolder(values),
      ...noSession,
      more: Math.round(more),
      acceptsFew: true,
      who: 'npm start',
    };
    const states = statesAccess(commandLine);
    const done = await textTaskJob(
      { ...request, ...(api && { api }), ...(states && { states }) },
      {
        confirm: (estimate) => terminal.confirm(estimate),
        progress: (update) => bar.update(update),
        signal: stop.signal,
        log,
      },
    );
    bar.clear();
    if (!done.ok) return terminal.fail(done.error);
    terminal.print(done.value, renderTask(root, done.value));
    return done.value.stopped === undefined ? 0 : 1;
  });
}

/** Access to the base model's hidden states. Only with --base, because computing them takes minutes. */
function statesAccess({ values }: CommandLine): StatesAccess | undefined {
  if (values.base === undefined) return undefined;
  const { neural, tokenizerPath: tokenizer } = requestFor(values.folder ?? '.', values);
  if (!neural) return undefined;
  const { base: model, threads } = neural;
  const memoryCeiling = memoryOption(values);
  const engine = { script: join(repository, 'src', 'specialist', 'engine', 'main.ts'), memoryCeiling };
  return { engine, language: { model, tokenizer, threads } };
}

function renderTask(root: string, report: TaskReport): string {
  const { facts, notes } = resultsOf(report);
  const rows = facts.map(([name, value]) => `  ${name.padEnd(34)} ${value}`);
  return [endOfRun({ ...report, path: join(root, report.path) }), ...rows, ...notes].join('\n');
}

export async function exportTask(commandLine: CommandLine, terminal: Terminal): Promise<number> {
  return reportCodedErrors(terminal, async () => {
    const { root, task: name } = taskOf(commandLine);
    const { bar, stop } = terminal;
    bar.update({ stage: 'Learning the task', done: 0, total: undefined });
    const folder = unwrap(await TaskFolder.open({ root, ...noSession }, name, stop.signal));
    const { task } = folder;
    const taskData = await collectTaskData(task, folder.texts(stop.signal), await folder.answers());
    if (isAnswerTask(task))
      throw new CodedError(
        'unsupported',
        `The answers of '${task.name}' are free texts. Only a task with labels can be exported.`,
      );
    const into = `${TASKS_FOLDER}/${task.name}.export`;
    const put = (file: string, bytes: Uint8Array) =>
      replaceFile(writablePathIn(folder.reader.root, `${into}/${file}`), [bytes]);
    const encoder = new TextEncoder();
    put('model.onnx', taskModel(learnLabels(task, taskData).specialist));
    put('labels.json', encoder.encode(`${JSON.stringify(task.labels, undefined, 2)}\n`));
    put('README.md', encoder.encode(exportReadme(task)));
    bar.clear();
    const at = join(folder.reader.root, into);
    terminal.print({ folder: at }, `${at}: model.onnx, labels.json, README.md`);
    return 0;
  });
}

async function reportCodedErrors(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) return terminal.fail(error);
    if (terminal.stop.signal.aborted) return 1;
    throw error;
  }
}
