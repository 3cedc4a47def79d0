// `label`: labels every text of a task, says what its source holds, or writes the task's local model as ONNX.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ApiEstimate } from '../../adapt/request/adapt-request.ts';
import { inLines } from '../../common/chart.ts';
import { CodedError, type Failure, unwrap } from '../../common/errors.ts';
import { replaceFile } from '../../common/files.ts';
import { counted } from '../../common/format.ts';
import { plainLine } from '../../common/plain-text.ts';
import type { ProgressUpdate } from '../../common/progress.ts';
import { encoderFiles } from '../../storage/text-vectors.ts';
import { exportedFiles } from '../../text-tasks/export-task.ts';
import { labelledVectors, learnLabels } from '../../text-tasks/learn.ts';
import { collectTaskData } from '../../text-tasks/random-sample.ts';
import { findingsOf } from '../../text-tasks/settle-labels.ts';
import { isAnswerTask } from '../../text-tasks/task-file.ts';
import { TaskFolder } from '../../text-tasks/task-folder.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { endOfRun, type LabelResults, resultsOf } from '../../text-tasks/task-results.ts';
import { openTextEncoder } from '../text-encoder.ts';
import { type TextTaskRequest, textTaskJob } from '../text-task.ts';
import { type CommandLine, models, type Values } from './command-line.ts';
import { initTask } from './init-task.ts';
import { apiAccess, noSession, requestFor, requireFolder, specialistFolder, storageFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

export async function label(commandLine: CommandLine, terminal: Terminal): Promise<number> {
  const { values } = commandLine;
  try {
    if (values.init) return await initTask(commandLine, terminal);
    if (values['dry-run']) return await showSource(commandLine, terminal);
    return await (values.export ? exportTask(commandLine, terminal) : labelTexts(commandLine, terminal));
  } catch (error) {
    if (error instanceof CodedError) return terminal.fail(error);
    if (terminal.stop.signal.aborted) return 1;
    throw error;
  }
}

async function labelTexts({ target: task, values }: CommandLine, terminal: Terminal): Promise<number> {
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
    acceptsMistakes: values['accept-mistakes'],
    ...(values['unknown-labels'] !== 'ask' && { unknownLabels: values['unknown-labels'] }),
    who: 'npm start',
    ...(api && { api }),
    ...(states && { states }),
    encoder: encoderFiles(models, specialistFolder(storageFolder(values), root)),
  };
  const { bar, stop, log } = terminal;
  const confirm = (estimate: ApiEstimate) => terminal.confirm(estimate);
  const progress = (update: ProgressUpdate) => bar.update(update);
  const done = await textTaskJob(request, { confirm, progress, signal: stop.signal, log });
  bar.clear();
  if (!done.ok) return terminal.fail(withOptions(done.error));
  terminal.print(done.value, renderTask(root, done.value));
  return done.value.stopped === undefined ? 0 : 1;
}

/** The options that answer the question which an editor would ask. */
function withOptions(error: Failure): Failure {
  if (error.code !== 'source-mistakes') return error;
  const labels = error.message.includes('the task does not know')
    ? '--unknown-labels correct, --unknown-labels add or '
    : '';
  return { ...error, message: `${error.message} Options: ${labels}--accept-mistakes.` };
}

/** `--dry-run`: what a run would read. */
async function showSource({ target: name, values }: CommandLine, terminal: Terminal): Promise<number> {
  const root = requireFolder(values.folder ?? '.');
  const { signal } = terminal.stop;
  const folder = unwrap(await TaskFolder.open({ root, ...noSession }, name, signal));
  const { task } = folder;
  const encoding = await folder.learnSource();
  const findings = await findingsOf(folder, signal);
  const mistakes = findings.mistakes(task);
  const labels = [...findings.labels].map(([label, { rows }]) => [label, rows] as const).sort((a, b) => b[1] - a[1]);
  const { rows, texts, form } = findings;
  const found = {
    rows,
    texts,
    ...form,
    encoding,
    labels: Object.fromEntries(labels),
    facts: findings.facts(),
    mistakes,
  };
  const lines = [
    `${counted(rows, 'row')}, ${counted(texts, 'different text')}${encoding ? `, ${encoding}` : ''}.`,
    ...(form.columns ? [`Columns: ${form.columns.join(', ')}.`] : []),
    ...(labels.length > 0 ? ['Labels:', ...labels.map(([label, count]) => `  ${label}: ${count}`)] : ['No labels.']),
    ...findings.facts(),
    ...mistakes,
  ];
  terminal.print(found, lines.join('\n'));
  return mistakes.length > 0 ? 1 : 0;
}

