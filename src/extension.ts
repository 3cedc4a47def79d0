// The extension's entry point: constructs the parts, connects them and registers them. The parts are in src/vscode/.
import * as vscode from 'vscode';
import { systemClock } from './common/clock.ts';
import { DisposableStore } from './common/disposable.ts';
import { readTuning } from './common/tuning.ts';
import { JobClient } from './jobs/client.ts';
import { lockModel } from './storage/lock.ts';
import { Adaptation } from './vscode/adapt/adaptation.ts';
import { Announcements } from './vscode/announcements.ts';
import { Api } from './vscode/api/api.ts';
import { ApiKey } from './vscode/api/api-key.ts';
import { editorModels } from './vscode/api/editor-models.ts';
import { Permissions } from './vscode/api/permissions.ts';
import { Problems } from './vscode/api/problems.ts';
import { Bases } from './vscode/bases/bases.ts';
import { onBattery } from './vscode/bases/power.ts';
import { readBase, shippedBases, timeBase } from './vscode/bases/shipped-bases.ts';
import { Neural } from './vscode/bases/window-engine.ts';
import { registerCommands } from './vscode/commands.ts';
import { Activity } from './vscode/completion/activity.ts';
import { FirstKeys } from './vscode/completion/first-keys.ts';
import { Prefetch } from './vscode/completion/prefetch.ts';
import { GhostTextProvider } from './vscode/completion/provider.ts';
import { Recorder } from './vscode/completion/recorder.ts';
import { Snooze } from './vscode/completion/snooze.ts';
import { WhyNothing } from './vscode/completion/why-nothing.ts';
import { ChannelLog } from './vscode/editor/channel-log.ts';
import { documentAt, type FolderRef } from './vscode/editor/folder-ref.ts';
import { pathsOf } from './vscode/editor/paths.ts';
import { StoreOwner } from './vscode/editor/store-owner.ts';
import { DocumentSurroundings } from './vscode/editor/surroundings.ts';
import { window } from './vscode/editor/window.ts';
import { EditOffers } from './vscode/edits/edit-offers.ts';
import { DiskWatcher } from './vscode/folder/disk-watcher.ts';
import { Documents } from './vscode/folder/documents.ts';
import { FileRules } from './vscode/folder/file-rules.ts';
import { Folders } from './vscode/folder/folders.ts';
import { ContextKeys } from './vscode/panel/context-keys.ts';
import { KeptView } from './vscode/panel/kept-view.ts';
import { openPosition } from './vscode/panel/open-position.ts';
import { PanelHost } from './vscode/panel/panel-host.ts';
import { reportsOf } from './vscode/panel/report-view.ts';
import { Status } from './vscode/panel/status.ts';
import { StatusBar } from './vscode/panel/status-bar.ts';
import { Configuration } from './vscode/settings/configuration.ts';
import { isLanguageEnabled } from './vscode/settings/levels.ts';
import { TextTasks } from './vscode/texts/text-tasks.ts';
import { WriteTexts } from './vscode/texts/write-texts.ts';

