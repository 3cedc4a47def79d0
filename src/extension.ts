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
import { adaptations } from './vscode/adapt/surface.ts';
import { Api, keyOwner } from './vscode/api/api.ts';
import { ApiKey } from './vscode/api/api-key.ts';
import { editorModels } from './vscode/api/editor-models.ts';
import { Permissions } from './vscode/api/permissions.ts';
import { Problems } from './vscode/api/problems.ts';
import { announceBadKey, ConsentNotice, largeModel } from './vscode/api/surface.ts';
import { Bases } from './vscode/bases/bases.ts';
import { MachineCard } from './vscode/bases/machine-card.ts';
import { readBase, shippedBases, timeBase } from './vscode/bases/shipped-bases.ts';
import { localModel } from './vscode/bases/surface.ts';
import { WindowEngine } from './vscode/bases/window-engine.ts';
import { registerCommands } from './vscode/commands.ts';
import { Activity } from './vscode/completion/activity.ts';
import { EarlyRequests, FirstKeys } from './vscode/completion/early-requests.ts';
import { GhostTextProvider, LastSuggestion } from './vscode/completion/provider.ts';
import { Recorder } from './vscode/completion/recorder.ts';
import { Snooze } from './vscode/completion/snooze.ts';
import { completions, sayWhyNothing } from './vscode/completion/surface.ts';
import { ChannelLog } from './vscode/editor/channel-log.ts';
import { documentAt, type FolderRef } from './vscode/editor/folder-ref.ts';
import { pathsOf } from './vscode/editor/paths.ts';
import { StoreOwner } from './vscode/editor/store-owner.ts';
import { commandForPanel, type Surface } from './vscode/editor/surface.ts';
import { nextEdits } from './vscode/edits/surface.ts';
import { exporting } from './vscode/export/export.ts';
import { DiskChanges } from './vscode/folder/disk-changes.ts';
import { Documents } from './vscode/folder/documents.ts';
import { Folders } from './vscode/folder/folders.ts';
import { LearnedTexts } from './vscode/folder/learned-texts.ts';
import { ContextKeys } from './vscode/panel/context-keys.ts';
import { KeptView } from './vscode/panel/kept-view.ts';
import { openPosition, PanelHost, reportsOf } from './vscode/panel/panel-host.ts';
import { Status } from './vscode/panel/status.ts';
import { StatusBar } from './vscode/panel/status-bar.ts';
import { panelSurface } from './vscode/panel/surface.ts';
import { Configuration } from './vscode/settings/configuration.ts';
import { isLanguageEnabled } from './vscode/settings/levels.ts';
import { textTasks } from './vscode/texts/surface.ts';
import { writing } from './vscode/writing/surface.ts';

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

/** What later parts are told: no part knows those that are made after it. */
class Events extends DisposableStore {
  /** Anything that the status shows has changed. */
  readonly change = this.add(new vscode.EventEmitter<void>());
  /** Key, model, address, limit or another setting of the large model has changed. */
  readonly api = this.add(new vscode.EventEmitter<void>());
  readonly permissions = this.add(new vscode.EventEmitter<void>());
  /** The base model that serves the window has changed. */
  readonly neural = this.add(new vscode.EventEmitter<void>());
  readonly engineRestart = this.add(new vscode.EventEmitter<void>());
  /** A better answer may be available for an unanswered request in this folder. */
  readonly ready = this.add(new vscode.EventEmitter<FolderRef>());
}

/** Settings, documents, money, and the large model. */
function largeModelParts({ extensionPath, globalStorageUri, globalState, secrets }: Context, owned: DisposableStore) {
  const events = owned.add(new Events());
  const log = owned.add(new ChannelLog('Easy Adaptation'));
  const paths = pathsOf(extensionPath, globalStorageUri.fsPath);
  const configuration = owned.add(new Configuration());
  const documents = owned.add(new Documents({ configuration, log }));
  const activity = new Activity();
  const snooze = owned.add(new Snooze(systemClock, () => events.change.fire()));
  const problems = new Problems(() => events.change.fire(), announceBadKey);
  const key = owned.add(
    new ApiKey(
      secrets,
      () => keyOwner(configuration),
      () => events.api.fire(),
    ),
  );
  const permissions = new Permissions(globalState, () => events.permissions.fire());
  const store = owned.add(new StoreOwner(paths.storage, log));
  const api = new Api({ key, configuration, permissions, store, clock: systemClock, log });
  const onSpent = (usd: number) => activity.addSpending(usd);
  const shared = { events, log, paths, configuration, documents, activity, snooze, problems, key, permissions };
  return { ...shared, store, api, onSpent, memory: globalState, clock: systemClock };
}

