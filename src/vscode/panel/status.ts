// What state the extension is in, for the folder in front of the user: one snapshot that status bar, panel, menu and context keys all draw.
import * as vscode from 'vscode';
import { holdsForApi } from '../../adaptation/models/outdated.ts';
import { DisposableStore } from '../../common/disposable.ts';
import { thousands } from '../../common/format.ts';
import type { Adaptation } from '../adapt/adaptation.ts';
import { type Api, type ApiState, isAllowed } from '../api/api.ts';
import { usualStops } from '../api/hourly-cost.ts';
import type { Permissions } from '../api/permissions.ts';
import type { Problems } from '../api/problems.ts';
import type { Served, ServedState } from '../api/served-specialist.ts';
import type { Bases } from '../bases/bases.ts';
import { modelStatus } from '../bases/model-status.ts';
import type { Neural } from '../bases/window-engine.ts';
import type { Snooze } from '../completion/snooze.ts';
import type { Configuration } from '../editor/configuration.ts';
import { type FolderRef, folderOf, folderRef, looseFolder } from '../editor/folder-ref.ts';
import { isLanguageEnabled } from '../editor/levels.ts';
import { riskOf, type Settings } from '../editor/settings.ts';
import { t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Folders } from '../folder/folders.ts';
import type { PanelNotice, PanelProgress, PanelState } from '../webview/protocol.ts';
import { sliderPoints } from './slider-points.ts';

export interface StatusDeps {
  readonly configuration: Configuration;
  readonly api: Api;
  readonly permissions: Permissions;
  readonly problems: Problems;
  readonly snooze: Snooze;
  readonly folders: Folders;
  readonly adaptation: Adaptation;
  readonly neural: Neural;
  readonly bases: Pick<Bases, 'current'>;
  readonly served: Served;
}

export interface StatusSnapshot extends PanelState {
  readonly folder: FolderRef;
  readonly apiState: ApiState;
  readonly languageId: string | undefined;
  readonly enabledHere: boolean;
  /** Of a snooze that ends by itself. */
  readonly minutesLeft: number | undefined;
}

/** Changes are gathered for this long, ms: several come with every answer. */
const gatherMs = 60;

export class Status extends DisposableStore {
  private readonly deps: StatusDeps;
  private readonly emitter = this.add(new vscode.EventEmitter<StatusSnapshot>());
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChange = this.emitter.event;

  constructor(deps: StatusDeps) {
    super();
    this.deps = deps;
    this.add(deps.configuration.onDidChange(() => this.changed()));
    this.add(window.onDidChangeActiveTextEditor(() => this.changed()));
    this.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.changed()));
    this.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.changed()));
    this.add({ dispose: () => clearTimeout(this.timer) });
  }

  /** Something that the snapshot shows may be different now. */
  changed(): void {
    if (this.isDisposed) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.emitter.fire(this.snapshot());
    }, gatherMs);
  }

  /** The active editor's folder, else the first one, else none. */
  folder(): FolderRef {
    const uri = window.activeTextEditor?.document.uri;
    const first = vscode.workspace.workspaceFolders?.[0];
    if (uri && vscode.workspace.getWorkspaceFolder(uri)) return folderOf(uri);
    return first ? folderRef(first) : looseFolder();
  }

  snapshot(): StatusSnapshot {
    const { configuration, api, snooze, permissions, adaptation, folders, neural, bases, served } = this.deps;
    const folder = this.folder();
    const settings = configuration.for(folder.uri);
    const languageId = window.activeTextEditor?.document.languageId;
    const enabledHere =
      permissions.isOn(folder.key, languageId) &&
      (languageId === undefined || isLanguageEnabled(settings.enable, languageId));
    const progress = adaptation.progress;
    const apiState = api.state(folder);
    const status = this.status(enabledHere, progress, folder);
    const session = folders.peek(folder);
    return {
      folder,
      apiState,
      languageId,
      enabledHere,
      minutesLeft: snooze.minutesLeft,
      status,
      statusText: this.statusText(status, folder, languageId, progress),
      model: modelStatus(
        session?.specialist.state,
        neural.absence,
        bases.current,
        session?.servedBy !== undefined ? served.host : undefined,
      ),
      balance: settings.balance,
      showThreshold: settings.showBar,
      slider: isAllowed(apiState) ? this.slider(folder, settings) : [],
      localOnly: settings.localOnly || apiState === 'untrusted',
      apiModel: apiState === 'no-key' || apiState === 'local-only' || apiState === 'untrusted' ? '' : api.model,
      ...(isAllowed(apiState) && { month: { spentUsd: api.spentUsd, limitUsd: api.limitUsd } }),
      notices: [...(snooze.active ? [snoozeNotice(snooze)] : []), ...this.notices(apiState, folder)],
      ...(progress && { progress }),
    };
  }

  private slider(folder: FolderRef, settings: Settings): PanelState['slider'] {
    const { api, folders } = this.deps;
    const session = folders.peek(folder);
    const last = session?.report?.report;
    // What it came to with another large model is not said of this one.
    const report = last && holdsForApi(last, api.model) ? last : undefined;
    const stops = session?.service.typing.stopsAnHour ?? usualStops;
    return sliderPoints(report, riskOf(settings), (share) => api.usdOf(share * stops));
  }

  private status(enabledHere: boolean, progress: PanelProgress | undefined, folder: FolderRef): PanelState['status'] {
    const { snooze, adaptation, folders } = this.deps;
    if (!enabledHere) return 'off';
    if (snooze.active) return 'snoozed';
    if (progress) return adaptation.isIndexing ? 'starting' : 'busy';
    return folders.isStarting(folder) || this.isModelStarting(folder) ? 'starting' : 'ready';
  }

  /** The index answers already; what was promised comes with the neural model. */
  private isModelStarting(folder: FolderRef): boolean {
    const { folders, neural } = this.deps;
    return neural.absence === undefined && folders.peek(folder)?.specialist.state.kind === 'opening';
  }

  private statusText(
    status: PanelState['status'],
    folder: FolderRef,
    languageId: string | undefined,
    progress: PanelProgress | undefined,
  ): string {
    switch (status) {
      case 'off':
        if (!this.deps.permissions.isOn(folder.key, undefined)) return t('Off in {0}', folder.name);
        return this.deps.permissions.isOn(folder.key, languageId)
          ? t('Off for {0}', languageId ?? '')
          : t('Off for {0} in {1}', languageId ?? '', folder.name);
      case 'snoozed':
        return snoozed(this.deps.snooze);
      case 'starting':
      case 'busy':
        if (progress) return t('{0} in the background; completions go on', progress.title);
        return this.isModelStarting(folder)
          ? t('The neural model is starting; until then the index of your files answers alone')
          : t('Starting');
      case 'ready': {
        const files = this.deps.folders.indexedFiles(folder);
        if (folder.root === undefined) return t('Ready: learns from the open files');
        if (files === undefined) return t('Ready: {0}', folder.name);
        if (files === 1) return t('Ready: one file of {0} at hand', folder.name);
        return t('Ready: {0} files of {1} at hand', thousands(files), folder.name);
      }
    }
  }

  private notices(apiState: ApiState, folder: FolderRef): PanelNotice[] {
    const { problems, folders, api } = this.deps;
    const notices: PanelNotice[] = [];
    const { trouble, setAside } = folders.peek(folder) ?? {};
    if (trouble) notices.push({ kind: 'warning', text: trouble, action: { label: t('Show Log'), command: 'showLog' } });
    if (setAside) {
      const text = {
        earlier: t('The adaptation of this folder was made for an earlier base model. It is kept, and not used.'),
        other: t(
          'The adaptation of this folder goes with another base than the one that serves. It waits for that one.',
        ),
      }[setAside];
      notices.push({ kind: 'info', text, action: { label: t('Adapt to This Repo'), command: 'adapt' } });
    }
    const problem = problems.current;
    if (problem && isAllowed(apiState)) {
      const setKey = { label: t('Set API Key'), command: 'setApiKey' } as const;
      notices.push({
        kind: 'warning',
        text: t('The API is not answering, the local model goes on: {0}', problem.message),
        action: problem.code === 'bad-key' ? setKey : { label: t('Show Log'), command: 'showLog' },
      });
    }
    const { served } = this.deps;
    const { [served.state(folder)]: notice } = servedNotices(folder, served);
    return [...notices, notice, apiNotice(apiState, folder, api)].filter((each) => each !== undefined);
  }
}

