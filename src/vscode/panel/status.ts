// The extension's state for the active editor's folder: one snapshot for status bar, panel, menu and context keys.
import * as vscode from 'vscode';
import { holdsForApi } from '../../adapt/models/served.ts';
import { Part } from '../../common/disposable.ts';
import { thousands } from '../../common/format.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import { type Api, type ApiState, isAllowed } from '../api/api.ts';
import { stopsAnHour } from '../api/hourly-cost.ts';
import type { Permissions } from '../api/permissions.ts';
import type { Problems } from '../api/problems.ts';
import { modelStatus } from '../bases/base-status.ts';
import type { Bases } from '../bases/bases.ts';
import type { MachineCard } from '../bases/machine-card.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import type { Snooze } from '../completion/snooze.ts';
import { Document } from '../editor/document.ts';
import { placeOf } from '../editor/folder-of-document.ts';
import { type FolderRef, folderRef, looseFolder } from '../editor/folder-ref.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { FolderSession } from '../folder/folder-session.ts';
import type { Folders } from '../folder/folders.ts';
import type { Configuration } from '../settings/configuration.ts';
import { isLanguageEnabled } from '../settings/levels.ts';
import type { PanelNotice, PanelProgress, PanelState } from '../webview/protocol.ts';
import { sessionNotices } from './session-notices.ts';
import { sliderPoints } from './slider-points.ts';

export interface StatusDeps {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly permissions: Permissions;
  readonly problems: Problems;
  readonly snooze: Snooze;
  readonly folders: Folders;
  readonly adaptation: Adaptation;
  readonly neural: WindowEngine;
  readonly bases: Pick<Bases, 'current'>;
  readonly machineCard: Pick<MachineCard, 'notice'>;
}

export interface StatusSnapshot extends PanelState {
  readonly folder: FolderRef;
  readonly apiState: ApiState;
  /** Whether text of the folder may be sent to any host. */
  readonly maySend: boolean;
  readonly languageId: string | undefined;
  readonly enabledHere: boolean;
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
      languageId,
      enabledHere,
      status,
      statusText: this.statusText(status, folder, languageId, isModelStarting),
      model: modelStatus(session?.specialist.state, neural.absence, bases.current),
      balance: settings.balance,
      showThreshold: settings.minimumConfidence,
      slider: isAllowed(apiState) ? this.slider(session) : [],
      localOnly: settings.localOnly || apiState === 'untrusted',
      apiModel: apiState === 'no-key' || apiState === 'local-only' || apiState === 'untrusted' ? '' : api.model,
      ...(isAllowed(apiState) && { month: { spentUsd: api.spentUsd, limitUsd: api.limitUsd } }),
      notices: this.notices(apiState, folder, session),
      ...(progress && { progress }),
    };
  }

  private slider(session: FolderSession | undefined): PanelState['slider'] {
    const { api } = this.deps;
    const last = session?.adaptation.latest?.report;
    // Measurements of another large model do not apply to this one.
    const report = last && holdsForApi(last, api.model) ? last : undefined;
    return sliderPoints(report, (share) => api.usdOf(share * stopsAnHour));
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

  private notices(apiState: ApiState, folder: FolderRef, session: FolderSession | undefined): PanelNotice[] {
    const { problems, api, snooze, machineCard } = this.deps;
    const shown = window.activeTextEditor?.document;
    const document = shown && new Document(shown);
    const path = document?.folder.key === folder.key ? document.path : undefined;
    const notices = session ? sessionNotices(session, path, document?.isLong) : [];
    const failure = problems.current;
    if (failure && isAllowed(apiState)) {
      const setKey = { label: t('Set API Key'), command: 'setApiKey' } as const;
      notices.push({
        kind: 'warning',
        text: t('The large model does not answer, so completions are local: {0}', failure.message),
        action: failure.code === 'bad-key' ? setKey : { label: t('Show Log'), command: 'showLog' },
      });
    }
    const first = snooze.active ? snoozeNotice(snooze) : undefined;
    const last = apiNotice(apiState, folder, api) ?? machineCard.notice(apiState, api.question(folder));
    return [first, ...notices, last].filter((each) => each !== undefined);
  }
}

/** The end, not the minutes that are left: these would change, and screen readers would read each change. */
function snoozedText({ until }: Snooze): string {
  if (until === Number.POSITIVE_INFINITY) return t('Snoozed until restart');
  return t('Snoozed until {0}', new Date(until).toLocaleTimeString(undefined, { timeStyle: 'short' }));
}

function snoozeNotice(snooze: Snooze): PanelNotice {
  return { kind: 'info', text: `${snoozedText(snooze)}.`, action: { label: t('End Snooze'), command: 'snooze' } };
}

/** The notice for each state of the large model. A missing row fails to compile. */
function apiNotice(state: ApiState, folder: FolderRef, api: Api): PanelNotice | undefined {
  const allow = { label: t('Review and Allow'), command: 'allowApi' } as const;
  const settings = { label: t('Open Settings'), command: 'openSettings' } as const;
  const rows: { readonly [S in ApiState]: PanelNotice | undefined } = {
    untrusted: {
      kind: 'info',
      text: t('Restricted Mode: local only until you trust this workspace.'),
      action: { label: t('Manage Trust'), command: 'manageTrust' },
    },
    'local-only': undefined,
    // The machine's card offers a large model, until it is declined.
    'no-key': undefined,
    'no-model': {
      kind: 'info',
      text: t('Choose a model of {0}: it has no default. Until then every completion is local.', api.provider.label),
      action: { label: t('Choose the Large Model'), command: 'chooseModel' },
    },
    'bad-url': {
      kind: 'warning',
      text: t(
        'The setting easyAdaptation.baseUrl must be an https address, or http on this machine, without user name and password: keys go to "Choose the Large Model…". Until then every completion is local.',
      ),
      action: settings,
    },
    unasked: {
      kind: 'info',
      text: t('Nothing of {0} is sent to {1} until you allow it.', folder.name, api.host()),
      action: allow,
    },
    declined: {
      kind: 'info',
      text: t('{0} stays local: you have not allowed {1}.', folder.name, api.host()),
      action: allow,
    },
    'no-store': {
      kind: 'warning',
      text: t('Paid answers cannot be stored on disk, so every completion is local. The log has the reason.'),
      action: { label: t('Show Log'), command: 'showLog' },
    },
    'over-budget': {
      kind: 'warning',
      text: t('This month’s spending limit is reached. Completions are local until you raise it or the month ends.'),
      action: settings,
    },
    available: undefined,
  };
  return rows[state];
}
