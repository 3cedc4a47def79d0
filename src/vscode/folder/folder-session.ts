// A folder's session: its specialist (its worker and the window's neural engine), its router model, and the
// completion service.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotName } from '../../adapt/models/served.ts';
import type { AdaptReport } from '../../adapt/report/adapt-report.ts';
import type { Clock } from '../../common/clock.ts';
import type { Draft } from '../../common/completion.ts';
import { Part } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import { FolderWorkerClient } from '../../specialist/ngram/folder-worker-client.ts';
import { RacingSpecialist } from '../../suggest/racing-specialist.ts';
import { Suggester } from '../../suggest/suggester.ts';
import type { CompletionEvent, CompletionSettings } from '../../suggest/suggestion.ts';
import type { Api } from '../api/api.ts';
import type { WindowEngine } from '../bases/window-engine.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { type Paths, specialistFolder } from '../editor/paths.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import type { Configuration } from '../settings/configuration.ts';
import { isLanguageEnabled, parts } from '../settings/levels.ts';
import type { Settings } from '../settings/settings.ts';
import { ActiveAdaptation } from './active-adaptation.ts';
import type { Documents } from './documents.ts';
import { SessionSecrets } from './session-secrets.ts';

export interface SessionDeps {
  readonly paths: Paths;
  readonly api: Api;
  readonly configuration: Configuration;
  readonly documents: Documents;
  readonly neural: WindowEngine;
  readonly store: StoreOwner;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: CompletionEvent, folder: FolderRef) => void;
  readonly onChange: () => void;
  /** Called if a better answer may be available for an unanswered request. */
  readonly onReady: (folder: FolderRef) => void;
}

let sessions = 0;

/** A snapshot younger than this is not rebuilt after a reload, ms. */
const staleMs = 10 * 60_000;

export class FolderSession extends Part<SessionDeps> {
  readonly folder: FolderRef;
  readonly specialist: RacingSpecialist;
  readonly service: Suggester;
  readonly secrets: SessionSecrets;
  readonly ngram: FolderWorkerClient;
  readonly adaptation: ActiveAdaptation;
  /** The documents that the local models do not parse any more, learned from their drafts. */
  private readonly unparsed = new Set<string>();
  /** Number of indexed files; undefined without an index. */
  indexedFiles: number | undefined;
  /** Why this folder, or a part of it, cannot be indexed, for the user. */
  problem: string | undefined;
  isStarting = true;
  private willReopen = false;
  /** Identifies the large model that may be called; '' if none. */
  private largeModel: string;

  constructor(folder: FolderRef, deps: SessionDeps) {
    super(deps);
    this.folder = folder;
    const { paths, log, clock, api } = deps;
    this.largeModel = api.allowedModel(folder);
    this.adaptation = new ActiveAdaptation({
      specialistFolder: this.specialistFolder,
      shipped: () => deps.neural.shipped,
      apiModel: () => api.model,
      isNeuralOff: () => deps.neural.absence === 'off',
      onOutdated: (reason) => log.warn(`${folder.name}: ${reason}`),
    });
    this.secrets = this.add(new SessionSecrets(folder.root !== undefined));
    this.ngram = this.add(
      new FolderWorkerClient({
        script: paths.folderWorker,
        tokenizerPath: deps.neural.shipped.tokenizer,
        clock,
        log,
        onRevived: () => deps.onReady(folder),
        onPaused: () => deps.onChange(),
      }),
    );
    this.specialist = this.add(
      new RacingSpecialist({
        ngram: this.ngram,
        // The key is unique, so that closing an earlier session does not close this one.
        key: `${folder.key}#${++sessions}`,
        clock,
        log,
        patienceMs: deps.neural.tuning.patienceMs,
        onState: () => deps.onChange(),
        onReady: () => deps.onReady(folder),
      }),
    );
    this.service = this.add(
      new Suggester({
        specialist: this.specialist,
        llm: () => api.llm(folder),
        routerFor: (draft) => this.adaptation.fitFor(this.isNgramOnly(draft) ? 'ngram' : 'mixed'),
        settings: ({ path }) => completionSettings(deps.configuration.for(folder.uri), this.maySend(path)),
        clock,
        redact: this.secrets,
        backoff: api.backoff,
        onEvent: (event) => deps.onEvent(event, folder),
        onUnparsed: (path, reason) => this.noteUnparsed(path, reason),
        onReady: () => deps.onReady(folder),
        log,
      }),
    );
  }

