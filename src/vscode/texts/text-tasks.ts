// Text tasks in the editor: creates, runs, shows and corrects them. A job's process reads, learns and calls the API.
import { join } from 'node:path';
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import type { Failure } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/job-client.ts';
import type { TextTaskRequest } from '../../jobs/text-task.ts';
import { type EncoderFiles, encoderFiles } from '../../storage/text-vectors.ts';
import { readAnswers, storeCorrection } from '../../text-tasks/given-labels.ts';
import { readTask, requireWritable } from '../../text-tasks/in-folder.ts';
import { readResults } from '../../text-tasks/results-table.ts';
import { isAnswerTask, TASKS_FOLDER, type TextTask } from '../../text-tasks/task-file.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { endOfRun, resultsOf } from '../../text-tasks/task-results.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import { askForTrust, showFailure, showStopped } from '../adapt/questions.ts';
import type { DiskFolder, RunRequests } from '../adapt/run-requests.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import { type FolderRef, pickFolder } from '../editor/folder-ref.ts';
import { type Paths, specialistFolder } from '../editor/paths.ts';
import { describe, withProgress } from '../editor/progress.ts';
import { safeSentence, t, type UiText } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { TableRow } from '../webview/table-protocol.ts';
import { newTask } from './new-task.ts';
import { readReports, taskNames, taskUri } from './task-files.ts';
import { askToSpend, pickLabel, pickTask } from './task-questions.ts';
import { type TableContent, TaskTable } from './task-table.ts';

export interface TextTasksDeps {
  readonly requests: RunRequests;
  readonly neural: WindowEngine;
  readonly paths: Paths;
  readonly extension: vscode.Uri;
  readonly jobs: JobClient;
  readonly status: { folder(): FolderRef };
  readonly log: Log;
  /** Called with whether an open folder has a task. */
  readonly onTasks: (hasTask: boolean) => void;
  readonly onSpent: (usd: number) => void;
}

/** A task of a folder. */
interface FolderTask {
  readonly taskFolder: DiskFolder;
  readonly task: TextTask;
  /** Identifies it in the window. */
  readonly key: string;
}

/** Random texts that may be asked about in a further run, while texts are in doubt. */
const MORE = 100;

export class TextTasks extends Part<TextTasksDeps> {
  private readonly tables = new Map<string, TaskTable>();
  private readonly reports = new Map<string, TaskReport>();
  private running: { readonly controller: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(deps: TextTasksDeps) {
    super(deps);
    const files = this.add(vscode.workspace.createFileSystemWatcher(`**/${TASKS_FOLDER}/*.json`, false, true));
    const look = () => void this.lookForTasks();
    this.add(files.onDidCreate(look));
    this.add(files.onDidDelete(look));
    this.add(vscode.workspace.onDidChangeWorkspaceFolders(look));
    this.add({
      dispose: () => {
        this.running?.controller.abort();
        for (const table of this.tables.values()) table.dispose();
      },
    });
  }

  /** Looks for tasks, and loads the reports of earlier runs. */
  async load(): Promise<void> {
    void this.lookForTasks();
    this.reports.clear();
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      if (uri.scheme !== 'file') continue;
      for (const report of await readReports(this.reportsOf(uri.fsPath)))
        this.reports.set(keyOf(uri.fsPath, report.task), report);
    }
  }

  private async lookForTasks(): Promise<void> {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const names = await Promise.all(folders.map(({ uri }) => taskNames(uri.fsPath).catch(() => [])));
    this.deps.onTasks(names.flat().length > 0);
  }

  /** 'New Text Task…' */
  async createTask(): Promise<void> {
    const taskFolder = await this.pickFolder(t('A text task in which folder?'));
    if (!taskFolder) return;
    const { uri, root } = taskFolder;
    // Before five questions are answered in vain.
    const reader = await FolderReader.open(root);
    requireWritable(root, TASKS_FOLDER);
    const name = await newTask(uri, root);
    if (name === undefined) return;
    void this.lookForTasks();
    const task = await readTask(reader, name);
    if (task.ok) await this.label(folderTask(taskFolder, task.value));
    else await showFailure(task.error);
  }

  /** Opens the table for labelling, or returns to it: its rows stay. */
  private async label(of: FolderTask): Promise<void> {
    const openTable = this.tables.get(of.key);
    if (openTable?.isLabelling) return openTable.takeFocus();
    const title = t('Reading the texts of {0}', of.task.name);
    const labelling = await withProgress(title, (signal) => this.readLabelling(of, signal));
    if (!labelling.ok) return labelling.error.code === 'cancelled' ? undefined : showFailure(labelling.error);
    const { value } = labelling;
    this.open(of, {
      subtitle:
        value.rows.length < value.texts
          ? t('{0} of {1} texts', value.rows.length, value.texts)
          : t('{0} texts', value.texts),
      results: undefined,
      labelling: value,
      rows: async function* () {
        yield* value.rows;
      },
    });
  }

