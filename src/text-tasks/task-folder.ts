// A task in its folder: definition, texts, answers, and the path of its results.
import { failed, ok, type Result } from '../common/errors.ts';
import { ruleOf } from '../workspace/files/file.ts';
import { isSecretFileIfAnyFound } from '../workspace/files/file-names.ts';
import { type Harvest, harvestToSend } from '../workspace/files/folder.ts';
import { FolderReader, parentOf } from '../workspace/files/folder-reader.ts';
import { type SendableFolder, withDefaults } from '../workspace/files/harvest-types.ts';
import { ownIgnoreFileName } from '../workspace/files/ignore.ts';
import { redactText } from '../workspace/secrets/secrets.ts';
import { type KnownLabels, readAnswers } from './given-labels.ts';
import { readTask } from './in-folder.ts';
import { learnSource } from './redacted-source.ts';
import { isAnswerTask, TASKS_FOLDER, type TextTask } from './task-file.ts';
import { type TaskText, type TextsDeps, textsOf } from './texts.ts';

function pathOf({ source }: TextTask): string | undefined {
  return 'path' in source ? source.path : undefined;
}

/** Redacts what is sent with each text. Label names stay, because answers are recognised by them. */
function redactTask(task: TextTask, redact: (text: string) => string): TextTask {
  const instruction = redact(task.instruction);
  if (isAnswerTask(task)) return { ...task, instruction };
  return { ...task, instruction, labels: task.labels.map((label) => ({ ...label, meaning: redact(label.meaning) })) };
}

export class TaskFolder {
  readonly reader: FolderReader;
  readonly task: TextTask;
  /** The source file, if git ignores it: the user is told before texts are sent. */
  readonly ignoredByGit: string | undefined;
  private readonly harvest: Harvest;
  private readonly signal: AbortSignal | undefined;
  private sourceEncoding: Promise<string | undefined> | undefined;

  private constructor(
    reader: FolderReader,
    task: TextTask,
    harvest: Harvest,
    ignoredByGit: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.reader = reader;
    this.task = task;
    this.harvest = harvest;
    this.ignoredByGit = ignoredByGit;
    this.signal = signal;
  }

  /** Reads the task's file and the folder's secrets. @param signal also ends the search for secrets in the source */
  static async open(folder: SendableFolder, name: string, signal?: AbortSignal): Promise<Result<TaskFolder>> {
    const { root, harvest: options } = folder;
    const harvest = await harvestToSend(folder, signal ? { signal } : {});
    if (!harvest.ok) return harvest;
    const reader = await FolderReader.open(root);
    const task = await readTask(reader, name);
    if (!task.ok) return task;
    const sourcePath = pathOf(task.value);
    const rule =
      sourcePath === undefined ? 'open' : await ruleOf(root, sourcePath, options, withDefaults(options).filesExclude);
    // 'local' means that git ignores the file, as it often does with tables, or that it holds settings with a secret.
    if (sourcePath !== undefined && (rule === 'off' || (rule === 'local' && isSecretFileIfAnyFound(sourcePath))))
      return failed(
        'unreadable',
        `${sourcePath} is excluded by ${ownIgnoreFileName}, by an exclude setting, or because files of that name hold secrets, so it is neither learned from nor sent. Name another file in the task, or allow this one.`,
      );
    const redactedTask = redactTask(task.value, (text) => redactText(text, '', [harvest.value.secrets]).text);
    return ok(new TaskFolder(reader, redactedTask, harvest.value, rule === 'local' ? sourcePath : undefined, signal));
  }

  /** Streams all texts from the beginning, each once unless every row is asked for. Throws as `textsOf` does. */
  async *texts(signal?: AbortSignal, options: Pick<TextsDeps, 'everyRow' | 'findings'> = {}): AsyncGenerator<TaskText> {
    const { reader, harvest } = this;
    await this.learnSource();
    const { files, secrets } = harvest;
    yield* textsOf(this.task, { reader, files, secrets, ...options, ...(signal && { signal }) });
  }

  /** Answers of people and the API, redacted like the texts. */
  async answers(): Promise<Map<number, KnownLabels>> {
    // `texts` reports an unreadable file.
    await this.learnSource().catch(() => this.signal?.throwIfAborted());
    const path = pathOf(this.task) ?? '';
    return readAnswers(this.task, this.reader, (text) => redactText(text, path, [this.harvest.secrets]).text);
  }

  /** Path of the results: beside the source file, or beside the task for several files. It contains the task's name. */
  resultsPathWith(ending: string): string {
    const path = pathOf(this.task);
    const parent = path === undefined ? TASKS_FOLDER : parentOf(path);
    return `${parent === '' ? '' : `${parent}/`}${this.task.name}.${ending}`;
  }

  /**
   * Rules may exclude the task's source file from the folder's files, so its secrets are read separately, once.
   * Resolves to its encoding; undefined: the source is no single file. Throws as `textsOf` does.
   */
  async learnSource(): Promise<string | undefined> {
    const { reader, harvest, signal } = this;
    const { source } = this.task;
    if (!('path' in source)) return undefined;
    this.sourceEncoding ??= learnSource(reader, source.path, source.kind, harvest.secrets, signal).catch((error) => {
      this.sourceEncoding = undefined;
      throw error;
    });
    return this.sourceEncoding;
  }
}
