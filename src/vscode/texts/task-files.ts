// The text task files of a folder, and the results of their last runs.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { writeNewFile } from '../../text-tasks/in-folder.ts';
import { TASKS_FOLDER } from '../../text-tasks/task-file.ts';
import { parseReport, type TaskReport } from '../../text-tasks/task-report.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';

const ending = '.json';
const maxTasks = 1000;

/** Names of the tasks: file names without extension, sorted. */
export async function taskNames(root: string): Promise<string[]> {
  const reader = await FolderReader.open(root);
  const entries = (await reader.list(TASKS_FOLDER, maxTasks)) ?? [];
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith(ending));
  return files.map(({ name }) => name.slice(0, -ending.length));
}

/** Writes under the first free name of `base`, `base-2`, ..., and returns that name. */
export function writeTask(root: string, base: string, task: object): string {
  const text = `${JSON.stringify(task, undefined, 2)}\n`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (writeNewFile(root, `${TASKS_FOLDER}/${name}${ending}`, text)) return name;
  }
}

export function taskUri(folder: vscode.Uri, name: string): vscode.Uri {
  return vscode.Uri.joinPath(folder, TASKS_FOLDER, `${name}${ending}`);
}

/**
 * Reads all reports, and skips other files.
 * @param folder folder in which jobs store the reports
 */
export async function readReports(folder: string): Promise<TaskReport[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith(ending)).map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => parseReport(text) ?? []);
}
