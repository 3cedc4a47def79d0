// Owns the panel: a view in the activity bar.
import * as vscode from 'vscode';
import { reportDocument } from '../../adapt/report/report-document.ts';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { Activity } from '../completion/activity.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { drawPage } from '../editor/webview-page.ts';
import { window } from '../editor/window.ts';
import type { ActiveAdaptation } from '../folder/active-adaptation.ts';
import { type PanelAction, type PanelReport, parseFromPanel, type ToPanel } from '../webview/protocol.ts';
import type { Status, StatusSnapshot } from './status.ts';

const viewId = 'easyAdaptation.panel';

export interface PanelDeps {
  readonly extension: vscode.Uri;
  readonly activity: Activity;
  readonly status: Status;
  readonly reports: () => readonly PanelReport[];
  /** Buttons above the reports. */
  readonly reportActions: () => readonly PanelAction[];
  /** The editor's command for one that the page asks for; undefined: the page may not run it. */
  readonly commandFor: (command: string) => string | undefined;
  readonly set: (setting: 'balance' | 'minimumConfidence', value: number) => void;
  /** Shows the position of a completion in the editor. */
  readonly openPosition: (id: string) => void;
  readonly log: Log;
}

export class PanelHost extends Part<PanelDeps> implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  /** Whether the view's page is ready for messages. */
  private isReady = false;
  private revealWhenReady = false;
  /** Identifies the reports that were sent last. */
  private sentReports = '';

  constructor(deps: PanelDeps) {
    super(deps);
    this.add(window.registerWebviewViewProvider(viewId, this));
    this.add(
      deps.status.onDidChange((snapshot) => {
        this.post({ type: 'state', state: stateOf(snapshot) });
        this.sendChangedReports();
      }),
    );
    const { activity } = deps;
    this.add(
      activity.listen((row) => this.post(row ? { type: 'row', row, totals: activity.totals() } : this.initMessage())),
    );
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    this.isReady = false;
    view.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    view.onDidDispose(() => {
      if (this.view === view) [this.view, this.isReady] = [undefined, false];
    });
    drawPage(view.webview, { extension: this.deps.extension, styles, script: 'panel.js' });
  }

  /** Shows the view. @param section is scrolled to once the page is ready */
  async show(section?: 'report'): Promise<void> {
    this.sendChangedReports();
    this.revealWhenReady = section === 'report';
    await vscode.commands.executeCommand(`${viewId}.focus`);
    if (this.isReady) this.revealIfWanted();
  }

  /** Sends the reports only if they have changed, because the page closes open details when it draws them. */
  private sendChangedReports(): void {
    const reports = this.deps.reports();
    const sent = JSON.stringify(reports.map(({ folder, finishedAt }) => [folder, finishedAt]));
    if (sent === this.sentReports) return;
    this.sentReports = sent;
    this.post({ type: 'reports', reports });
  }

  private receive(value: unknown): void {
    const message = parseFromPanel(value);
    if (!message) {
      this.deps.log.warn('The panel sent an unknown message');
      return;
    }
    switch (message.type) {
      case 'ready':
        // A page that was hidden is empty again and sends 'ready' once more.
        this.isReady = true;
        this.post(this.initMessage());
        this.revealIfWanted();
        break;
      case 'balance':
        this.deps.set('balance', message.value);
        break;
      case 'threshold':
        this.deps.set('minimumConfidence', message.value);
        break;
      case 'command':
        this.runCommand(message.command);
        break;
      case 'open':
        this.deps.openPosition(message.id);
    }
  }

  private runCommand(command: string): void {
    const id = this.deps.commandFor(command);
    if (id === undefined) this.deps.log.warn('The panel asked for a command that it may not run');
    else void vscode.commands.executeCommand(id);
  }

  private initMessage(): ToPanel {
    const { status, activity, reports, reportActions } = this.deps;
    return {
      type: 'init',
      locale: vscode.env.language,
      state: stateOf(status.snapshot()),
      rows: activity.rows,
      totals: activity.totals(),
      reports: reports(),
      reportActions: reportActions(),
    };
  }

  private revealIfWanted(): void {
    if (this.revealWhenReady) this.post({ type: 'reveal' });
    this.revealWhenReady = false;
  }

  private post(message: ToPanel): void {
    if (this.isReady) void this.view?.webview.postMessage(message);
  }
}

/** The panel's state: the snapshot without the fields that only the host uses. */
function stateOf(snapshot: StatusSnapshot) {
  const { folder, apiState, maySend, ...state } = snapshot;
  return state;
}

/** Style sheets; a later one overrides the earlier ones. */
const styles = ['frame', 'list', 'report', 'wide'];

export async function openPosition(activity: Activity, id: string): Promise<void> {
  const row = activity.get(id);
  const document = activity.documentOf(id);
  if (!row || document === undefined) return;
  const position = new vscode.Position(row.line - 1, row.before.length);
  try {
    await window.showTextDocument(vscode.Uri.parse(document), { selection: new vscode.Range(position, position) });
  } catch {
    void window.showInformationMessage(t('{0} cannot be opened. It may have been moved or deleted.', row.path));
  }
}

/** @param sessions parts of folders' sessions */
export function reportsOf(
  sessions: readonly { folder: Pick<FolderRef, 'name'>; adaptation: Pick<ActiveAdaptation, 'latest'> }[],
): PanelReport[] {
  return sessions.flatMap(({ folder: { name: folder }, adaptation: { latest } }) => {
    if (latest === undefined) return [];
    const { report, finishedAt } = latest;
    return [{ folder, finishedAt, sections: reportDocument(report, folder, finishedAt).sections }];
  });
}
