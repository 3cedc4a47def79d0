// Text tasks in the editor: creates, runs, shows and corrects them. A job's process reads, learns and calls the API.
import { join } from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import { type Result, unwrap } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { JobClient } from '../../jobs/client.ts';
import type { PreviewRow, StatesAccess } from '../../jobs/text-task.ts';
import { isAnswerTask, type TextTask } from '../../prompts/label/task.ts';
import { correctText } from '../../text-tasks/correct.ts';
import { readAnswers } from '../../text-tasks/given-labels.ts';
import { readResults } from '../../text-tasks/read-results.ts';
import { readTask } from '../../text-tasks/task-file.ts';
import type { TaskReport } from '../../text-tasks/task-report.ts';
import { FolderReader } from '../../workspace/files/folder-reader.ts';
import { describe } from '../adapt/describe-progress.ts';
import { askForTrust, tellFailure } from '../adapt/questions.ts';
import { RunRequests } from '../adapt/run-requests.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { specialistFolder } from '../editor/paths.ts';
import { pickFolder } from '../editor/pick-folder.ts';
import { t, type UiText } from '../editor/ui-text.ts';
import { type UiProgress, window } from '../editor/window.ts';
import type { PanelTask } from '../webview/protocol.ts';
import type { TableRow } from '../webview/table-protocol.ts';
import { type AccessDeps, apiAccess } from './api-access.ts';
import { newTask } from './new-task.ts';
import { readReports, taskNames, taskUri } from './task-files.ts';
import { askToSpend, pickLabel, pickRow, pickTask } from './task-questions.ts';
import { type TableContent, TaskTable } from './task-table.ts';
import { panelTask } from './task-words.ts';

export interface TextTasksDeps extends AccessDeps {
  readonly extension: vscode.Uri;
  readonly jobs: JobClient;
  readonly current: () => FolderRef;
  readonly log: Log;
  /** A run has ended, or earlier reports were loaded. */
  readonly onReports: () => void;
  readonly onSpent: (usd: number) => void;
}

/** A folder on disk. */
interface Place {
  readonly folder: FolderRef;
  readonly uri: vscode.Uri;
  readonly root: string;
}

const previewed = 20;

export class TextTasks extends DisposableStore {
  private readonly deps: TextTasksDeps;
  private readonly requests: RunRequests;
  private readonly tables = new Map<string, TaskTable>();
  private readonly reports = new Map<string, TaskReport>();
  private running: { readonly controller: AbortController; readonly ended: Promise<unknown> } | undefined;

  constructor(deps: TextTasksDeps) {
    super();
    this.deps = deps;
    this.requests = new RunRequests(deps);
    this.add({
      dispose: () => {
        this.running?.controller.abort();
        for (const table of this.tables.values()) table.dispose();
      },
    });
  }

  /** Reports of all folders, newest first. */
  get outcomes(): PanelTask[] {
    return [...this.reports.values()].sort((a, b) => b.finishedAt - a.finishedAt).map(panelTask);
  }

