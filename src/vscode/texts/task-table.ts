// The table of a text task in an editor tab: it requests rows page by page and sends corrections back.
import * as vscode from 'vscode';
import { Part } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { ENOUGH_LABELLED, MIN_LABELLED } from '../../text-tasks/expected-accuracy.ts';
import type { Labelling, LabellingRow } from '../../text-tasks/labelling.ts';
import { isAnswerTask, type TextTask } from '../../text-tasks/task-file.ts';
import type { RunResults } from '../../text-tasks/task-results.ts';
import { safeSentence, safeText } from '../editor/ui-text.ts';
import { drawPage } from '../editor/webview-page.ts';
import { type UiWebviewPanel, window } from '../editor/window.ts';
import {
  type FromTable,
  parseFromTable,
  type RowAnswer,
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
/** Maximum rows per message, and characters per text. */
const batchRows = 500;
const batchCharacters = 500_000;

export class TaskTable extends Part<TableDeps> {
  private readonly panel: UiWebviewPanel;
  private content: TableContent;
  private rest: AsyncIterator<TableRow> | undefined;
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
    this.post({ type: 'learned', rows: rows.map((row) => answerIn(row)), expected: learned.expected });
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
        this.rest = this.content.rows()[Symbol.asyncIterator]();
        this.post({
          type: 'init',
          locale: vscode.env.language,
          title: task.name,
          subtitle,
          labels: isAnswerTask(task) ? [] : [...task.labels],
          ...(isAnswerTask(task) && { longestAnswer: task.maximumLength }),
          ...(results && { results }),
          ...(labelling && {
            labelling: {
              labelled: labelling.labelled,
              texts: labelling.texts,
              needed: Math.min(MIN_LABELLED, labelling.texts),
              enough: Math.min(ENOUGH_LABELLED, labelling.texts),
              ...(labelling.expected && { expected: labelling.expected }),
            },
          }),
          takesFocus: this.takesFocus,
        });
        break;
      case 'more':
        await this.sendNextRows();
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
    if (stored !== undefined && !this.isDisposed) this.post({ type: 'corrected', index, label: stored });
  }

  private async sendNextRows(): Promise<void> {
    const { rest } = this;
    const rows: TableRow[] = [];
    let done = rest === undefined;
    let characters = 0;
    while (rest && !done && rows.length < batchRows && characters < batchCharacters) {
      const next = await rest.next();
      if (next.done) done = true;
      else {
        rows.push(next.value);
        characters += next.value.text.length;
      }
    }
    // The page may have been reloaded since.
    if (rest === this.rest && !this.isDisposed) this.post({ type: 'rows', rows, more: !done });
  }

  private post(message: ToTable): void {
    void this.panel.webview.postMessage(message);
  }
}

export function answerIn({ label, source, confidence, likely }: LabellingRow): RowAnswer {
  // Each local answer is as good as its estimate: nothing is in doubt while one labels.
  return { label, source, inDoubt: false, ...(confidence !== undefined && { confidence }), likely: [...likely] };
}
