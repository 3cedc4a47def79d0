// The commands that the palette, the menu, the panel and the walkthrough run.
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import { showAdaptations } from './adapt/show-adaptations.ts';
import type { Api } from './api/api.ts';
import { type ApiKey, keyProblem } from './api/api-key.ts';
import { askConsent } from './api/consent.ts';
import type { ChannelLog } from './channel-log.ts';
import { acceptedCommand } from './completion/provider.ts';
import type { Snooze, SnoozeLength } from './completion/snooze.ts';
import type { Configuration } from './configuration.ts';
import { type DeleteDeps, deleteData } from './delete-data.ts';
import { type FolderRef, folderRef } from './folder/folder-ref.ts';
import type { KeptView } from './panel/kept-view.ts';
import { showMenu } from './panel/menu.ts';
import type { PanelHost } from './panel/panel-host.ts';
import { section } from './settings.ts';

export interface CommandDeps extends DeleteDeps {
  readonly panel: PanelHost;
  readonly kept: KeptView;
  readonly api: Api;
  readonly key: ApiKey;
  readonly configuration: Configuration;
  readonly log: ChannelLog;
  readonly snooze: Snooze;
}

const { t } = vscode.l10n;

/** Registers one command per row. */
export function registerCommands(deps: CommandDeps): Disposable {
  const { adaptation, configuration, folders, kept, log, panel, snooze, status } = deps;
  const rows: Readonly<Record<string, (...args: never[]) => unknown>> = {
    adapt: () => adapt(deps),
    cancelAdapt: () => adaptation.cancel(),
    setApiKey: () => setApiKey(deps),
    clearApiKey: () => clearApiKey(deps),
    allowApi: () => allowApi(deps),
    revokeConsent: () => revokeConsent(deps),
    stayLocal: () => configuration.write('localOnly', true, status.folder().uri),
    showPanel: () => panel.show(),
    openPanelInEditor: () => panel.openInEditor(),
    showMenu: () => showMenu(status.snapshot(), configuration),
    snooze: () => pickSnooze(snooze),
    unsnooze: () => snooze.stop(),
    enableHere: () => enableHere(deps),
    disableHere: () => disableHere(deps),
    showAdaptations: () => showAdaptations(deps),
    showKept: () => kept.show(status.folder(), vscode.window.activeTextEditor),
    deleteData: () => deleteData(deps),
    showLog: () => log.channel.show(),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', `${section}.`),
    openWalkthrough: () =>
      vscode.commands.executeCommand('workbench.action.openWalkthrough', 'easy-adaptation.easy-adaptation#start'),
    trigger: () => vscode.commands.executeCommand('editor.action.inlineSuggest.trigger'),
    [acceptedCommand.slice(section.length + 1)]: (folderKey: string, id: string) => {
      folders.all.find(({ folder }) => folder.key === folderKey)?.service.accepted(id);
    },
  };
  const owned = new DisposableStore();
  for (const [name, run] of Object.entries(rows)) {
    owned.add(vscode.commands.registerCommand(`${section}.${name}`, run));
  }
  return owned;
}

async function adapt({ adaptation, folders, panel, status }: CommandDeps): Promise<void> {
  const folder = await pickFolder(status.folder(), t('Adapt to which folder?'));
  if (!folder) return;
  if (await adaptation.adapt(folders.of(folder))) {
    await panel.show('report');
  }
}

/** The folder at hand; where several are open, the one that the user picks. */
async function pickFolder(current: FolderRef, placeHolder: string): Promise<FolderRef | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).map(folderRef).filter(({ root }) => root !== undefined);
  if (folders.length === 0) {
    const open = t('Open Folder');
    const answer = await vscode.window.showInformationMessage(
      t('There is no folder on disk to learn from. Open one first.'),
      open,
    );
    if (answer === open) await vscode.commands.executeCommand('workbench.action.files.openFolder');
    return undefined;
  }
  if (folders.length === 1) return folders[0];
  const sorted = [...folders].sort((a, b) => Number(b.key === current.key) - Number(a.key === current.key));
  const picked = await vscode.window.showQuickPick(
    sorted.map((folder) => ({ label: folder.name, description: folder.root ?? '', folder })),
    { placeHolder },
  );
  return picked?.folder;
}

