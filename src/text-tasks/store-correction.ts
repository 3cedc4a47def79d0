// Stores a person's label or answer, after checking it against the task file as it is now.

import { failed, ok, type Result } from '../common/errors.ts';
import { quoted } from '../common/plain-text.ts';
import { isAnswerTask, type LabelTask } from '../prompts/label/task.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { appendLabel } from './given-labels.ts';
import { readTask } from './task-file.ts';

/**
 * Resolves to the stored label or answer once it is on disk. Undefined: the user chose no label. Throws as `appendLabel`
 * does.
 * @param answer the label or the answer; '': the earlier one is withdrawn; undefined: `pick` asks the user for a label
 */
export async function storeCorrection(
  root: string,
  name: string,
  { text, answer }: { readonly text: string; readonly answer: string | undefined },
  pick: (task: LabelTask) => Promise<string | undefined>,
): Promise<Result<string | undefined>> {
  const read = await readTask(await FolderReader.open(root), name);
  if (!read.ok) return read;
  const task = read.value;
  const label = isAnswerTask(task) ? answer?.trim() : (answer ?? (await pick(task)));
  if (label === undefined) return ok(undefined);
  if (answer === '') {
    appendLabel(root, name, { text, label: '', by: 'person' });
    return ok('');
  }
  if (isAnswerTask(task) && (label === '' || label.length > task.maximumLength)) {
    const message = `The answer has ${label.length} characters and was not stored. Enter 1 to ${task.maximumLength} characters.`;
    return failed('mismatched', message);
  }
  if (!isAnswerTask(task) && !task.labels.some((each) => each.name === label)) {
    const message = `${quoted(label)} is not a label in the current file of '${name}' and was not stored. Run the task to update the table's labels.`;
    return failed('mismatched', message);
  }
  appendLabel(root, name, { text, label, by: 'person' });
  return ok(label);
}