type LargeModelParts = ReturnType<typeof largeModelParts>;

/** The local model's bases and engine, and the jobs that adapt it. */
function localModelParts(
  { events, log, paths, configuration, permissions, api, onSpent, memory, clock }: LargeModelParts,
  owned: DisposableStore,
  secretsOf: (folder: FolderRef) => Promise<readonly string[]>,
) {
  const onChange = () => events.change.fire();
  const settings = () => configuration.for(undefined);
  const runs = new RunCount();
  const bases = owned.add(
    new Bases({
      storage: paths.storage,
      clock,
      log,
      shipped: shippedBases(paths.models, log),
      read: readBase,
      settings,
      time: (base, signal) => timeBase(paths.engine, base, settings(), signal),
      isBusy: () => !runs.isIdle,
      onChange: () => events.neural.fire(),
      onState: onChange,
    }),
  );
  const neural = owned.add(
    new WindowEngine({
      paths,
      bases,
      log,
      settings,
      tuning: readTuning(process.env),
      onRestarted: () => events.engineRestart.fire(),
      onChange: () => events.neural.fire(),
    }),
  );
  const jobs = new JobClient({ script: paths.job, engine: () => neural.startOfJob, editor: editorModels, log });
  const machineCard = new MachineCard({
    memory,
    onChange,
    choice: () => (settings().baseModel === 'auto' ? bases.current : undefined),
    cores: neural.tuning.cores ?? physicalCores(),
  });
  const requests = new RunRequests({ api, permissions, configuration, neural, paths, secretsOf });
  const adaptation = owned.add(new Adaptation({ requests, jobs, neural, log, onSpent, runs, onChange }));
  return { bases, neural, jobs, machineCard, requests, adaptation };
}

type ModelParts = LargeModelParts & ReturnType<typeof localModelParts>;

/** The folders' sessions, and what they learn from. */
function folderParts(parts: ModelParts, owned: DisposableStore) {
  const { events, documents, configuration, log } = parts;
  const recorder = new Recorder(parts);
  const folders: Folders = owned.add(
    new Folders({
      ...parts,
      onChange: () => events.change.fire(),
      onEvent: (event, folder) => {
        const isMultiRoot = (vscode.workspace.workspaceFolders?.length ?? 0) > 1;
        recorder.on(event, {
          label: isMultiRoot ? folder.name : '',
          documentAt: (path) => documentAt(folder, path).toString(),
        });
      },
      onReady: (folder) => events.ready.fire(folder),
      onRestart: () => void learned.sendAll(),
    }),
  );
  const learned = owned.add(new LearnedTexts({ folders, documents, configuration, log }));
  owned.add(new DiskChanges({ folders, documents, texts: learned, log }));
  return { folders, learned };
}

type FolderParts = ModelParts & ReturnType<typeof folderParts>;

/** Status, panel and context keys. */
function panelParts(
  parts: FolderParts,
  owned: DisposableStore,
  extension: vscode.Uri,
  surfaces: () => readonly Surface[],
) {
  const { activity, configuration, folders, log } = parts;
  const status = owned.add(
    new Status({
      ...parts,
      notices: (folder) => surfaces().flatMap(({ notices }) => notices?.(folder) ?? []),
    }),
  );
  const contextKeys = owned.add(new ContextKeys(parts));
  const panel = owned.add(
    new PanelHost({
      extension,
      activity,
      status,
      log,
      reports: () => reportsOf(folders.all),
      reportActions: () => surfaces().flatMap(({ reportActions = [] }) => reportActions),
      commandFor: (command) => commandForPanel(surfaces(), command),
      set: (setting, value) => void configuration.write(setting, value, status.folder().uri),
      openPosition: (id) => void openPosition(activity, id),
    }),
  );
  owned.add(new StatusBar(status, activity));
  return { status, contextKeys, panel };
}

/** What surfaces are made from. */
type Parts = FolderParts & ReturnType<typeof panelParts> & { readonly extension: vscode.Uri };