  /** Call after the stored data was loaded. Without an index the neural model uses only open files. */
  finishStart(): void {
    this.isStarting = false;
    if (this.specialist.state.kind === 'off') this.openNeural();
    this.deps.onChange();
  }

  private noteUnparsed(path: string, reason: string): void {
    if (this.unparsed.has(path)) return;
    this.unparsed.add(path);
    this.deps.log.warn(`${path} is not parsed any more: ${reason}`);
  }

  get specialistFolder(): string | undefined {
    const { root } = this.folder;
    return root === undefined ? undefined : specialistFolder(this.deps.paths.storage, root);
  }

  /** Opens the folder's neural model with the current snapshot and settings, or closes it. */
  openNeural(): void {
    if (this.isDisposed) return;
    const { neural } = this.deps;
    if (neural.absence !== undefined) this.specialist.close();
    else void this.specialist.open(neural, neural.serving(this.adaptation.current()));
  }

  /** Applies changed permissions, key or settings: aborts calls that are no longer allowed and drops their answers. */
  checkApi(): void {
    const previousModel = this.largeModel;
    this.largeModel = this.deps.api.allowedModel(this.folder);
    if (previousModel !== '' && previousModel !== this.largeModel) this.service.reset();
  }

  /** Reopens the model once after several changes. A starting session opens it by itself. */
  reopenNeural(): void {
    if (this.willReopen || (this.isStarting && this.specialist.state.kind === 'off')) return;
    this.willReopen = true;
    queueMicrotask(() => {
      this.willReopen = false;
      this.openNeural();
    });
  }

  /** Loads stored data. False: there is no readable index. */
  async restore(): Promise<boolean> {
    const { specialistFolder: folder, deps } = this;
    if (folder === undefined) return true;
    const row = deps.store.get().latestAdaptation(this.folder.storeName);
    this.problem = this.adaptation.restore(row) ?? this.problem;
    const snapshot = join(folder, snapshotName);
    if (!existsSync(snapshot)) return false;
    return this.load(snapshot);
  }

  /** Whether the index is from an earlier session, so that files may have changed since. */
  isStale(): boolean {
    const folder = this.specialistFolder;
    if (folder === undefined) return false;
    const written = statSync(join(folder, snapshotName), { throwIfNoEntry: false })?.mtimeMs;
    return written !== undefined && this.deps.clock.now() - written > staleMs;
  }

  /** Loads a snapshot that a run has written; `since` is `ngram.mark()` from before the run. */
  async load(snapshot: string, since?: number): Promise<boolean> {
    const loaded = await this.ngram.load(snapshot, since);
    if (this.isDisposed) return false;
    if (!loaded.ok) {
      this.deps.log.warn(`${this.folder.name}: ${loaded.error.message}`);
      return false;
    }
    this.indexedFiles = loaded.value.files;
    this.openNeural();
    this.service.renew();
    this.deps.onChange();
    this.deps.onReady(this.folder);
    return true;
  }

  adopt(report: AdaptReport, finishedAt: number, fit: RouterModel | undefined): void {
    if (fit) this.adaptation.adopt(report, finishedAt, fit);
    this.problem = report.harvest.faults.join(' ') || undefined;
    this.service.renew();
    this.deps.onChange();
  }

  fail(message: string): void {
    this.problem = message;
    this.deps.onChange();
  }

  /** Whether the n-gram model alone made this draft, or would make the next one. */
  private isNgramOnly(draft: Draft | undefined): boolean {
    return draft ? draft.model === this.ngram.name : this.specialist.state.kind !== 'ready';
  }

  /** Whether this file may be sent to the large model. */
  private maySend(path: string): boolean {
    const { deps, folder } = this;
    const isAllowed = this.secrets.isComplete && deps.api.state(folder) === 'available';
    return isAllowed && deps.documents.mayLeave({ folder, path });
  }
}

/** The settings of the completion service, from the editor's of a folder. */
export function completionSettings(settings: Settings, apiAllowed: boolean): CompletionSettings {
  const { balance, minimumConfidence } = settings;
  return {
    ...settings,
    offIn: parts.filter((part) => !isLanguageEnabled(settings.enable, part)),
    threshold: minimumConfidence,
    apiAllowed,
    // From 0.5 on, the likelier model is wanted.
    localFirst: balance < 0.5,
    prefetchFromApi: balance === 1,
  };
}
