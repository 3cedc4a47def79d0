// The large model in the editor: its choice, its key, consent for a folder, and what keeps it from answering.
import * as vscode from 'vscode';
import { confirms, offerCommand } from '../editor/dialogs.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import type { Surface } from '../editor/surface.ts';
import { sentences, t } from '../editor/ui-text.ts';
import { window } from '../editor/window.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { PanelNotice } from '../webview/protocol.ts';
import { type Api, type ApiState, isAllowed } from './api.ts';
import type { ApiKey } from './api-key.ts';
import { chooseModel, setApiKey } from './choose-model.ts';
import { askConsent } from './consent.ts';
import type { Permissions } from './permissions.ts';
import type { Problems } from './problems.ts';

export interface LargeModelDeps {
  readonly api: Api;
  readonly key: ApiKey;
  readonly permissions: Permissions;
  readonly problems: Problems;
  readonly configuration: Configuration;
  readonly status: { folder(): FolderRef };
}

export function largeModel(deps: LargeModelDeps): Surface {
  const { api, configuration, problems, status } = deps;
  return {
    commands: {
      chooseModel: () => chooseLargeModel(deps),
      setApiKey: () => enterApiKey(deps),
      clearApiKey: () => forgetApiKey(deps),
      allowApi: () => allowApi(deps),
      revokeConsent: () => revokeConsent(deps),
      stayLocal: () => configuration.write('localOnly', true, status.folder().uri),
    },
    inPanel: ['chooseModel', 'setApiKey', 'allowApi'],
    notices: (folder) => {
      const state = api.state(folder);
      const failure = isAllowed(state) ? problems.current : undefined;
      return [failure && failureNotice(failure), stateNotice(state, folder, api)].filter((each) => each !== undefined);
    },
  };
}

async function enterApiKey(deps: LargeModelDeps): Promise<void> {
  const { api, status, configuration } = deps;
  const result = await setApiKey(deps);
  if (result === undefined) return;
  const folder = status.folder();
  if (configuration.for(folder.uri).localOnly) {
    void window.showInformationMessage(sentences(result, t('Local-only mode is on, so the key is not used.')));
  } else if (api.state(folder) === 'unasked') await allowApi(deps);
  else void window.showInformationMessage(result);
}

async function chooseLargeModel(deps: LargeModelDeps): Promise<void> {
  const { api, status } = deps;
  await api.load();
  const chosen = await chooseModel(deps);
  if (chosen === 'key') await enterApiKey(deps);
  else if (chosen === 'model' && api.state(status.folder()) === 'unasked') await allowApi(deps);
}

async function forgetApiKey({ api, key }: LargeModelDeps): Promise<void> {
  const question = t('Forget the key for {0} that ends in {1}?', api.host(), key.value?.slice(-4) ?? '');
  if (!(await confirms(question, t('Forget')))) return;
  await key.forget();
  void window.showInformationMessage(t('The key for {0} is deleted. Completions are now local.', api.host()));
}

async function allowApi(deps: LargeModelDeps): Promise<void> {
  const { api, permissions, status, configuration } = deps;
  await api.load();
  const folder = status.folder();
  if (!vscode.workspace.isTrusted) {
    await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  if (!(await askConsent(api.question(folder), permissions, 'modal'))) return;
  if (configuration.for(folder.uri).localOnly) await configuration.write('localOnly', false, folder.uri);
  if (api.state(folder) === 'no-key') await enterApiKey(deps);
}

async function revokeConsent({ api, permissions, status }: LargeModelDeps): Promise<void> {
  const folder = status.folder();
  await permissions.declineAll(folder.key);
  // Nor is it asked for again by a notice.
  await permissions.decline(folder.key, api.host());
  void window.showInformationMessage(t('Nothing of {0} is sent any more.', folder.name));
}

function failureNotice({ code, message }: NonNullable<Problems['current']>): PanelNotice {
  const setKey = { label: t('Set API Key'), command: 'setApiKey' } as const;
  return {
    kind: 'warning',
    text: t('The large model does not answer, so completions are local: {0}', message),
    action: code === 'bad-key' ? setKey : { label: t('Show Log'), command: 'showLog' },
  };
}

/** The notice for each state of the large model. A missing row fails to compile. */
function stateNotice(state: ApiState, folder: FolderRef, api: Api): PanelNotice | undefined {
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

export function announceBadKey(): void {
  const refused = t('The API key was refused. Completions are local until you set a valid key.');
  void offerCommand('Error', refused, t('Set API Key'), 'easyAdaptation.setApiKey');
}

/**
 * Asks for consent before automatic requests, once for each folder and host: a dismissed notification does not return.
 */
export class ConsentNotice {
  private readonly asked = new Set<string>();

  beforeRequest(folder: FolderRef, api: Api, permissions: Permissions): void {
    const id = `${folder.key} ${api.host()}`;
    if (this.asked.has(id) || api.state(folder) !== 'unasked') return;
    this.asked.add(id);
    void askConsent(api.question(folder), permissions, 'notice');
  }
}
