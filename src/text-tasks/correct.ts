// Stores a person's label or answer, after checking it against the task file as it is now.
import { failed, ok, type Result } from '../common/errors.ts';
import { isAnswerTask, type LabelTask } from '../prompts/label/task.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { giveLabel } from './given-labels.ts';
import { readTask } from './task-file.ts';

/**
 * Resolves to the stored label or answer once it is on disk. Undefined: the user chose no label. Throws as `giveLabel`
 * does.
 * @param said the label or the answer; undefined: `pick` asks the user for a label
 */
export async function correctText(
  root: string,
  name: string,
  { text, said }: { readonly text: string; readonly said: string | undefined },
  pick: (task: LabelTask) => Promise<string | undefined>,
): Promise<Result<string | undefined>> {
  const read = await readTask(await FolderReader.open(root), name);
  if (!read.ok) return read;
  const task = read.value;
  const label = isAnswerTask(task) ? said?.trim() : (said ?? (await pick(task)));
  if (label === undefined) return ok(undefined);
  if (isAnswerTask(task) && (label === '' || label.length > task.maximumLength)) {
    const why = `An answer has 1 to ${task.maximumLength} characters, and this one ${label.length}: it was not kept. Write it anew.`;
    return failed('mismatched', why);
  }
  if (!isAnswerTask(task) && !task.labels.some((each) => each.name === label)) {
    const why = `'${label}' is no label of '${name}' as its file is now, and was not kept. Run the task: its table has the labels that there are.`;
    return failed('mismatched', why);
  }
  giveLabel(root, name, { text, label, by: 'person' });
  return ok(label);
}
