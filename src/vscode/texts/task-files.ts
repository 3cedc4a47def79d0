// The text task files of a folder, and the results of their last runs.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { TASKS_FOLDER } from '../../prompts/label/task.ts';
import { writeNewFile } from '../../text-tasks/in-folder.ts';
import { parseReport, type TaskReport } from '../../text-tasks/task-report.ts';

const ending = '.json';

/** Names of the tasks: file names without extension, sorted. */
export async function taskNames(folder: vscode.Uri): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(folder, TASKS_FOLDER));
    return entries
      .filter(([name, type]) => type === vscode.FileType.File && name.endsWith(ending))
      .map(([name]) => name.slice(0, -ending.length))
      .sort();
  } catch {
    // The folder does not exist, so there are no tasks.
    return [];
  }
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