/** Ghost text and next edits, which share a line and the keys. Without next edits the line is `noLineOwner`. */
function editorSurfaces(parts: Parts, owned: DisposableStore): Surface[] {
  const { adaptation, api, configuration, contextKeys, documents, events, folders, permissions, snooze } = parts;
  const isOn = (folder: FolderRef, languageId: string) =>
    !snooze.active &&
    permissions.isOn(folder.key) &&
    isLanguageEnabled(configuration.for(folder.uri).enable, languageId);
  const lastSuggestion = new LastSuggestion();
  const { surface, line } = nextEdits({ ...parts, isOn, lastSuggestion, ghostText: () => ghostText }, owned);
  const consent = new ConsentNotice();
  const ghostText: GhostTextProvider = new GhostTextProvider({
    folders,
    documents,
    isOn,
    lastSuggestion,
    nextEdits: line,
    onRequest: (folder) => consent.beforeRequest(folder, api, permissions),
    onRequested: (document) => firstKeys.onRequested(document),
    onShown: (isShown) => contextKeys.set('suggesting', isShown),
    onNoSuggestion: (reason) => sayWhyNothing(reason, parts.status.snapshot()),
  });
  const firstKeys = owned.add(new FirstKeys((editor) => ghostText.request(editor), documents));
  const mayPrefill = () => adaptation.progress === undefined;
  owned.add(new EarlyRequests({ folders, documents, isOn, mayPrefill }));
  owned.add(events.ready.event((folder) => void ghostText.repeat(folder)));
  owned.add(vscode.languages.registerInlineCompletionItemProvider({ pattern: '**' }, ghostText));
  return [completions({ ...parts, ghostText, lastSuggestion, nextEdits: line }), surface];
}

/** Every surface of the editor, a line each. A deleted surface loses its folder and its line. */
function surfacesOf(parts: Parts, owned: DisposableStore, surfaces: () => readonly Surface[]): Surface[] {
  const onDeleted = () => {
    for (const { deleted } of surfaces()) deleted?.();
  };
  const kept = owned.add(new KeptView({ ...parts, sends: () => surfaces().flatMap(({ sends }) => sends ?? []) }));
  return [
    ...editorSurfaces(parts, owned),
    panelSurface({ ...parts, kept }),
    exporting(parts),
    adaptations({ ...parts, onDeleted }),
    largeModel(parts),
    localModel(parts),
    textTasks({ ...parts, onTasks: (hasTask) => parts.contextKeys.set('hasTask', hasTask) }, owned),
    writing(parts),
  ];
}

/** Each part is made from those above it. `begin` starts the work that finishes after activation. */
function construct(context: vscode.ExtensionContext, owned: DisposableStore) {
  const { extensionUri: extension } = context;
  let surfaces: readonly Surface[] = [];
  const large = largeModelParts(context, owned);
  const secretsOf = async (folder: FolderRef): Promise<readonly string[]> =>
    (await folders.peek(folder)?.secrets.known())?.all ?? [];
  const models = { ...large, ...localModelParts(large, owned, secretsOf) };
  const sessions = { ...models, ...folderParts(models, owned) };
  const parts = { ...sessions, ...panelParts(sessions, owned, extension, () => surfaces), extension };
  const { adaptation, api, bases, configuration, contextKeys, events, folders, key, learned, log, neural } = parts;
  const { problems, status } = parts;
  surfaces = surfacesOf(parts, owned, () => surfaces);
  owned.add(registerCommands(surfaces, log));
  status.changed();
  log.redact = (line) => folders.all.reduce((redacted, { secrets }) => secrets.line(redacted), line);
  const onPermissions = () => {
    folders.checkApi();
    status.changed();
  };
  const onApi = () => {
    api.reset();
    problems.clear();
    onPermissions();
  };
  for (const subscription of [
    events.change.event(() => status.changed()),
    events.api.event(onApi),
    events.permissions.event(onPermissions),
    events.neural.event(() => folders.openNeural()),
    events.engineRestart.event(() => folders.onEngineRestarted()),
    configuration.onDidChange(() => {
      onApi();
      void key.load();
      bases.configure();
      neural.configure();
      adaptation.configure();
    }),
    status.onDidChange((snapshot) => contextKeys.update(snapshot)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => folders.reindexTrusted()),
  ])
    owned.add(subscription);
  void key.load();
  void api.load().then(onApi);
  const begin = () => {
    bases.begin();
    folders.startFirst();
    for (const surface of surfaces) surface.begin?.();
    void learned.sendAll();
  };
  return { log, begin };
}

type Context = Pick<vscode.ExtensionContext, 'extensionPath' | 'globalStorageUri' | 'globalState' | 'secrets'>;
