// The text tasks of a folder as files: which there are, what they say, and what their last runs came to.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { TASKS_FOLDER } from '../../prompts/label/task.ts';
import { writeNewFile } from '../../text-tasks/in-folder.ts';
import { parseReport, type TaskReport } from '../../text-tasks/task-report.ts';

const ending = '.json';

/** Without their ending, in the order of the alphabet. */
export async function taskNames(folder: vscode.Uri): Promise<string[]> {
  try {
    const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.joinPath(folder, TASKS_FOLDER));
    return entries
      .filter(([name, type]) => type === vscode.FileType.File && name.endsWith(ending))
      .map(([name]) => name.slice(0, -ending.length))
      .sort();
  } catch {
    // There is no such folder: no tasks.
    return [];
  }
}

/** Under the first of `base`, `base-2`, ... that nothing has: the name that it got. */
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

/** @param folder where a job has kept them */
export async function readReports(folder: string): Promise<TaskReport[]> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith(ending)).map((name) => readFile(join(folder, name), 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => parseReport(text) ?? []);
}
