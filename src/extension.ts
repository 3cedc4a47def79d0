// The extension's entry point: constructs the parts from the lowest to the highest, connects and registers them. The
// parts are in src/vscode/.
import * as vscode from 'vscode';
import { systemClock } from './common/clock.ts';
import { DisposableStore } from './common/disposable.ts';
import { physicalCores } from './common/threads.ts';
import { readTuning } from './common/tuning.ts';
import { JobClient } from './jobs/job-client.ts';
import { Adaptation, RunCount } from './vscode/adapt/adaptation.ts';
import { RunRequests } from './vscode/adapt/run-requests.ts';
import { announceBadKey, announceOther, ConsentNotice } from './vscode/announcements.ts';
import { Api, keyOwner } from './vscode/api/api.ts';
import { ApiKey } from './vscode/api/api-key.ts';
import { editorModels } from './vscode/api/editor-models.ts';
import { Permissions } from './vscode/api/permissions.ts';
import { Problems } from './vscode/api/problems.ts';
import { Bases } from './vscode/bases/bases.ts';
import { MachineCard } from './vscode/bases/machine-card.ts';
import { readBase, shippedBases, timeBase } from './vscode/bases/shipped-bases.ts';
import { WindowEngine } from './vscode/bases/window-engine.ts';
import { registerCommands } from './vscode/commands.ts';
import { Activity } from './vscode/completion/activity.ts';
import { FirstKeys } from './vscode/completion/first-keys.ts';
import { Prefetch } from './vscode/completion/prefetch.ts';
import { GhostTextProvider, LastSuggestion } from './vscode/completion/provider.ts';
import { Recorder } from './vscode/completion/recorder.ts';
import { Snooze } from './vscode/completion/snooze.ts';
import { WhyNothing } from './vscode/completion/why-nothing.ts';
import { ChannelLog } from './vscode/editor/channel-log.ts';
import { documentAt, type FolderRef } from './vscode/editor/folder-ref.ts';
import { pathsOf } from './vscode/editor/paths.ts';
import { StoreOwner } from './vscode/editor/store-owner.ts';
import { window } from './vscode/editor/window.ts';
import { EditOffers } from './vscode/edits/edit-offers.ts';
import { DiskChanges } from './vscode/folder/disk-changes.ts';
import { Documents } from './vscode/folder/documents.ts';
import { Folders } from './vscode/folder/folders.ts';
import { LearnedTexts } from './vscode/folder/learned-texts.ts';
import { ContextKeys } from './vscode/panel/context-keys.ts';
import { KeptView } from './vscode/panel/kept-view.ts';
import { openPosition, PanelHost, reportsOf } from './vscode/panel/panel-host.ts';
import { Status } from './vscode/panel/status.ts';
import { StatusBar } from './vscode/panel/status-bar.ts';
import { Configuration } from './vscode/settings/configuration.ts';
import { isLanguageEnabled } from './vscode/settings/levels.ts';
import { TextTasks } from './vscode/texts/text-tasks.ts';

let disposables: DisposableStore | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const startedAt = performance.now();
  const owned = new DisposableStore();
  disposables = owned;
  const { log, begin } = construct(context, owned);
  const startTimer = setTimeout(begin, 0);
  owned.add({ dispose: () => clearTimeout(startTimer) });
  log.info(`Activated in ${(performance.now() - startedAt).toFixed(1)} ms`);
}

/** Stops the workers and closes the store. VS Code waits for it. */
export function deactivate(): void {
  disposables?.dispose();
  disposables = undefined;
}

/**
 * Each part is made from those above it. What a later part is told is in a callback, which is called only after all are
 * made. `begin` starts the work that finishes after activation.
 */
