// The report of an adaptation in an editor tab, with buttons to save and export it: the folder's last one, or one from
// the list.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { markdownOf, type ReportDocument, reportDocument } from '../../adaptation/report/report-document.ts';
import { storedReport } from '../../adaptation/report/stored.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { AdaptationRow } from '../../storage/types.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { drawPage, SOURCE_LANGUAGE } from '../editor/webview-page.ts';
import { type UiWebviewPanel, window } from '../editor/window.ts';
import { type PageAction, pageActions, parseFromPage, type ToPage } from '../webview/report-protocol.ts';
import type { Status } from './status.ts';

export interface ReportsDeps {
  /** The installed extension's folder. */
  readonly extension: vscode.Uri;
  readonly store: StoreOwner;
  readonly status: Status;
  readonly log: Log;
  readonly exportFrom: (root: string) => unknown;
}

interface Content {
  readonly document: ReportDocument;
  readonly row: AdaptationRow;
  readonly report: AdaptReport;
}

export class Reports extends DisposableStore {
  private readonly deps: ReportsDeps;
  private panel: UiWebviewPanel | undefined;
  private content: Content | undefined;

  constructor(deps: ReportsDeps) {
    super();
    this.deps = deps;
    this.add({ dispose: () => this.panel?.dispose() });
  }

  /** Shows the last report of the active editor's folder. If the folder has none, shows the newest of all. */
  async showLatest(): Promise<void> {
    const { status, store } = this.deps;
    const row = store.get().latestAdaptation(status.folder().storeName) ?? store.get().adaptations()[0];
    if (row) return this.show(row);
    const adapt = t('Adapt to This Repo');
    const answer = await window.showInformationMessage(t('There is no adaptation yet.'), adapt);
    if (answer === adapt) await vscode.commands.executeCommand('easyAdaptation.adapt');
  }

  show(row: AdaptationRow): void {
    const report = storedReport(row.report);
    if (report === undefined) {
      void window.showErrorMessage(t('This report was stored by another version and cannot be read.'));
      return;
    }
    const name = basename(row.folder) || row.folder;
    this.draw({ document: reportDocument(report, name, row.finishedAt), row, report });
  }

  private draw(content: Content): void {
    this.content = content;
    const { extension } = this.deps;
    const title = t('Report: {0}', content.document.title);
    if (this.panel === undefined) {
      this.panel = window.createWebviewPanel('easyAdaptation.report', title, vscode.ViewColumn.Active, {
        enableFindWidget: true,
      });
      this.panel.iconPath = vscode.Uri.joinPath(extension, 'media', 'icon.png');
      this.panel.onDidDispose(() => {
        this.panel = undefined;
      });
      this.panel.webview.onDidReceiveMessage((message: unknown) => this.receive(message));
    } else this.panel.reveal();
    this.panel.title = title;
    // A new nonce reloads the page, which reports when it is ready.
    drawPage(this.panel.webview, {
      extension,
      title: 'Easy Adaptation',
      styles,
      script: 'report.js',
      language: SOURCE_LANGUAGE,
    });
  }

  private receive(value: unknown): void {
    const message = parseFromPage(value);
    const { content, panel } = this;
    if (!message || !content || !panel) this.deps.log.warn('The report’s page sent an unknown message');
    else if (message.type === 'action') void this.runAction(message.action, content);
    else this.send(panel.webview, content);
  }

  private send(webview: vscode.Webview, { document }: Content): void {
    const labels: Readonly<Record<PageAction, string>> = {
      export: t('Export…'),
      markdown: t('Save as Markdown…'),
      json: t('Save as JSON…'),
    };
    void webview.postMessage({
      type: 'init',
      document,
      actions: pageActions.map((action) => ({ action, label: labels[action] })),
    } satisfies ToPage);
  }

  private async runAction(action: PageAction, { document, row, report }: Content): Promise<void> {
    try {
      if (action === 'markdown') await save(document.title, 'md', markdownOf(document));
      else if (action === 'json') await save(document.title, 'json', `${JSON.stringify(report, null, 2)}\n`);
      else await this.deps.exportFrom(row.folder);
    } catch (error) {
      this.deps.log.error('An action of the report’s page failed', error);
      void window.showErrorMessage(safeSentence(messageOf(error)));
    }
  }
}

async function save(title: string, extension: 'md' | 'json', text: string): Promise<void> {
  const name = `${title.replace(/[^\w.-]+/g, '-')}-adaptation.${extension}`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const uri = await window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.file(join(folder.fsPath, name)) }),
    filters: { [extension]: [extension] },
  });
  if (uri) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
}

/** Style sheets; a later one overrides the earlier ones. */
const styles = ['frame', 'report', 'page'];