async function setApiKey(deps: CommandDeps): Promise<void> {
  const { api, key, status, configuration } = deps;
  await api.load();
  const problems = {
    empty: t('Paste the key, or press Escape to stay local.'),
    spaces: t('A key has no spaces in it.'),
    characters: t('A key has plain letters, digits and signs only.'),
    short: t('That is too short to be a key.'),
  };
  const entered = await vscode.window.showInputBox({
    title: t('API key for {0}', api.host()),
    prompt: t(
      'Kept in the secret storage of this editor, never in settings or logs. Keys for Claude are made at platform.claude.com.',
    ),
    placeHolder: 'sk-ant-…',
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => {
      const problem = keyProblem(text);
      return problem === undefined ? undefined : problems[problem];
    },
  });
  if (entered === undefined) return;
  try {
    await key.set(entered);
  } catch (error) {
    void vscode.window.showErrorMessage(t('The key could not be kept: {0}', messageOf(error)));
    return;
  }
  const folder = status.folder();
  if (configuration.for(folder.uri).localOnly) {
    void vscode.window.showInformationMessage(t('The key is set. Local-only mode is on, so it is not used.'));
  } else if (api.state(folder) === 'unasked') await allowApi(deps);
  else void vscode.window.showInformationMessage(t('The key is set.'));
}

async function clearApiKey({ key }: CommandDeps): Promise<void> {
  await key.clear();
  void vscode.window.showInformationMessage(t('The key is deleted. Completions are local only.'));
}

async function allowApi({ api, key, permissions, status, configuration }: CommandDeps): Promise<void> {
  await api.load();
  const folder = status.folder();
  if (!vscode.workspace.isTrusted) {
    await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  if (!(await askConsent(api.question(folder), permissions, 'modal'))) return;
  if (configuration.for(folder.uri).localOnly) await configuration.write('localOnly', false, folder.uri);
  if (key.value === undefined) await vscode.commands.executeCommand(`${section}.setApiKey`);
}

async function revokeConsent({ api, permissions, status }: CommandDeps): Promise<void> {
  const folder = status.folder();
  await permissions.decline(folder.key, api.host());
  void vscode.window.showInformationMessage(t('{0} stays on this machine from now on.', folder.name));
}

/** Whether suggestions are paused now: the picker can be left without a choice. */
async function pickSnooze(snooze: Snooze): Promise<boolean> {
  const lengths: readonly (vscode.QuickPickItem & { readonly length: SnoozeLength })[] = [
    { label: t('5 minutes'), length: 5 },
    { label: t('30 minutes'), length: 30 },
    { label: t('Until the editor restarts'), length: 'restart' },
  ];
  const picked = await vscode.window.showQuickPick(lengths, { placeHolder: t('No suggestions for…') });
  if (picked) snooze.start(picked.length);
  return snooze.active;
}

async function enableHere({ configuration, permissions, status }: CommandDeps): Promise<void> {
  const { folder, languageId } = status.snapshot();
  await permissions.setFolder(folder.key, true);
  if (languageId === undefined) return;
  const { enable } = configuration.for(folder.uri);
  if (enable[languageId] ?? enable['*'] ?? true) return;
  await configuration.write('enable', { ...enable, [languageId]: true }, folder.uri);
}

async function disableHere({ configuration, permissions, status }: CommandDeps): Promise<void> {
  const { folder, languageId } = status.snapshot();
  const choices = [
    ...(languageId === undefined
      ? []
      : [{ label: t('For {0}', languageId), detail: t('In all folders'), scope: 'language' as const }]),
    { label: t('In {0}', folder.name), detail: t('For all languages'), scope: 'folder' as const },
  ];
  const picked = await vscode.window.showQuickPick(choices, { placeHolder: t('Offer no completions…') });
  if (picked?.scope === 'folder') await permissions.setFolder(folder.key, false);
  if (picked?.scope === 'language' && languageId !== undefined) {
    const { enable } = configuration.for(folder.uri);
    await configuration.write('enable', { ...enable, [languageId]: false }, folder.uri);
  }
}