  /** Loads the reports of earlier runs. */
  async load(): Promise<void> {
    this.reports.clear();
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      if (uri.scheme !== 'file') continue;
      for (const report of await readReports(this.reportsOf(uri.fsPath)))
        this.reports.set(keyOf(uri.fsPath, report.task), report);
    }
    this.deps.onReports();
  }

  /** 'New Text Task…' */
  async create(): Promise<void> {
    const place = await this.place(t('A text task in which folder?'));
    if (!place) return;
    const name = await newTask(place.uri, place.root);
    if (name === undefined) return;
    await window.showTextDocument(taskUri(place.uri, name), { preview: false });
    const rows = await this.withProgress(t('Reading the first texts of {0}', name), (signal) => {
      const harvest = this.requests.harvest(place.uri);
      return this.deps.jobs.job('preview', { root: place.root, task: name, harvest, count: previewed }, signal);
    });
    if (!rows.ok) return tell(rows);
    const task = unwrap(await readTask(await FolderReader.open(place.root), name));
    this.open(place, task, {
      subtitle: t('first {0} texts', rows.value.length),
      report: undefined,
      isPreview: true,
      rows: async function* () {
        yield* rows.value.map(previewRow);
      },
    });
  }

  /** 'Run Text Task'. @param name absent: the user picks one */
  async run(name?: string): Promise<void> {
    const chosen = await this.choose(name, t('Run which text task?'));
    if (!chosen) return;
    const { place, task } = chosen;
    // The editor hides its progress at 'Cancel', before the job has stored its results.
    if (this.running?.controller.signal.aborted) await this.running.ended;
    if (this.running) {
      void window.showInformationMessage(t('A text task is running; the notifications show its progress.'));
      return;
    }
    const api = await apiAccess(this.deps, this.requests, place.folder, 'text task');
    const controller = new AbortController();
    const { jobs, paths, log } = this.deps;
    const ended = this.withProgress(
      t('Running {0}', task.name),
      (signal, bar) =>
        jobs.job(
          'texts',
          {
            ...{ root: place.root, task: task.name, harvest: this.requests.harvest(place.uri) },
            ...{ storeFolder: paths.storage, reports: this.reportsOf(place.root), who: 'the editor' },
            ...(api && { api }),
            ...this.states(),
          },
          signal,
          (update) => bar.report({ message: describe(update) }),
          (estimate) => askToSpend(estimate, api?.settings.provider, isAnswerTask(task)),
        ),
      controller,
    );
    this.running = { controller, ended };
    const done = await ended;
    this.running = undefined;
    if (!done.ok) {
      log.warn(`${task.name}: ${done.error.message}`);
      return tell(done);
    }
    this.deps.onSpent(done.value.runUsd);
    this.reports.set(keyOf(place.root, task.name), done.value);
    this.deps.onReports();
    this.showResults(place, task, done.value);
  }

  /** The table of the last run. */
  async show(name?: string): Promise<void> {
    const chosen = await this.choose(name, t('Show the labels of which text task?'));
    if (!chosen) return;
    const report = this.reports.get(keyOf(chosen.place.root, chosen.task.name));
    if (report) this.showResults(chosen.place, chosen.task, report);
    else await this.run(chosen.task.name);
  }

  /** 'Correct a Label' without the table: asks for a text, then its label. Texts in doubt come first. */
  async correct(name?: string): Promise<void> {
    const chosen = await this.choose(name, t('Correct a label of which text task?'));
    if (!chosen) return;
    const { place, task } = chosen;
    const report = this.reports.get(keyOf(place.root, task.name));
    // A text answer is corrected in the table, where all of it is visible.
    if (report && isAnswerTask(task)) return this.showResults(place, task, report);
    if (!report) {
      void window.showInformationMessage(t('{0} has no labels yet: run it first.', task.name));
      return;
    }
    const row = await pickRow(rowsOf(place.root, task, report.path));
    if (!row) return;
    const label = await this.keep(place, task.name, row.text);
    if (label !== undefined) this.tables.get(keyOf(place.root, task.name))?.corrected(row.index, label);
  }

  private showResults(place: Place, task: TextTask, report: TaskReport): void {
    this.open(place, task, {
      subtitle: report.path,
      report: panelTask(report),
      isPreview: false,
      rows: () => rowsOf(place.root, task, report.path),
    });
  }

  private open(place: Place, task: TextTask, content: Omit<TableContent, 'task'>): void {
    const key = keyOf(place.root, task.name);
    const known = this.tables.get(key);
    if (known) {
      known.show({ task, ...content });
      return;
    }
    const { extension, log } = this.deps;
    const table = new TaskTable(
      {
        extension,
        log,
        run: () => void this.run(task.name),
        correct: (text, label) => this.keep(place, task.name, text, label),
      },
      { task, ...content },
      content.isPreview ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active,
    );
    this.tables.set(key, table);
    table.onDidClose(() => {
      table.dispose();
      this.tables.delete(key);
    });
  }

  /** Stores a label on disk. Undefined if the user dismissed the question, or was told why it is not stored. */
  private async keep({ root }: Place, name: string, text: string, said?: string): Promise<string | undefined> {
    const kept = await correctText(root, name, { text, said }, (task) => pickLabel(task, text));
    if (kept.ok) return kept.value;
    void tellFailure(kept.error);
    return undefined;
  }

  private async place(question: UiText): Promise<Place | undefined> {
    const folder = await pickFolder(this.deps.current(), question);
    if (folder?.root === undefined || folder.uri === undefined) return undefined;
    if (vscode.workspace.isTrusted) return { folder, uri: folder.uri, root: folder.root };
    void askForTrust();
    return undefined;
  }

  private async choose(
    name: string | undefined,
    question: UiText,
  ): Promise<{ place: Place; task: TextTask } | undefined> {
    const place = await this.place(question);
    if (!place) return undefined;
    const chosen = await pickTask(await taskNames(place.uri), name, question);
    if (chosen === undefined) return undefined;
    const task = await readTask(await FolderReader.open(place.root), chosen);
    if (task.ok) return { place, task: task.value };
    await tellFailure(task.error);
    return undefined;
  }

  /** The base model may read texts in doubt after the user has accepted the time. */
  private states(): { states?: StatesAccess } {
    const { neural } = this.deps;
    if (neural.absence !== undefined) return {};
    const { base, tokenizer } = neural.shipped;
    const { precision, threads } = neural.serving({ model: base, base, name: 'base' });
    return { states: { engine: neural.start, language: { model: base, tokenizer, precision, threads } } };
  }

  private reportsOf(root: string): string {
    return join(specialistFolder(this.deps.paths.storage, root), 'tasks');
  }

  private withProgress<T>(
    title: UiText,
    work: (signal: AbortSignal, bar: UiProgress) => Promise<Result<T>>,
    controller = new AbortController(),
  ): Promise<Result<T>> {
    const location = vscode.ProgressLocation.Notification;
    return Promise.resolve(
      window.withProgress({ location, title, cancellable: true }, async (bar, token) => {
        const listener = token.onCancellationRequested(() => controller.abort());
        try {
          return await work(controller.signal, bar);
        } finally {
          listener.dispose();
        }
      }),
    );
  }
}

function keyOf(root: string, task: string): string {
  return `${root}\n${task}`;
}

async function tell(failure: Extract<Result<unknown>, { ok: false }>): Promise<void> {
  if (failure.error.code !== 'cancelled') await tellFailure(failure.error);
}

function previewRow({ text, label }: PreviewRow): TableRow {
  return { text, label: label ?? '', who: label === undefined ? '' : 'person', inDoubt: false };
}

async function* rowsOf(root: string, task: TextTask, path: string): AsyncGenerator<TableRow> {
  const reader = await FolderReader.open(root);
  const rows = readResults(reader, path, await readAnswers(task, reader));
  for await (const { by, ...row } of rows) yield { ...row, who: by };
}
