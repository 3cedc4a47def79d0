// Reads a task's definition from its file.
import { failed, type Result } from '../common/errors.ts';
import { parseTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';

const MOST_BYTES = 1_000_000;

/** @param name name of the file without '.json' */
export async function readTask(reader: FolderReader, name: string): Promise<Result<TextTask>> {
  const path = `${TASKS_FOLDER}/${name}.json`;
  const read = await reader.read(path, MOST_BYTES);
  if (!('bytes' in read)) return failed('unreadable', `There is no task ${path} that can be read (${read.leftOut}).`);
  return parseTask(name, read.bytes.toString('utf8'));
}
