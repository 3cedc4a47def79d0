// A task in its folder: its file, its texts, what was answered, and where its results go.
import { failed, ok, type Result } from '../common/errors.ts';
import { type Harvest, harvestFolder } from '../harvest/folder.ts';
import { FolderReader } from '../harvest/folder-reader.ts';
import type { HarvestOptions } from '../harvest/types.ts';
import { maskKnown } from '../secrets/known.ts';
import { parseTask, TASKS_FOLDER, type TextTask } from '../tasks/label/task.ts';
import { type TaskText, textsOf } from './texts.ts';

const MOST_TASK_BYTES = 1_000_000;

export class TaskFolder {
  readonly reader: FolderReader;
  readonly task: TextTask;
  private readonly harvest: Harvest;

  private constructor(reader: FolderReader, task: TextTask, harvest: Harvest) {
    this.reader = reader;
    this.task = task;
    this.harvest = harvest;
  }

  /** Reads the task's file, and the folder for what is secret in it. */
  static async open(
    root: string,
    name: string,
    options: Partial<HarvestOptions>,
    signal?: AbortSignal,
  ): Promise<Result<TaskFolder>> {
    const harvest = await harvestFolder(root, options, signal ? { signal } : {});
    if (!harvest.ok) return harvest;
    const reader = await FolderReader.open(root);
    const path = `${TASKS_FOLDER}/${name}.json`;
    const read = await reader.read(path, MOST_TASK_BYTES);
    if (!('bytes' in read)) return failed('unreadable', `There is no task ${path} that can be read (${read.leftOut}).`);
    const task = parseTask(name, read.bytes.toString('utf8'));
    return task.ok ? ok(new TaskFolder(reader, task.value, harvest.value)) : task;
  }

  /** From the beginning, each time. Throws as `textsOf` does. */
  texts(signal?: AbortSignal): AsyncGenerator<TaskText> {
    const { reader, harvest } = this;
    return textsOf(this.task, {
      reader,
      files: async () => harvest.files,
      mask: (text, path) => maskKnown(text, path, [harvest.secrets]).text,
      ...(signal && { signal }),
    });
  }

  /** Where results go: beside the texts, or beside the task where these lie in many places. */
  besideTexts(ending: string): string {
    const { source, name } = this.task;
    const beside = 'path' in source ? source.path.replace(/\.[^./]+$/, '') : `${TASKS_FOLDER}/${name}`;
    return `${beside}.${ending}`;
  }
}