let disposables: DisposableStore | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const startedAt = performance.now();
  disposables = new DisposableStore();
  const owned = disposables;
  const clock = systemClock;
  const log = owned.add(new ChannelLog('Easy Adaptation'));
  const paths = pathsOf(context.extensionPath, context.globalStorageUri.fsPath);
  const onStatusChange = () => status.changed();

  const configuration = owned.add(new Configuration());
  const rules = owned.add(new FileRules(configuration, log));
  const activity = new Activity();
  const announcements = new Announcements(context.globalState);
  const problems = new Problems(onStatusChange, () => announcements.badKey());
  const onApiChange = () => {
    api.reset();
    problems.clear();
    folders.checkApi();
    onStatusChange();
  };
  const key = owned.add(new ApiKey(context.secrets, () => api.owner, onApiChange));
  const permissions = new Permissions(context.globalState, () => {
    folders.checkApi();
    onStatusChange();
  });
  const snooze = owned.add(new Snooze(clock, onStatusChange));
  const store = owned.add(new StoreOwner(paths.storage, log, (notice) => announcements.store(notice)));
  const api = new Api({ key, configuration, permissions, store, clock, log });
  owned.add(configuration.onDidChange(onApiChange));
  owned.add(configuration.onDidChange(() => void key.load()));

  const recorder = new Recorder({
    activity,
    problems,
    store: () => store.get(),
    clock,
    log,
    onAccepted: () => contextKeys.set('everAccepted', true),
  });
  const bases: Bases = owned.add(
    new Bases({
      shipped: shippedBases(paths.models, log),
      read: readBase,
      settings: () => configuration.for(undefined),
      storage: paths.storage,
      clock,
      log,
      time: (base, signal) => timeBase(paths.engine, base, configuration.for(undefined), signal),
      lock: (base) => lockModel(paths.storage, base.weights, 'the editor'),
      hasFolder: () => (vscode.workspace.workspaceFolders?.length ?? 0) > 0,
      onBattery,
      isBusy: () => !adaptation.isIdle,
      onChange: () => folders.openNeural(),
      onState: onStatusChange,
    }),
  );
  owned.add(configuration.onDidChange(() => bases.configure()));
  const neural: Neural = owned.add(
    new Neural({
      settings: () => configuration.for(undefined),
      paths,
      bases,
      log,
      tuning: readTuning(process.env),
      onRestarted: () => folders.onEngineRestarted(),
      onChange: () => folders.openNeural(),
    }),
  );
  owned.add(configuration.onDidChange(() => neural.configure()));
  const folders: Folders = owned.add(
    new Folders({
      paths,
      api,
      rules,
      configuration,
      neural,
      store,
      clock,
      log,
      onEvent: (event, folder, redact) => {
        const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
        recorder.on(event, {
          storeName: folder.storeName,
          label: isMultiRoot ? folder.name : '',
          documentAt: (path) => documentAt(folder, path).toString(),
          redact,
          isTrusted: vscode.workspace.isTrusted,
        });
      },
      onOutdated: (folder) => void announcements.outdated(folder, context.extension.packageJSON.version),
      onChange: onStatusChange,
      onReady: (folder) => void ghostText.repeat(folder),
    }),
  );
  const jobs = new JobClient({ script: paths.job, engine: () => neural.startOptions, editor: editorModels, log });
  const adaptation = owned.add(
    new Adaptation({
      ...{ jobs, api, configuration, neural, paths, log },
      onChange: onStatusChange,
      onSpent: (usd) => activity.addSpending(usd),
    }),
  );
  owned.add(configuration.onDidChange(() => adaptation.configure()));
  const status = owned.add(
    new Status({ configuration, api, permissions, problems, snooze, folders, adaptation, neural, bases }),
  );
  const contextKeys = new ContextKeys({ key, adaptation, folders });
  owned.add(status.onDidChange((snapshot) => contextKeys.update(snapshot)));
  owned.add(new StatusBar(status, activity));
  const panel = owned.add(
    new PanelHost({
      extension: context.extensionUri,
      activity,
      status,
      allTime: () => store.get().totals(),
      reports: () => reportsOf(folders.all),
      tasks: () => texts.results,
      set: (setting, value) => void configuration.write(setting, value, status.folder().uri),
      openPosition: (id) => void openPosition(activity, id),
      log,
    }),
  );
  const texts: TextTasks = owned.add(
    new TextTasks({
      extension: context.extensionUri,
      ...{ jobs, api, permissions, configuration, neural, paths, log },
      current: () => status.folder(),
      onReports: () => panel.tasksChanged(),
      onTasks: (hasTask) => contextKeys.set('hasTask', hasTask),
      onSpent: (usd) => activity.addSpending(usd),
    }),
  );
  const writingDeps = {
    ...{ jobs, api, permissions, configuration, neural, paths, log },
    onSpent: (usd: number) => activity.addSpending(usd),
  };
  const writeTexts = new WriteTexts(writingDeps);
  const surroundings = new DocumentSurroundings(log);
  const kept = owned.add(new KeptView({ folders, adaptation, api, rules, surroundings, log }));
  owned.add(
    registerCommands({
      ...{ extension: context.extensionUri, jobs, neural, surroundings },
      activity,
      adaptation,
      api,
      bases,
      key,
      configuration,
      folders,
      log,
      panel,
      kept,
      permissions,
      snooze,
      status,
      store,
      storage: paths.storage,
      texts,
      writeTexts,
      paths,
      ghostText: () => ghostText,
      nextEdits: () => nextEdits,
    }),
  );
  const documents: Documents = owned.add(
    new Documents({
      folders,
      rules,
      surroundings,
      configuration,
      log,
      onIndexOutdated: (folder) => watcher.index(folder),
    }),
  );
  const watcher = owned.add(new DiskWatcher({ folders, adaptation, documents, log }));
  log.redact = (line) => folders.all.reduce((redacted, { secrets }) => secrets.line(redacted), line);
  const isOn = (folder: FolderRef, languageId: string) =>
    !snooze.active &&
    permissions.isOn(folder.key, languageId) &&
    isLanguageEnabled(configuration.for(folder.uri).enable, languageId);
  const whyNothing = owned.add(new WhyNothing());
  const ghostText = new GhostTextProvider({
    folders,
    rules,
    surroundings,
    isOn,
    onRequest: (folder) =>
      announcements.beforeRequest(folder, api, permissions, folders.peek(folder)?.service.typing.callsAnHour),
    onRequested: (document) => firstKeys.onRequested(document),
    onShown: (isShown) => {
      contextKeys.set('suggesting', isShown);
      nextEdits.onGhostText(isShown);
    },
    nextEditAt: (document, position) => nextEdits.insertionAt(document, position),
    onNoSuggestion: (reason) => whyNothing.show(reason, status.snapshot()),
  });
  const nextEdits: EditOffers = owned.add(
    new EditOffers({
      ...{ folders, rules, configuration, activity, isOn, log },
      isSuggested: (document, text) => ghostText.isSuggested(document, text),
      onOffered: (isOffered) => contextKeys.set('editOffered', isOffered),
      onTabAction: (action) => contextKeys.set('nextEdit', action),
    }),
  );
  const mayPrefill = () => adaptation.progress === undefined && bases.isOnBattery !== true;
  owned.add(new Prefetch({ folders, rules, surroundings, isOn, mayPrefill, onMove: () => bases.onUserInput() }));
  const firstKeys = owned.add(new FirstKeys((editor) => ghostText.request(editor)));
  owned.add(vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText));

  // The work that starts below finishes after activation.
  void key.load();
  void api.load().then(onApiChange);
  folders.setBackground({ adaptation, onRestart: () => documents.sendAll() });
  owned.add(vscode.workspace.onDidGrantWorkspaceTrust(() => folders.reindexTrusted()));
  owned.add(window.onDidChangeWindowState(({ focused }) => focused && folders.refresh()));
  const startTimer = setTimeout(() => {
    bases.begin();
    folders.startFirst();
    void texts.load();
    void documents.sendAll();
    nextEdits.start();
  }, 0);
  owned.add({ dispose: () => clearTimeout(startTimer) });
  log.info(`Activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
}

/** Stops the workers and closes the store. VS Code waits for it. */
export function deactivate(): void {
  disposables?.dispose();
  disposables = undefined;
}
