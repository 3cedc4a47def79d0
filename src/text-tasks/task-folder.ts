// A task in its folder: its file, its texts, what was answered, and where its results go.
import { failed, ok, type Result } from '../common/errors.ts';
import { isAnswerTask, TASKS_FOLDER, type TextTask } from '../prompts/label/task.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { isSecretFileIfAnyFound } from '../workspace/files/file-names.ts';
import { type Harvest, harvestFolder } from '../workspace/files/folder.ts';
import { FolderReader } from '../workspace/files/folder-reader.ts';
import { ownIgnoreFile } from '../workspace/files/ignore.ts';
import { parentOf } from '../workspace/files/inside.ts';
import { withDefaults } from '../workspace/files/options.ts';
import type { HarvestOptions } from '../workspace/files/types.ts';
import { maskKnown } from '../workspace/secrets/known.ts';
import { type Known, readAnswers } from './given-labels.ts';
import { learnSource } from './masked-source.ts';
import { readTask } from './task-file.ts';
import { type TaskText, textsOf } from './texts.ts';

function pathOf({ source }: TextTask): string | undefined {
  return 'path' in source ? source.path : undefined;
}

/** What of it goes along with each text. A label's name is what it is told by, and stays. */
function masked(task: TextTask, mask: (text: string) => string): TextTask {
  const instruction = mask(task.instruction);
  if (isAnswerTask(task)) return { ...task, instruction };
  return { ...task, instruction, labels: task.labels.map(({ name, meaning }) => ({ name, meaning: mask(meaning) })) };
}

export class TaskFolder {
  readonly reader: FolderReader;
  readonly task: TextTask;
  /** The file that its texts come from, where git ignores it: it is said before they are sent. */
  readonly ignoredByGit: string | undefined;
  private readonly harvest: Harvest;
  private sourceLearned: Promise<void> | undefined;

  private constructor(reader: FolderReader, task: TextTask, harvest: Harvest, ignoredByGit: string | undefined) {
    this.reader = reader;
    this.task = task;
    this.harvest = harvest;
    this.ignoredByGit = ignoredByGit;
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
    const task = await readTask(reader, name);
    if (!task.ok) return task;
    const named = pathOf(task.value);
    const rule = named === undefined ? 'open' : await ruleOf(root, named, options, withDefaults(options).filesExclude);
    // 'local' is what git ignores, which tables often are; and settings in which a secret was found.
    if (named !== undefined && (rule === 'off' || (rule === 'local' && isSecretFileIfAnyFound(named))))
      return failed(
        'unreadable',
        `${named} is kept out by ${ownIgnoreFile}, by an exclude setting, or by its name, which is one of files that hold secrets: it is neither learned from nor sent. Name another file in the task, or let this one in.`,
      );
    const said = masked(task.value, (text) => maskKnown(text, '', [harvest.value.secrets]).text);
    return ok(new TaskFolder(reader, said, harvest.value, rule === 'local' ? named : undefined));
  }

  /** From the beginning, each time. Throws as `textsOf` does. */
  async *texts(signal?: AbortSignal): AsyncGenerator<TaskText> {
    const { reader, harvest } = this;
    await this.learnSource();
    yield* textsOf(this.task, {
      reader,
      files: async () => harvest.files,
      secrets: harvest.secrets,
      ...(signal && { signal }),
    });
  }

  /** What people and the API have answered, masked as the texts are. */
  async answers(): Promise<Map<number, Known>> {
    // A file that cannot be read is for `texts` to say.
    await this.learnSource().catch(() => {});
    const path = pathOf(this.task) ?? '';
    return readAnswers(this.task, this.reader, (text) => maskKnown(text, path, [this.harvest.secrets]).text);
  }

  /** Where results go: beside the texts, or beside the task where these lie in many places. Named after the task: several may share a table. */
  besideTexts(ending: string): string {
    const path = pathOf(this.task);
    const at = path === undefined ? TASKS_FOLDER : parentOf(path);
    return `${at === '' ? '' : `${at}/`}${this.task.name}.${ending}`;
  }

  /** The folder's rules may keep the task's file out of the harvest: its secrets are read apart, once. */
  private learnSource(): Promise<void> {
    const path = pathOf(this.task);
    if (path === undefined) return Promise.resolve();
    this.sourceLearned ??= learnSource(this.reader, path, this.harvest.secrets).catch((error) => {
      this.sourceLearned = undefined;
      throw error;
    });
    return this.sourceLearned;
  }
}
