// The commands that the palette, the menu, the panel and the walkthrough run.
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { messageOf } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { JobClient } from '../jobs/job-client.ts';
import { textStateAt } from '../text/text-state.ts';
import { type DeleteDeps, deleteData } from './adapt/delete-data.ts';
import { exportAdaptation } from './adapt/export-adaptation.ts';
import { showFailure } from './adapt/questions.ts';
import { showAdaptations } from './adapt/show-adaptations.ts';
import type { Api } from './api/api.ts';
import type { ApiKey } from './api/api-key.ts';
import { chooseModel, setApiKey } from './api/choose-model.ts';
import { askConsent } from './api/consent.ts';
import { chooseBase } from './bases/choose-base.ts';
import { getModel } from './bases/get-model.ts';
import type { ImportBaseDeps } from './bases/import-base.ts';
import type { MachineCard } from './bases/machine-card.ts';
import { acceptPart } from './completion/accept-part.ts';
import { acceptedCommand, type GhostTextProvider, type LastSuggestion } from './completion/provider.ts';
import { showSample } from './completion/sample.ts';
import type { Snooze } from './completion/snooze.ts';
import type { ChannelLog } from './editor/channel-log.ts';
import { confirms } from './editor/dialogs.ts';
import { Document } from './editor/document.ts';
import { placeOf } from './editor/folder-of-document.ts';
import { pickFolder } from './editor/folder-ref.ts';
import type { Paths } from './editor/paths.ts';
import { sentences, t, type UiText } from './editor/ui-text.ts';
import { window } from './editor/window.ts';
import type { EditOffers } from './edits/edit-offers.ts';
import type { Documents } from './folder/documents.ts';
import type { KeptView } from './panel/kept-view.ts';
import { pickAmount, showMenu } from './panel/menu.ts';
import type { PanelHost } from './panel/panel-host.ts';
import type { Status } from './panel/status.ts';
import type { Configuration } from './settings/configuration.ts';
import { isLanguageEnabled } from './settings/levels.ts';
import { section } from './settings/settings.ts';
import type { TextTasks } from './texts/text-tasks.ts';
import { type WriteTextsDeps, writeComment, writeCommitMessage } from './texts/write-texts.ts';

export interface CommandDeps extends DeleteDeps, ImportBaseDeps, WriteTextsDeps {
  readonly jobs: JobClient;
  readonly paths: Paths;
  readonly panel: PanelHost;
  readonly kept: KeptView;
  readonly api: Api;
  readonly key: ApiKey;
  readonly configuration: Configuration;
  readonly status: Status;
  readonly log: ChannelLog;
  readonly snooze: Snooze;
  readonly texts: TextTasks;
  readonly documents: Documents;
  readonly ghostText: Pick<GhostTextProvider, 'requestManually'>;
  readonly lastSuggestion: LastSuggestion;
  readonly nextEdits: EditOffers;
  readonly machineCard: Pick<MachineCard, 'decline'>;
}

