// `label`: labels every text of a task as CSV.
import { join } from 'node:path';
import type { ApiEstimate } from '../../adaptation/types.ts';
import { CodedError } from '../../common/errors.ts';
import { memoryCeiling } from '../../common/memory.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { endOfRun, resultsOf } from '../../text-tasks/task-results.ts';
import { type StatesAccess, textTaskJob } from '../text-task.ts';
import { type CommandLine, repository, type Values } from './command-line.ts';
import { apiAccess, noSession, requestFor, requireFolder, storageFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

export async function label({ target: task, values }: CommandLine, terminal: Terminal): Promise<number> {
  const root = requireFolder(values.folder ?? '.');
  const api = apiAccess(values);
  const states = statesAccess(values);
  const request = {
    root,
    task,
    storeFolder: storageFolder(values),
    ...noSession,
    more: Math.round(values.more),
    acceptsFew: true,
    who: 'npm start',
    ...(api && { api }),
    ...(states && { states }),
  };
  const { bar, stop, log } = terminal;
  const confirm = (estimate: ApiEstimate) => terminal.confirm(estimate);
  const progress = (update: ProgressUpdate) => bar.update(update);
  try {
    const done = await textTaskJob(request, { confirm, progress, signal: stop.signal, log });
    bar.clear();
    if (!done.ok) return terminal.fail(done.error);
    terminal.print(done.value, renderTask(root, done.value));
    return done.value.stopped === undefined ? 0 : 1;
  } catch (error) {
    if (error instanceof CodedError) return terminal.fail(error);
    if (stop.signal.aborted) return 1;
    throw error;
  }
}

/** Access to the base model's hidden states. Only with --base, because computing them takes minutes. */
function statesAccess(values: Values): StatesAccess | undefined {
  if (values.base === undefined) return undefined;
  const { neural, tokenizerPath: tokenizer } = requestFor(values.folder ?? '.', values);
  if (!neural) return undefined;
  const { base: model, threads } = neural;
  const script = join(repository, 'src', 'specialist', 'engine', 'main.ts');
  const engine = { script, memoryCeiling: memoryCeiling(values.memory) };
  return { engine, language: { model, tokenizer, threads } };
}

function renderTask(root: string, report: TaskReport): string {
  const { facts, notes } = resultsOf(report);
  const rows = facts.map(([name, value]) => `  ${name.padEnd(34)} ${value}`);
  return [endOfRun({ ...report, path: join(root, report.path) }), ...rows, ...notes].join('\n');
}