/** `--export FOLDER`: the local model for other programs. */
async function exportTask({ target: name, values }: CommandLine, terminal: Terminal): Promise<number> {
  const { bar, stop, log } = terminal;
  const { signal } = stop;
  bar.update({ stage: 'Learning the task', done: 0, total: undefined });
  const root = requireFolder(values.folder ?? '.');
  const folder = unwrap(await TaskFolder.open({ root, ...noSession }, name, signal));
  const { task } = folder;
  if (isAnswerTask(task))
    throw new CodedError(
      'unsupported',
      `The answers of '${task.name}' are free texts. Only a task with labels can be exported.`,
    );
  const taskData = await collectTaskData(task, folder.texts(signal), await folder.answers());
  const files = encoderFiles(models, specialistFolder(storageFolder(values), root));
  const encoder = await openTextEncoder(files, log, signal);
  const at = resolve(values.export ?? '');
  try {
    const learned = learnLabels(task, taskData, await labelledVectors(task, taskData, encoder?.encode));
    const exported = await exportedFiles(task, learned, encoder?.encode);
    for (const [file, content] of Object.entries(exported)) replaceFile(join(at, file), [Buffer.from(content)]);
    if (encoder)
      for (const [from, to] of [
        ['model.onnx', 'encoder.onnx'],
        ['tokenizer.json', 'tokenizer.json'],
        ['LICENSE', 'LICENSE-encoder'],
      ] as const)
        replaceFile(join(at, to), [readFileSync(join(files.encoder, from))]);
  } finally {
    await encoder?.close();
    bar.clear();
  }
  terminal.print({ folder: at }, `${at}: python features.py --check compares it; README.md says more.`);
  return 0;
}

/** Access to the base model's hidden states. Only with --base, because computing them takes minutes. */
function statesAccess(values: Values): TextTaskRequest['states'] {
  if (values.base === undefined) return undefined;
  const { neural, tokenizerPath: tokenizer } = requestFor(values.folder ?? '.', values);
  if (!neural) return undefined;
  const { base: model, threads } = neural;
  return { model, tokenizer, threads };
}

function renderTask(root: string, report: TaskReport): string {
  const { picture, byLabel, facts, notes } = resultsOf(report);
  const rows = facts.map(([name, value]) => `  ${name.padEnd(34)} ${value}`);
  const end = endOfRun({ ...report, path: join(root, report.path) });
  const above = picture?.text.filter((sentence) => !end.includes(sentence)) ?? [];
  return [
    end,
    ...above,
    ...(picture ? ['', inLines(picture.chart), ''] : []),
    ...rows,
    ...(byLabel ? labelLines(byLabel) : []),
    ...notes,
  ].join('\n');
}

/** Texts with a doubted label that a terminal shows. */
const MAX_SHOWN = 5;

function labelLines({ warning, text, table, doubted }: LabelResults): string[] {
  const widths = table.head.map((name, i) =>
    Math.max(...[name, ...table.rows.map((row) => row[i] ?? '')].map(({ length }) => length)),
  );
  const line = (row: readonly string[]) =>
    `  ${row.map((value, i) => (i === 0 ? value.padEnd(widths[i] ?? 0) : value.padStart(widths[i] ?? 0))).join('  ')}`;
  const wrong = doubted
    .slice(0, MAX_SHOWN)
    .map((each) => `  ‘${each.given}’, probably ‘${each.likely}’: ${plainLine(each.text, 100)}`);
  const title = `Labels that may be wrong: ${doubted.length}${doubted.length > MAX_SHOWN ? ', among them' : ''}`;
  return [
    '',
    ...(warning ? [warning] : []),
    text,
    line(table.head),
    ...table.rows.map(line),
    ...(doubted.length > 0 ? [title, ...wrong] : []),
    '',
  ];
}