function construct(context: vscode.ExtensionContext, owned: DisposableStore) {
  const { extensionUri: extension, globalState, secrets } = context;
  const clock = systemClock;
  /** Anything that the status shows has changed. */
  const onChange = () => status.changed();
  /** Key, model, address, limit or another setting of the large model has changed. */
  const onApi = () => {
    api.reset();
    problems.clear();
    onPermissions();
  };
  const onPermissions = () => {
    folders.checkApi();
    status.changed();
  };
  const log = owned.add(new ChannelLog('Easy Adaptation'));
  const paths = pathsOf(context.extensionPath, context.globalStorageUri.fsPath);

  const configuration = owned.add(new Configuration());
  const documents = owned.add(new Documents({ configuration, log }));
  const activity = new Activity();
  const onSpent = (usd: number) => activity.addSpending(usd);
  const snooze = owned.add(new Snooze(clock, onChange));

  const problems = new Problems(onChange, announceBadKey);
  const key = owned.add(new ApiKey(secrets, () => keyOwner(configuration), onApi));
  const permissions = new Permissions(globalState, onPermissions);
  const store = owned.add(new StoreOwner(paths.storage, log));
  const api = new Api({ key, configuration, permissions, store, clock, log });

  const runs = new RunCount();
  const bases = owned.add(
    new Bases({
      storage: paths.storage,
      clock,
      log,
      shipped: shippedBases(paths.models, log),
      read: readBase,
      settings: () => configuration.for(undefined),
      time: (base, signal) => timeBase(paths.engine, base, configuration.for(undefined), signal),
      isBusy: () => !runs.isIdle,
      onChange: () => folders.openNeural(),
      onState: onChange,
    }),
  );
  const neural = owned.add(
    new WindowEngine({
      paths,
      bases,
      log,
      settings: () => configuration.for(undefined),
      tuning: readTuning(process.env),
      onRestarted: () => folders.onEngineRestarted(),
      onChange: () => folders.openNeural(),
    }),
  );
  const jobs = new JobClient({ script: paths.job, engine: () => neural.startOfJob, editor: editorModels, log });
  const machineCard = new MachineCard({
    memory: globalState,
    onChange,
    choice: () => (configuration.for(undefined).baseModel === 'auto' ? bases.current : undefined),
    cores: neural.tuning.cores ?? physicalCores(),
  });
  const requests = new RunRequests({
    api,
    permissions,
    configuration,
    neural,
    paths,
    secretsOf: async (folder) => (await folders.peek(folder)?.secrets.known())?.all ?? [],
  });
  const forJobs = { requests, jobs, neural, paths, log, onSpent };
  const adaptation = owned.add(new Adaptation({ ...forJobs, runs, onChange }));

  const recorder = new Recorder({ activity, problems, clock, log });
  const folders = owned.add(
    new Folders({
      paths,
      api,
      documents,
      configuration,
      neural,
      store,
      clock,
      log,
      adaptation,
      onChange,
      memory: globalState,
      onEvent: (event, folder) => {
        const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
        recorder.on(event, {
          label: isMultiRoot ? folder.name : '',
          documentAt: (path) => documentAt(folder, path).toString(),
        });
      },
      onReady: (folder) => void ghostText.repeat(folder),
      onRestart: () => void learned.sendAll(),
    }),
  );
  const learned = owned.add(new LearnedTexts({ folders, documents, configuration, log }));
  owned.add(new DiskChanges({ folders, documents, texts: learned, log }));

  const status = owned.add(
    new Status({ configuration, api, permissions, problems, snooze, folders, adaptation, neural, bases, machineCard }),
  );
  const contextKeys = owned.add(new ContextKeys({ activity, key, adaptation, folders }));
  const texts = owned.add(
    new TextTasks({
      ...forJobs,
      extension,
      current: () => status.folder(),
      onTasks: (hasTask) => contextKeys.set('hasTask', hasTask),
    }),
  );
  const panel = owned.add(
    new PanelHost({
      extension,
      activity,
      status,
      log,
      reports: () => reportsOf(folders.all),
      set: (setting, value) => void configuration.write(setting, value, status.folder().uri),
      openPosition: (id) => void openPosition(activity, id),
    }),
  );

  const isOn = (folder: FolderRef, languageId: string) =>
    !snooze.active &&
    permissions.isOn(folder.key) &&
    isLanguageEnabled(configuration.for(folder.uri).enable, languageId);
  const lastSuggestion = new LastSuggestion();
  const nextEdits = owned.add(
    new EditOffers({
      folders,
      documents,
      configuration,
      activity,
      isOn,
      log,
      isSuggested: (document, text) => lastSuggestion.contains(document, text),
      onOffered: (isOffered) => contextKeys.set('editOffered', isOffered),
      showLines: (editor) => void ghostText.request(editor),
      onLineTaken: (document) => void ghostText.giveWay(document),
      onTabAction: (action) => contextKeys.set('nextEdit', action),
    }),
  );
  const consent = new ConsentNotice();
  const whyNothing = owned.add(new WhyNothing());
  const ghostText = new GhostTextProvider({
    folders,
    documents,
    isOn,
    lastSuggestion,
    nextEdits,
    onRequest: (folder) => consent.beforeRequest(folder, api, permissions),
    onRequested: (document) => firstKeys.onRequested(document),
    onShown: (isShown) => {
      contextKeys.set('suggesting', isShown);
      nextEdits.onGhostText(isShown);
    },
    onList: (isOpen) => nextEdits.onList(isOpen),
    onNoSuggestion: (reason) => whyNothing.show(reason, status.snapshot()),
  });
  const firstKeys = owned.add(new FirstKeys((editor) => ghostText.request(editor), documents));
  const mayPrefill = () => adaptation.progress === undefined;
  owned.add(new Prefetch({ folders, documents, isOn, mayPrefill }));

  const kept = owned.add(
    new KeptView({ folders, adaptation, api, documents, log, edited: () => nextEdits.following.placeNow() }),
  );
  owned.add(new StatusBar(status, activity));
  owned.add(
    registerCommands({
      paths,
      jobs,
      activity,
      adaptation,
      api,
      key,
      documents,
      configuration,
      folders,
      log,
      panel,
      kept,
      permissions,
      snooze,
      status,
      store,
      texts,
      requests,
      onSpent,
      ghostText,
      lastSuggestion,
      nextEdits,
      machineCard,
    }),
  );
  owned.add(vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText));
  log.redact = (line) => folders.all.reduce((redacted, { secrets }) => secrets.line(redacted), line);
  for (const subscription of [
    configuration.onDidChange(() => {
      onApi();
      void key.load();
      bases.configure();
      neural.configure();
      adaptation.configure();
    }),
    status.onDidChange((snapshot) => contextKeys.update(snapshot)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => folders.reindexTrusted()),
    window.onDidChangeWindowState(({ focused }) => focused && folders.refresh()),
  ])
    owned.add(subscription);
  void key.load();
  void api.load().then(onApi);
  const begin = () => {
    bases.begin();
    folders.startFirst();
    void texts.load();
    void learned.sendAll();
    nextEdits.start();
    void announceOther(globalState, (id) => vscode.extensions.getExtension(id) !== undefined);
  };
  return { log, begin };
}