  private async readLabelling({ taskFolder, task }: FolderTask, signal: AbortSignal) {
    const { jobs, requests } = this.deps;
    const encoder = this.encoderOf(taskFolder.root);
    return jobs.job('labelling', { ...(await requests.sendable(taskFolder)), task: task.name, encoder }, signal);
  }

  /** 'Run Text Task'. @param name absent: the user picks one @param accepted what the user has answered */
  async run(name?: string, accepted: Accepted = {}): Promise<void> {
    const picked = await this.pickTask(name, t('Run which text task?'));
    if (!picked) return;
    const { taskFolder, task, key } = picked;
    // The editor hides its progress at 'Cancel', before the job has stored its results.
    if (this.running?.controller.signal.aborted) await this.running.ended;
    if (this.running) {
      void window.showInformationMessage(t('A text task is running; the notifications show its progress.'));
      return;
    }
    const { jobs, paths, log, requests } = this.deps;
    const api = await requests.apiFor(taskFolder.folder, 'text task');
    const controller = new AbortController();
    const ended = withProgress(
      t('Running {0}', task.name),
      async (signal, report) =>
        jobs.job(
          'texts',
          {
            ...(await requests.sendable(taskFolder)),
            task: task.name,
            storeFolder: paths.storage,
            reports: this.reportsOf(taskFolder.root),
            who: 'the editor',
            ...(api && { api }),
            ...this.states(),
            encoder: this.encoderOf(taskFolder.root),
            ...accepted,
            more: (this.reports.get(key)?.inDoubt ?? 0) > 0 ? MORE : 0,
          },
          signal,
          (update) => report(describe(update)),
          { confirm: (estimate) => askToSpend(estimate, api?.settings.provider, isAnswerTask(task)) },
        ),
      controller,
    );
    this.running = { controller, ended };
    const finished = await ended;
    this.running = undefined;
    if (!finished.ok) {
      log.warn(`${task.name}: ${finished.error.message}`);
      if (finished.error.code === 'cancelled') void showStopped(finished.error, 'runTextTask', task.name);
      else if (['few-labels', 'nothing-to-learn'].includes(finished.error.code))
        void this.adviseToLabel(picked, finished.error, accepted);
      else if (finished.error.code === 'source-mistakes') void this.askAboutMistakes(picked, finished.error, accepted);
      else await showFailure(finished.error);
      return;
    }
    this.deps.onSpent(finished.value.runUsd);
    this.reports.set(key, finished.value);
    if (this.tables.has(key)) this.showResults(picked, finished.value);
    void this.announce(picked, finished.value);
  }

  private async announce(of: FolderTask, report: TaskReport): Promise<void> {
    const show = t('Show Results');
    const answer = await window.showInformationMessage(safeSentence(endOfRun(report)), show);
    if (answer !== show) return;
    const openTable = this.tables.get(of.key);
    if (openTable && !openTable.isLabelling) openTable.takeFocus();
    else this.showResults(of, report);
  }

  /** The local model has learned from too few labels. */
  private async adviseToLabel(of: FolderTask, { code, message }: Failure, accepted: Accepted): Promise<void> {
    const label = isAnswerTask(of.task) ? t('Write Answers') : t('Label Texts');
    const anyway = t('Use the Local Model Anyway');
    const choices = code === 'few-labels' ? [label, anyway] : [label];
    const answer = await window.showWarningMessage(safeSentence(message), ...choices);
    if (answer === label) await this.label(of);
    else if (answer === anyway) await this.run(of.task.name, { ...accepted, acceptsFew: true });
  }

  /** The source has labels that look like mistakes. */
  private async askAboutMistakes({ task }: FolderTask, { message }: Failure, accepted: Accepted): Promise<void> {
    const [correct, add] = [t('Use Nearest'), t('Add Labels')];
    const anyway = t('Run Anyway');
    const offers = message.includes('the task does not know') ? [correct, add, anyway] : [anyway];
    const answer = await window.showWarningMessage(safeSentence(message), ...offers);
    if (answer === anyway) await this.run(task.name, { ...accepted, acceptsMistakes: true });
    else if (answer !== undefined)
      await this.run(task.name, { ...accepted, unknownLabels: answer === add ? 'add' : 'correct' });
  }

  /** The table of the last run; the one for labelling if there was none. */
  async show(name?: string): Promise<void> {
    const picked = await this.pickTask(name, t('Show the labels of which text task?'));
    if (!picked) return;
    const report = this.reports.get(picked.key);
    if (report) this.showResults(picked, report);
    else await this.label(picked);
  }

  private showResults(of: FolderTask, report: TaskReport): void {
    this.open(of, {
      subtitle: report.path,
      results: resultsOf(report),
      labelling: undefined,
      rows: () => rowsOf(of.taskFolder.root, of.task, report.path),
    });
  }

