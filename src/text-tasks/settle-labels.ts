// What a source holds, read before a run; and a task's file that learns labels of the source which it does not know.
import { failed, ok, type Result } from '../common/errors.ts';
import { replaceFile } from '../common/files.ts';
import { decodeText } from '../workspace/files/examine.ts';
import type { FolderReader } from '../workspace/files/folder-reader.ts';
import { writablePathIn } from './in-folder.ts';
import { SourceFindings, type UnknownLabel } from './source-findings.ts';
import { type LabelTask, parseTask, TASKS_FOLDER, type TaskLabel } from './task-file.ts';
import type { TaskFolder } from './task-folder.ts';

/** A larger file is no task. */
const MAX_BYTES = 1_000_000;

/** Reads the source and nothing else. Throws as `TaskFolder.texts` does. */
export async function findingsOf(folder: Pick<TaskFolder, 'texts'>, signal: AbortSignal): Promise<SourceFindings> {
  const findings = new SourceFindings();
  for await (const _ of folder.texts(signal, { findings }));
  return findings;
}

/**
 * Changes the task's file so that it knows the unknown labels: each as another name of the label that was probably
 * meant, or as a new label. Fails if a label of the file cannot be changed.
 * @param reader of the task's folder
 */
export async function settleLabels(
  reader: FolderReader,
  { name, labels }: LabelTask,
  unknown: readonly UnknownLabel[],
  how: 'correct' | 'add',
): Promise<Result<undefined>> {
  const path = `${TASKS_FOLDER}/${name}.json`;
  const read = await reader.read(path, MAX_BYTES);
  const json = 'bytes' in read ? decodeText(read.bytes) : undefined;
  if (json === undefined) return failed('unreadable', `${path} cannot be read. Correct the labels there.`);
  const file = JSON.parse(json) as { labels: TaskLabel[] };
  file.labels =
    how === 'add'
      ? [...labels, ...unknown.map(({ given }) => ({ name: given, meaning: `Texts of the kind ${given}.` }))]
      : labels.map((label) => {
          const others = unknown.filter(({ nearest }) => nearest === label.name).map(({ given }) => given);
          return others.length > 0 ? { ...label, aliases: [...(label.aliases ?? []), ...others] } : label;
        });
  const changed = `${JSON.stringify(file, undefined, 2)}\n`;
  const parsed = parseTask(name, changed);
  if (!parsed.ok) return parsed;
  replaceFile(writablePathIn(reader.root, path), [Buffer.from(changed)]);
  return ok(undefined);
}
