// The extension's state for the active editor's folder: one snapshot for status bar, panel, menu and context keys.
import * as vscode from 'vscode';
import { routerFitsApi } from '../../adapt/models/served.ts';
import type { AdaptReport, ApiReport } from '../../adapt/report/adapt-report.ts';
import { Part } from '../../common/disposable.ts';
import { thousands } from '../../common/format.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import { type Api, type ApiState, isAllowed } from '../api/api.ts';
import { editCallsAnHour, stopsAnHour } from '../api/hourly-cost.ts';
import type { Permissions } from '../api/permissions.ts';
import { modelStatus } from '../bases/base-status.ts';
import type { Bases } from '../bases/bases.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import type { Snooze } from '../completion/snooze.ts';
import { snoozedText } from '../completion/surface.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import { type FolderRef, folderRef, looseFolder } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { isLanguageEnabled } from '../settings/levels.ts';
import type { PanelNotice, PanelProgress, PanelState } from '../webview/protocol.ts';

export interface StatusDeps {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly permissions: Permissions;
  readonly snooze: Snooze;
  readonly folders: Folders;
  readonly adaptation: Adaptation;
  readonly neural: WindowEngine;
  readonly bases: Pick<Bases, 'current'>;
  /** The surfaces' notices for a folder. */
  readonly notices: (folder: FolderRef) => readonly PanelNotice[];
}

export interface StatusSnapshot extends PanelState {
  readonly folder: FolderRef;
  readonly apiState: ApiState;
  /** Whether text of the folder may be sent to any host. */
  readonly maySend: boolean;
}

/** Changes within this time cause one event, ms, because every answer causes several changes. */
const debounceMs = 60;

export class Status extends Part<StatusDeps> {
  private readonly emitter = this.add(new vscode.EventEmitter<StatusSnapshot>());
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChange = this.emitter.event;

  constructor(deps: StatusDeps) {
    super(deps);
    this.add(deps.configuration.onDidChange(() => this.changed()));
    this.add(window.onDidChangeActiveTextEditor(() => this.changed()));
    this.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed()));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  /** Call after any change that may affect the snapshot. */
  changed(): void {
    if (this.isDisposed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.emitter.fire(this.snapshot());
    }, debounceMs);
  }

  /** The active editor's folder, else the first one, else the one of documents outside all folders. */
  folder(): FolderRef {
    const uri = window.activeTextEditor?.document.uri;
    const first = vscode.workspace.workspaceFolders?.[0];
    if (uri && vscode.workspace.getWorkspaceFolder(uri)) return placeOf(uri).folder;
    return first ? folderRef(first) : looseFolder();
  }

  snapshot(): StatusSnapshot {
    const { configuration, api, permissions, adaptation, folders, neural, bases } = this.deps;
    const folder = this.folder();
    const settings = configuration.for(folder.uri);
    const languageId = window.activeTextEditor?.document.languageId;
    const enabledHere =
      permissions.isOn(folder.key) && (languageId === undefined || isLanguageEnabled(settings.enable, languageId));
    const progress = adaptation.progress;
    const apiState = api.state(folder);
    const session = folders.peek(folder);
    // While the neural model starts, only the index answers.
    const isModelStarting = neural.absence === undefined && session?.specialist.state.kind === 'opening';
    const status = this.status(enabledHere, progress, isModelStarting || folders.isStarting(folder));
    return {
      folder,
      apiState,
      maySend: permissions.mayCallAny(folder.key),
      status,
      statusText: this.statusText(status, folder, languageId, isModelStarting),
      model: modelStatus(session?.specialist.state, neural.absence, bases.current),
      balance: settings.balance,
      showThreshold: settings.minimumConfidence,
      slider: isAllowed(apiState) ? this.slider(session) : [],
      localOnly: settings.localOnly || apiState === 'untrusted',
      apiModel: apiState === 'no-key' || apiState === 'local-only' || apiState === 'untrusted' ? '' : api.model,
      ...(isAllowed(apiState) && { month: { spentUsd: api.spentUsd, limitUsd: api.limitUsd } }),
      notices: this.deps.notices(folder),
      ...(progress && { progress }),
    };
  }

  private slider(session: FolderSession | undefined): PanelState['slider'] {
    const { api } = this.deps;
    const last = session?.adaptation.latest?.report;
    // Measurements of another large model do not apply to this one.
    const report = last && routerFitsApi(last, api.model) ? last : undefined;
    return sliderPoints(report, (share, balance) => api.usdOf(share * stopsAnHour + editCallsAnHour(balance)));
  }

  private status(enabledHere: boolean, progress: PanelProgress | undefined, isStarting: boolean): PanelState['status'] {
    const { snooze, adaptation } = this.deps;
    if (!enabledHere) return 'off';
    if (snooze.active) return 'snoozed';
    if (progress) return adaptation.isIndexing ? 'starting' : 'busy';
    return isStarting ? 'starting' : 'ready';
  }

  private statusText(
    status: PanelState['status'],
    folder: FolderRef,
    languageId: string | undefined,
    isModelStarting: boolean,
  ): string {
    const { progress } = this.deps.adaptation;
    switch (status) {
      case 'off':
        return this.deps.permissions.isOn(folder.key)
          ? t('Off for {0}', languageId ?? '')
          : t('Off in {0}', folder.name);
      case 'snoozed':
        return snoozedText(this.deps.snooze);
      case 'starting':
      case 'busy':
        if (progress) return t('{0} in the background; completions continue', progress.title);
        return isModelStarting
          ? t('The neural model is starting; until then only the index of your files answers')
          : t('Starting');
      case 'ready': {
        const files = this.deps.folders.peek(folder)?.indexedFiles;
        if (folder.root === undefined) return t('Ready: learns from the open files');
        if (files === undefined) return t('Ready: {0}', folder.name);
        if (files === 1) return t('Ready: one file of {0} indexed', folder.name);
        return t('Ready: {0} files of {1} indexed', thousands(files), folder.name);
      }
    }
  }
}

type Measured = Pick<AdaptReport, 'slider'> & {
  readonly api?: Pick<ApiReport, 'compared'> | undefined;
};

/**
 * API share, hourly cost and gain at each slider position.
 * @param usdAnHour cost of an hour in which this share of the completions goes to the API, next edits included
 */
export function sliderPoints(
  report: Measured | undefined,
  usdAnHour: (share: number, balance: number) => number,
): PanelState['slider'] {
  const points = report?.slider ?? [];
  const localOnlyRight = report?.api?.compared?.specialist.exactMatch;
  return points.map(({ balance, apiShare, right }) => {
    return {
      balance,
      share: apiShare,
      usd: usdAnHour(apiShare, balance),
      ...(right !== undefined &&
        localOnlyRight !== undefined &&
        localOnlyRight > 0 && { gain: right / localOnlyRight - 1 }),
    };
  });
}
