// The report of an adaptation, or of two side by side, in an editor tab with buttons to save, compare and export it.
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { compareDocument } from '../../adaptation/report/compare.ts';
import type { ReportDocument } from '../../adaptation/report/document.ts';
import { markdownOf } from '../../adaptation/report/markdown.ts';
import { reportDocument } from '../../adaptation/report/report-document.ts';
import { storedReport } from '../../adaptation/report/stored.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { messageOf } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { AdaptationRow } from '../../storage/types.ts';
import { SOURCE_LANGUAGE } from '../editor/page-language.ts';
import { safeSentence, t } from '../editor/ui-text.ts';
import { drawPage } from '../editor/webview-page.ts';
import { type UiWebviewPanel, window } from '../editor/window.ts';
import { type PageAction, parseFromPage, type ToPage } from '../webview/report-protocol.ts';
import { reportStrings } from './panel-strings.ts';

export interface ReportPageDeps {
  readonly extension: vscode.Uri;
  readonly log: Log;
  /** Asks for another adaptation to compare with. */
  readonly compare: (row: AdaptationRow) => unknown;
  readonly exportFrom: (root: string) => unknown;
}

interface Content {
  readonly document: ReportDocument;
  /** The adaptation; undefined if the document compares two. */
  readonly single: { readonly row: AdaptationRow; readonly report: AdaptReport } | undefined;
}

export class ReportPage extends DisposableStore {
  private readonly deps: ReportPageDeps;
  private panel: UiWebviewPanel | undefined;
  private content: Content | undefined;

  constructor(deps: ReportPageDeps) {
    super();
    this.deps = deps;
    this.add({ dispose: () => this.panel?.dispose() });
  }

  /** False if the report cannot be read. */
  show(row: AdaptationRow): boolean {
    const report = storedReport(row.report);
    if (report === undefined) return false;
    this.draw({ document: reportDocument(report, nameOf(row), row.finishedAt), single: { row, report } });
    return true;
  }

  compare(a: AdaptationRow, b: AdaptationRow): void {
    const [left, right] = [a, b].map((row) => {
      const report = storedReport(row.report);
      return report && { report, name: nameOf(row), finishedAt: row.finishedAt };
    });
    if (left && right) this.draw({ document: compareDocument(left, right), single: undefined });
    else void window.showErrorMessage(t('One of the two reports was stored by another version and cannot be read.'));
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
      librarySheet: 'report.css',
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

  private send(webview: vscode.Webview, { document, single }: Content): void {
    const labels: Readonly<Record<PageAction, string>> = {
      markdown: t('Save as Markdown…'),
      json: t('Save as JSON…'),
      compare: t('Compare…'),
      export: t('Export…'),
    };
    const actions = single ? (['compare', 'export', 'markdown', 'json'] as const) : (['markdown'] as const);
    void webview.postMessage({
      type: 'init',
      strings: reportStrings(),
      locale: vscode.env.language,
      document,
      actions: actions.map((action) => ({ action, label: labels[action] })),
    } satisfies ToPage);
  }

  private async runAction(action: PageAction, { document, single }: Content): Promise<void> {
    try {
      if (action === 'markdown') await save(document.title, 'md', markdownOf(document));
      else if (single && action === 'json')
        await save(document.title, 'json', `${JSON.stringify(single.report, null, 2)}\n`);
      else if (single && action === 'export') await this.deps.exportFrom(single.row.folder);
      else if (single) await this.deps.compare(single.row);
    } catch (error) {
      this.deps.log.error('An action of the report’s page failed', error);
      void window.showErrorMessage(safeSentence(messageOf(error)));
    }
  }
}

const nameOf = ({ folder }: AdaptationRow) => basename(folder) || folder;

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
const styles = ['frame', 'list', 'report', 'page'];
