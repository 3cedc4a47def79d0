// `label`: every text of a task with its label, as CSV beside the texts. `export`: the task's specialist as one ONNX model.
import { mkdirSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, unwrap } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { exportReadme, taskModel } from '../labelling/export-task.ts';
import { readAnswers } from '../labelling/given-labels.ts';
import { labelTexts, parseShard, WHOLE } from '../labelling/label-texts.ts';
import { type LearnedTask, learnTask } from '../labelling/learn-task.ts';
import { TaskFolder } from '../labelling/task-folder.ts';
import { csvLine } from '../tasks/label/csv.ts';
import { RISK_TERMS } from '../tasks/label/share-of-calls.ts';
import { TASKS_FOLDER } from '../tasks/label/task.ts';
import { type Asked, UsageError } from './command-line.ts';
import { requireFolder } from './run-request.ts';
import type { Terminal } from './terminal.ts';

const FLUSH = 1 << 16;

/** Opens the folder and learns the task; a CodedError is a failure. */
async function learned(
  { target, values }: Asked,
  { stop, bar }: Terminal,
): Promise<{ folder: TaskFolder; learned: LearnedTask }> {
  if (target === undefined)
    throw new UsageError('Name the task: the file .easyadaptation/tasks/NAME.json without .json.');
  const root = requireFolder(values.folder ?? '.');
  bar.update({ stage: 'Reading the folder', done: 0, total: undefined });
  const folder = unwrap(await TaskFolder.open(root, target, { trusted: true }, stop.signal));
  bar.update({ stage: 'Learning the task', done: 0, total: undefined });
  const answers = await readAnswers(folder.task, folder.reader);
  return { folder, learned: await learnTask(folder.task, folder.texts(stop.signal), answers) };
}

export async function label(asked: Asked, terminal: Terminal): Promise<number> {
  const { shard: text } = asked.values;
  const shard = text === undefined ? WHOLE : parseShard(text);
  if (shard === undefined) throw new UsageError(`--shard takes I/N with I from 1 to N, not "${text}".`);
  return coded(terminal, async () => {
    const { folder, learned: task } = await learned(asked, terminal);
    const part = shard.of === 1 ? 'labels.csv' : `labels.${shard.number}-of-${shard.of}.csv`;
    const path = join(folder.reader.root, folder.besideTexts(part));
    const counts = { texts: 0, given: 0, inDoubt: 0 };
    const file = await open(`${path}.tmp`, 'w');
    try {
      let lines = csvLine(['text', 'label', 'who', 'how sure', 'in doubt']);
      for await (const row of labelTexts(folder.task, task, folder.texts(terminal.stop.signal), shard)) {
        counts.texts += 1;
        counts.given += Number(row.by !== 'specialist');
        counts.inDoubt += Number(row.inDoubt);
        lines += csvLine([row.text, row.label, row.by, row.sure.toFixed(3), row.inDoubt ? 'yes' : '']);
        if (lines.length < FLUSH) continue;
        await file.write(lines);
        lines = '';
        terminal.bar.update({ stage: 'Labelling', done: counts.texts, total: Math.ceil(task.texts / shard.of) });
      }
      await file.write(lines);
      await file.sync();
    } catch (error) {
      await rm(`${path}.tmp`, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await rename(`${path}.tmp`, path);
    terminal.bar.clear();
    const bound = task.risk
      ? `The API would be asked about ${counts.inDoubt} of them. ${RISK_TERMS} At most ${task.risk.loss}, chosen on ${task.risk.texts} texts.`
      : 'Nothing says how far the specialist can be trusted: no text has both a known label and an answer of the API.';
    terminal.print(
      { path, ...counts },
      `${path}: ${counts.texts} texts, ${counts.given} with a label that was given. ${bound}`,
    );
    return 0;
  });
}

export async function exportTask(asked: Asked, terminal: Terminal): Promise<number> {
  return coded(terminal, async () => {
    const { folder, learned: task } = await learned(asked, terminal);
    const into = join(folder.reader.root, TASKS_FOLDER, `${folder.task.name}.export`);
    mkdirSync(into, { recursive: true });
    const encoder = new TextEncoder();
    replaceFile(join(into, 'model.onnx'), [taskModel(task.specialist)]);
    replaceFile(join(into, 'labels.json'), [encoder.encode(`${JSON.stringify(folder.task.labels, undefined, 2)}\n`)]);
    replaceFile(join(into, 'README.md'), [encoder.encode(exportReadme(folder.task))]);
    terminal.bar.clear();
    terminal.print({ folder: into }, `${into}: model.onnx, labels.json, README.md`);
    return 0;
  });
}

async function coded(terminal: Terminal, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CodedError) return terminal.fail(error);
    if (terminal.stop.signal.aborted) return 1;
    throw error;
  }
}
