// The table of a text task in an editor tab: it gets the rows, and sends corrections back.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { ENOUGH_LABELLED, MIN_LABELLED } from '../../text-tasks/expected-accuracy.ts';
import type { Labelling } from '../../text-tasks/labelling.ts';
import { isAnswerTask, type TextTask } from '../../text-tasks/task-file.ts';
import type { RunResults } from '../../text-tasks/task-results.ts';
import { safeSentence, safeText } from '../editor/ui-text.ts';
import { drawPage } from '../editor/webview-page.ts';
import { type UiWebviewPanel, window } from '../editor/window.ts';
import {
  type FromTable,
  parseFromTable,
  type TableLabelling,
  type TableRow,
  type ToTable,
} from '../webview/table-protocol.ts';

/** The shown task. */
export interface TableContent {
  readonly task: TextTask;
  readonly subtitle: string;
  /** Of the last run; absent: the table is for labelling. */
  readonly results: RunResults | undefined;
  /** For labelling; absent: the rows are results. */
  readonly labelling: Labelling | undefined;
  /** Reads all rows; called again each time the page reloads. */
  readonly rows: () => AsyncIterable<TableRow>;
}

export interface TableDeps {
  readonly extension: vscode.Uri;
  readonly log: Log;
  readonly run: () => void;
  /** Opens the table for labelling, and the task's file. */
  readonly label: () => void;
  readonly open: () => void;
  /** Stores a correction and returns the new label; undefined if the user dismissed the question. */
  readonly storeCorrection: (text: string, label: string | undefined) => Promise<string | undefined>;
}

const styles = ['frame', 'list', 'report', 'table'];
/** Maximum rows per message. */
const batchRows = 200;

export class TaskTable extends Part<TableDeps> {
  private readonly panel: UiWebviewPanel;
  private content: TableContent;
  /** How often the page was loaded. */
  private loads = 0;
  private takesFocus = true;
  /** Corrections are stored in the order in which they are made. */
  private lastCorrection: Promise<void> = Promise.resolve();

  constructor(deps: TableDeps, content: TableContent, column: vscode.ViewColumn) {
    super(deps);
    this.content = content;
    this.panel = this.add(window.createWebviewPanel('easyAdaptation.table', safeText(content.task.name), column));
    this.panel.iconPath = vscode.Uri.joinPath(deps.extension, 'media', 'icon.png');
    this.add(this.panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(message)));
    this.draw();
  }

  get onDidClose(): vscode.Event<void> {
    return this.panel.onDidDispose;
  }

  show(content: TableContent): void {
    this.content = content;
    // After a run the table must not take the focus. Labelling begins at once.
    this.takesFocus = content.labelling !== undefined;
    if (this.takesFocus || !this.panel.visible) this.panel.reveal(undefined, !this.takesFocus);
    this.draw();
  }

  /** What the local model says since it has learned again. The rows keep their order. */
  showLearned(learned: Labelling): void {
    const { labelling } = this.content;
    if (!labelling) return;
    const byText = new Map(learned.rows.map((row) => [row.text, row]));
    const rows = labelling.rows.map((row) => byText.get(row.text) ?? row);
    this.content = { ...this.content, labelling: { ...learned, rows } };
    this.post({ type: 'learned', learned: { ...learned, rows } });
  }

  takeFocus(): void {
    this.panel.reveal();
  }

  get isLabelling(): boolean {
    return this.content.labelling !== undefined;
  }

  private draw(): void {
    const { extension } = this.deps;
    // A new nonce reloads the page, which reports when it is ready.
    drawPage(this.panel.webview, { extension, styles, script: 'table.js' });
  }

  private async receive(value: unknown): Promise<void> {
    const message = parseFromTable(value);
    try {
      if (message) await this.handle(message);
      else this.deps.log.warn('The table sent an unknown message');
    } catch (error) {
      this.deps.log.error('The table of a text task failed', error);
      void window.showErrorMessage(safeSentence(messageOf(error)));
    }
  }

  private async handle(message: FromTable): Promise<void> {
    const { task, subtitle, results, labelling } = this.content;
    switch (message.type) {
      case 'ready':
        this.post({
          type: 'init',
          locale: vscode.env.language,
          title: task.name,
          subtitle,
          labels: isAnswerTask(task) ? [] : [...task.labels],
          ...(isAnswerTask(task) && { longestAnswer: task.maximumLength }),
          ...(results && { results }),
          ...(labelling && { labelling: forTable(labelling) }),
          takesFocus: this.takesFocus,
        });
        await this.sendRows();
        break;
      case 'run':
        this.deps.run();
        break;
      case 'label':
        this.deps.label();
        break;
      case 'open':
        this.deps.open();
        break;
      case 'correct': {
        const { index, text, label } = message;
        this.lastCorrection = this.lastCorrection.then(
          () => this.correct(index, text, label),
          () => this.correct(index, text, label),
        );
        await this.lastCorrection;
      }
    }
  }

  private async correct(index: number, text: string, label: string | undefined): Promise<void> {
    const stored = await this.deps.storeCorrection(text, label);
    if (stored !== undefined) await this.post({ type: 'corrected', index, label: stored });
  }

  /** Ends early if the page was reloaded meanwhile. */
  private async sendRows(): Promise<void> {
    const load = ++this.loads;
    let rows: TableRow[] = [];
    for await (const row of this.content.rows()) {
      rows.push(row);
      if (rows.length < batchRows) continue;
      await this.post({ type: 'rows', rows, more: true });
      if (load !== this.loads || this.isDisposed) return;
      rows = [];
    }
    await this.post({ type: 'rows', rows, more: false });
  }

  private async post(message: ToTable): Promise<void> {
    if (!this.isDisposed) await this.panel.webview.postMessage(message);
  }
}

function forTable({ rows: _, ...labelling }: Labelling): TableLabelling {
  const { texts } = labelling;
  return { ...labelling, needed: Math.min(MIN_LABELLED, texts), enough: Math.min(ENOUGH_LABELLED, texts) };
}