/** Registers one command per row. */
export function registerCommands(deps: CommandDeps): Disposable {
  const { adaptation, configuration, folders, kept, log, panel, snooze, status, texts } = deps;
  const owned = new DisposableStore();
  const acceptShown = async (part: Parameters<typeof acceptPart>[0]) => {
    if (!(await deps.nextEdits.applyLines())) await acceptPart(part, folders, deps.documents);
  };
  const rows: Readonly<Record<string, (...args: never[]) => unknown>> = {
    adapt: () => adapt(deps),
    cancelAdapt: () => adaptation.cancel(),
    newTextTask: () => texts.createTask(),
    runTextTask: (name?: string) => texts.run(name),
    showLabels: (name?: string) => texts.show(name),
    generateCommitMessage: (source?: unknown) => writeCommitMessage(deps, source),
    writeDocComment: () => writeComment(deps),
    chooseModel: () => chooseLargeModel(deps),
    chooseBase: () => chooseBase(deps),
    getCodeModel: () => getModel(deps),
    declineMachineCard: () => deps.machineCard.decline(),
    setApiKey: () => enterApiKey(deps),
    clearApiKey: () => forgetApiKey(deps),
    allowApi: () => allowApi(deps),
    revokeConsent: () => revokeConsent(deps),
    stayLocal: () => configuration.write('localOnly', true, status.folder().uri),
    showPanel: () => panel.show(),
    showMenu: () => showMenu(status.snapshot(), configuration),
    snooze: () => toggleSnooze(snooze),
    toggleHere: () => (status.snapshot().enabledHere ? disableHere(deps) : enableHere(deps)),
    showAdaptations: () => showAdaptations(deps, status.folder().storeName),
    showReport: () => {
      adaptation.markRead(folders.peek(status.folder()));
      return panel.show('report');
    },
    exportAdaptation: () => exportFolder(deps),
    showKept: () => kept.show(status.folder(), window.activeTextEditor),
    deleteData: () => deleteData(deps).then(() => texts.load()),
    showLog: () => log.channel.show(),
    openSettings: () => vscode.commands.executeCommand('workbench.action.openSettings', `${section}.`),
    trigger: () => deps.ghostText.requestManually(),
    showSample: () => showSample(deps.documents, deps.ghostText),
    acceptWord: () => acceptShown('acceptNextWord'),
    acceptLine: () => acceptShown('acceptNextLine'),
    goToNextEdit: () => deps.nextEdits.goTo(),
    applyNextEdit: () => deps.nextEdits.apply(),
    applyAllEdits: () => deps.nextEdits.applyAll(),
    dismissNextEdit: () => deps.nextEdits.dismiss(),
    resumeNextEdits: () => deps.nextEdits.resume(),
    chooseAmount: () => pickAmount(status.folder().uri, configuration),
    [acceptedCommand.slice(section.length + 1)]: (folderKey: string, id: string) => {
      if (deps.nextEdits.accepted(id)) return undefined;
      const inserted = deps.lastSuggestion.withId(id);
      folders.all.find(({ folder }) => folder.key === folderKey)?.service.accepted(id);
      const isWanted = inserted && configuration.for(placeOf(inserted.document.uri).folder.uri).addMissingImports;
      return isWanted ? deps.nextEdits.addImports(inserted) : undefined;
    },
  };
  for (const [name, run] of Object.entries(rows)) {
    owned.add(vscode.commands.registerCommand(`${section}.${name}`, (...args) => runSafely(run, args, log)));
  }
  return owned;
}

/** Catches exceptions, because VS Code would render links in their messages, which may quote foreign text. */
async function runSafely(run: (...args: never[]) => unknown, args: unknown[], log: Log): Promise<unknown> {
  try {
    return await run(...(args as never[]));
  } catch (error) {
    log.error('A command failed', error);
    void showFailure({ message: messageOf(error) });
    return undefined;
  }
}

async function adapt({ adaptation, folders, panel, status }: CommandDeps): Promise<void> {
  const folder = await pickFolder(status.folder(), t('Adapt to which folder?'));
  if (!folder) return;
  if (await adaptation.adapt(folders.of(folder))) {
    await panel.show('report');
  }
}

async function exportFolder({ adaptation, status }: CommandDeps): Promise<void> {
  const folder = await pickFolder(status.folder(), t('Export the adaptation of which folder?'));
  if (folder?.root !== undefined) await exportAdaptation(adaptation, folder.root);
}

async function enterApiKey(deps: CommandDeps): Promise<void> {
  const { api, status, configuration } = deps;
  const result = await setApiKey(deps);
  if (result === undefined) return;
  const folder = status.folder();
  if (configuration.for(folder.uri).localOnly) {
    void window.showInformationMessage(sentences(result, t('Local-only mode is on, so the key is not used.')));
  } else if (api.state(folder) === 'unasked') await allowApi(deps);
  else void window.showInformationMessage(result);
}