/** Without the minutes that are left: screen readers would read the panel's state and notice again with each. */
function snoozed({ minutesLeft }: Snooze): string {
  return minutesLeft === undefined ? t('Snoozed until restart') : t('Snoozed');
}

function snoozeNotice(snooze: Snooze): PanelNotice {
  return { kind: 'info', text: `${snoozed(snooze)}.`, action: { label: t('End Snooze'), command: 'unsnooze' } };
}

/** What mends what keeps a server from drafting, where the API's own notice does not say it; a missing row fails to compile. */
function servedNotices({ name }: FolderRef, { host, trouble }: Served): Record<ServedState, PanelNotice | undefined> {
  const review = { label: t('Review and Allow'), command: 'serveElsewhere' } as const;
  const settings = { label: t('Open Settings'), command: 'openSettings' } as const;
  return {
    ...{ off: undefined, untrusted: undefined, 'local-only': undefined, serves: undefined },
    'bad-url': {
      kind: 'warning',
      text: t('The setting easyAdaptation.servedUrl is not an https address (http is for this machine only).'),
      action: settings,
    },
    unasked: { kind: 'info', text: t('{0} drafts in {1} when you allow it.', host, name), action: review },
    declined: {
      kind: 'info',
      text: t('{1} is drafted for on this machine: you have not allowed {0}.', host, name),
      action: review,
    },
    away: {
      kind: 'warning',
      text: t('{0} does not draft, this machine does: {1}', host, trouble ?? ''),
      action: { label: t('Show Log'), command: 'showLog' },
    },
  };
}

/** Each state of the API with what mends it; a missing row fails to compile. */
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
    'no-key': {
      kind: 'info',
      text: t('No API key: every completion is local and free. A key adds a large model for the harder places.'),
      action: { label: t('Set API Key'), command: 'setApiKey' },
    },
    'no-model': {
      kind: 'info',
      text: t('{0} has no usual model: choose one. Until then every completion is local.', api.provider.label),
      action: { label: t('Choose the Large Model'), command: 'chooseModel' },
    },
    'bad-url': {
      kind: 'warning',
      text: t(
        'The setting easyAdaptation.baseUrl is not an https address (http is for this machine only). Local only until it is mended.',
      ),
      action: settings,
    },
    unasked: {
      kind: 'info',
      text: t('Nothing of {0} goes to {1} until you allow it.', folder.name, api.host()),
      action: allow,
    },
    declined: {
      kind: 'info',
      text: t('{0} stays local: you have not allowed {1}.', folder.name, api.host()),
      action: allow,
    },
    'no-store': {
      kind: 'warning',
      text: t('What is paid for could not be kept on disk. Local only until it can; the log says what is wrong.'),
      action: { label: t('Show Log'), command: 'showLog' },
    },
    'over-budget': {
      kind: 'warning',
      text: t('The spending limit of this month is reached. Local only until you raise it or the month ends.'),
      action: settings,
    },
    available: undefined,
  };
  return rows[state];
}
