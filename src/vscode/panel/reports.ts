// Opens reports of adaptations: the folder's last one, or one from the list.
import * as vscode from 'vscode';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { AdaptationRow } from '../../storage/types.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import { ReportPage } from './report-page.ts';
import type { Status } from './status.ts';

export interface ReportsDeps {
  /** The installed extension's folder. */
  readonly extension: vscode.Uri;
  readonly store: StoreOwner;
  readonly status: Status;
  readonly log: Log;
  /** The extension's global storage folder. */
  readonly storage: string;
  readonly exportFrom: (root: string) => unknown;
}

export class Reports extends DisposableStore {
  private readonly deps: ReportsDeps;
  private readonly page: ReportPage;

  constructor(deps: ReportsDeps) {
    super();
    this.deps = deps;
    const { extension, log, exportFrom } = deps;
    this.page = this.add(new ReportPage({ extension, log, exportFrom }));
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
    if (this.page.show(row)) return;
    void window.showErrorMessage(t('This report was stored by another version and cannot be read.'));
  }
}