  private open(of: FolderTask, content: Omit<TableContent, 'task'>): void {
    const { taskFolder, task, key } = of;
    const openTable = this.tables.get(key);
    if (openTable) {
      openTable.show({ task, ...content });
      return;
    }
    const { extension, log } = this.deps;
    const table = new TaskTable(
      {
        extension,
        log,
        run: () => void this.run(task.name),
        label: () => void this.label(of),
        open: () => void window.showTextDocument(taskUri(taskFolder.uri, task.name), { preview: false }),
        storeCorrection: async (text, label) => {
          const stored = await this.storeCorrection(taskFolder, task.name, text, label);
          if (stored !== undefined) void learner.changed();
          return stored;
        },
      },
      { task, ...content },
      vscode.ViewColumn.Active,
    );
    const closed = new AbortController();
    table.add({ dispose: () => closed.abort() });
    const learner = new BackgroundLearning(async () => {
      if (!table.isLabelling || table.isDisposed) return;
      const learned = await this.readLabelling(of, closed.signal);
      if (learned.ok) table.showLearned(learned.value);
      else if (learned.error.code !== 'cancelled') log.warn(`${task.name}: ${learned.error.message}`);
    });
    this.tables.set(key, table);
    table.onDidClose(() => {
      table.dispose();
      this.tables.delete(key);
    });
  }

  /**
   * Stores a correction on disk. Undefined if the user dismissed the question, or after a message if storing failed.
   * @param label absent: the user is asked for it
   */
  private async storeCorrection(
    { root }: DiskFolder,
    name: string,
    text: string,
    label?: string,
  ): Promise<string | undefined> {
    const stored = await storeCorrection(root, name, { text, answer: label }, (task) => pickLabel(task, text));
    if (stored.ok) return stored.value;
    void showFailure(stored.error);
    return undefined;
  }

  private async pickFolder(question: UiText): Promise<DiskFolder | undefined> {
    const folder = await pickFolder(this.deps.status.folder(), question);
    if (folder?.root === undefined || folder.uri === undefined) return undefined;
    if (vscode.workspace.isTrusted) return { folder, uri: folder.uri, root: folder.root };
    void askForTrust();
    return undefined;
  }

  private async pickTask(name: string | undefined, question: UiText): Promise<FolderTask | undefined> {
    const taskFolder = await this.pickFolder(question);
    if (!taskFolder) return undefined;
    const picked = await pickTask(await taskNames(taskFolder.root), name, question);
    if (picked === undefined) return undefined;
    const task = await readTask(await FolderReader.open(taskFolder.root), picked);
    if (task.ok) return folderTask(taskFolder, task.value);
    await showFailure(task.error);
    return undefined;
  }

  /** The base model may read texts in doubt after the user has accepted the time. */
  private states(): Pick<TextTaskRequest, 'states'> {
    const { forJobs } = this.deps.neural;
    if (forJobs === undefined) return {};
    const { base: model, tokenizer, threads } = forJobs;
    return { states: { model, tokenizer, threads } };
  }

  private encoderOf(root: string): EncoderFiles {
    const { paths } = this.deps;
    return encoderFiles(paths.models, specialistFolder(paths.storage, root));
  }

  private reportsOf(root: string): string {
    return join(specialistFolder(this.deps.paths.storage, root), 'tasks');
  }
}

function keyOf(root: string, task: string): string {
  return `${root}\n${task}`;
}

function folderTask(taskFolder: DiskFolder, task: TextTask): FolderTask {
  return { taskFolder, task, key: keyOf(taskFolder.root, task.name) };
}

async function* rowsOf(root: string, task: TextTask, path: string): AsyncGenerator<TableRow> {
  const reader = await FolderReader.open(root);
  const rows = readResults(reader, path, task, await readAnswers(task, reader));
  for await (const { by: source, confidence, ...row } of rows)
    yield { ...row, source: source === 'none' ? '' : source, ...(confidence !== undefined && { confidence }) };
}

/** What the user has answered to the questions of earlier runs. */
type Accepted = Pick<TextTaskRequest, 'acceptsFew' | 'acceptsMistakes' | 'unknownLabels'>;

/** New labels after which the local model is fitted again. */
const EVERY = 5;

/** Learns again as one labels: one job at a time, after some new labels. */
export class BackgroundLearning {
  private readonly learn: () => Promise<void>;
  private changes = 0;
  private isRunning = false;

  /** @param learn does not reject */
  constructor(learn: () => Promise<void>) {
    this.learn = learn;
  }

  /** A label was given or withdrawn. */
  async changed(): Promise<void> {
    this.changes++;
    if (this.isRunning) return;
    this.isRunning = true;
    for (; this.changes >= EVERY; await this.learn()) this.changes = 0;
    this.isRunning = false;
  }
}