async function chooseLargeModel(deps: CommandDeps): Promise<void> {
  const { api, status } = deps;
  await api.load();
  const chosen = await chooseModel(deps);
  if (chosen === 'key') await enterApiKey(deps);
  else if (chosen === 'model' && api.state(status.folder()) === 'unasked') await allowApi(deps);
}

async function forgetApiKey({ api, key }: CommandDeps): Promise<void> {
  const question = t('Forget the key for {0} that ends in {1}?', api.host(), key.value?.slice(-4) ?? '');
  if (!(await confirms(question, t('Forget')))) return;
  await key.forget();
  void window.showInformationMessage(t('The key for {0} is deleted. Completions are now local.', api.host()));
}

async function allowApi(deps: CommandDeps): Promise<void> {
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

async function revokeConsent({ api, permissions, status }: CommandDeps): Promise<void> {
  const folder = status.folder();
  await permissions.declineAll(folder.key);
  // Nor is it asked for again by a notice.
  await permissions.decline(folder.key, api.host());
  void window.showInformationMessage(t('Nothing of {0} is sent any more.', folder.name));
}

/** Ends a pause, or asks for the length of one. */
async function toggleSnooze(snooze: Snooze): Promise<void> {
  if (snooze.active) return snooze.stop();
  const lengths = [
    { label: t('5 minutes'), minutes: 5 },
    { label: t('30 minutes'), minutes: 30 },
    { label: t('Until the editor restarts'), minutes: Number.POSITIVE_INFINITY },
  ];
  const picked = await window.showQuickPick(lengths, { placeHolder: t('Snooze suggestions for…') });
  if (picked) snooze.start(picked.minutes);
}

async function enableHere({ configuration, permissions, status }: CommandDeps): Promise<void> {
  const { folder, languageId } = status.snapshot();
  await permissions.setFolder(folder.key, true);
  if (languageId === undefined) return;
  const { enable } = configuration.for(folder.uri);
  if (isLanguageEnabled(enable, languageId)) return;
  await configuration.write('enable', { ...enable, [languageId]: true }, folder.uri);
}

async function disableHere({ configuration, permissions, status }: CommandDeps): Promise<void> {
  const { folder, languageId } = status.snapshot();
  const set = async (id: string, isOn: boolean) => {
    const { enable } = configuration.for(folder.uri);
    await configuration.write('enable', { ...enable, [id]: isOn }, folder.uri);
  };
  const part = partAtCursor();
  const isPartOn = part === undefined || isLanguageEnabled(configuration.for(folder.uri).enable, part);
  const choices = [
    ...(part === undefined
      ? []
      : [
          {
            label: partText(part, isPartOn),
            detail: t('In all languages and folders'),
            run: () => set(part, !isPartOn),
          },
        ]),
    {
      label: t('In {0}', folder.name),
      detail: t('For all languages'),
      run: () => permissions.setFolder(folder.key, false),
    },
    ...(languageId === undefined
      ? []
      : [{ label: t('For {0}', languageId), detail: t('In all folders'), run: () => set(languageId, false) }]),
  ];
  const placeHolder = isPartOn ? t('Disable completions…') : t('Enable or disable completions…');
  const picked = await window.showQuickPick(choices, { placeHolder });
  await picked?.run();
}

/** The comment or string that the cursor is in. */
function partAtCursor(): 'comment' | 'string' | undefined {
  const editor = window.activeTextEditor;
  const state = editor && textStateAt(new Document(editor.document).queryAt(editor.selection.active));
  return state === 'code' ? undefined : state;
}

function partText(part: 'comment' | 'string', isOn: boolean): UiText {
  if (part === 'comment') return isOn ? t('In comments') : t('On again in comments');
  return isOn ? t('In strings') : t('On again in strings');
}
