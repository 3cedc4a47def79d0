// A folder's session: its specialist (n-gram worker and the window's neural engine), its router model, and the
// completion service.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotName } from '../../adaptation/models/specialist-files.ts';
import type { AdaptReport } from '../../adaptation/report/types.ts';
import type { Clock } from '../../common/clock.ts';
import type { Draft } from '../../common/completion.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { Redactor } from '../../common/redaction.ts';
import { CompletionService } from '../../completion/service.ts';
import { MixedSpecialist } from '../../completion/specialist.ts';
import type { CompletionEvent } from '../../completion/types.ts';
import type { RouterModel } from '../../routing/router-model.ts';
import { NgramClient } from '../../specialist/ngram/client.ts';
import type { FileChange } from '../../specialist/ngram/protocol.ts';
import type { Api } from '../api/api.ts';
import type { Served } from '../api/served-specialist.ts';
import type { Neural } from '../bases/window-engine.ts';
import type { Configuration } from '../editor/configuration.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { type Paths, specialistFolder } from '../editor/paths.ts';
import type { StoreOwner } from '../editor/store-owner.ts';
import { Adopted, type SetAside, type StoredAdaptation } from './adopted.ts';
import { completionSettings } from './completion-settings.ts';
import type { FileRules } from './file-rules.ts';
import { withRedactedPaths } from './redacted-paths.ts';
import { SessionSecrets } from './session-secrets.ts';

export interface SessionDeps {
  readonly paths: Paths;
  readonly api: Api;
  readonly configuration: Configuration;
  readonly rules: FileRules;
  readonly neural: Neural;
  readonly served: Served;
  readonly store: StoreOwner;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: CompletionEvent, folder: FolderRef, redact: Redactor) => void;
  /** Its adaptation is not used because it was made for another base. Called once per session. */
  readonly onOutdated: (folder: FolderRef) => void;
  readonly onChange: () => void;
  /** A better answer may be available for an unanswered request. */
  readonly onReady: (folder: FolderRef) => void;
}

let sessions = 0;

/** A snapshot younger than this is not rebuilt after a reload, ms. */
const staleMs = 10 * 60_000;

export class FolderSession extends DisposableStore {
  readonly folder: FolderRef;
  readonly specialist: MixedSpecialist;
  readonly service: CompletionService;
  readonly secrets: SessionSecrets;
  private readonly deps: SessionDeps;
  private readonly ngram: NgramClient;
  private readonly adopted: Adopted;
  private files: number | undefined;
  private problem: string | undefined;
  private starting = true;
  private reopening = false;
  private servedNow = false;
  /** The large model that may be called; '' if none. */
  private asked: string;
  /** Snapshot and adaptation on disk as of the last load. */
  private taken = '';

  constructor(folder: FolderRef, deps: SessionDeps) {
    super();
    this.folder = folder;
    this.deps = deps;
    const { paths, log, clock, api } = deps;
    this.asked = api.whom(folder);
    this.adopted = new Adopted({
      specialistFolder: this.specialistFolder,
      shipped: () => deps.neural.shipped,
      apiModel: () => api.model,
      isOff: () => deps.neural.absence === 'off',
      onOutdated: (why) => {
        log.warn(`${folder.name}: ${why}`);
        deps.onOutdated(folder);
      },
    });
    this.secrets = this.add(new SessionSecrets(folder.root !== undefined));
    this.ngram = this.add(
      new NgramClient({
        script: paths.ngramWorker,
        tokenizerPath: deps.neural.shipped.tokenizer,
        log,
        onRevived: () => deps.onReady(folder),
      }),
    );
    this.specialist = this.add(
      new MixedSpecialist({
        ngram: this.ngram,
        // Unique: closing an earlier session must not close this one.
        key: `${folder.key}#${++sessions}`,
        clock,
        log,
        patienceMs: deps.neural.tuning.patienceMs,
        onState: () => {
          const { state } = this.specialist;
          if (state.kind === 'failed' && this.servedNow) deps.served.failed(state.failure);
          deps.onChange();
        },
        onReady: () => deps.onReady(folder),
      }),
    );
    this.service = this.add(
      new CompletionService({
        specialist: withRedactedPaths(this.specialist, this.secrets),
        llm: () => api.llm(folder),
        fit: (draft) => this.adopted.fitFor(this.isAlone(draft) ? 'ngram' : 'mixed'),
        settings: ({ path }) => completionSettings(deps.configuration.for(folder.uri), this.mayAsk(path)),
        clock,
        redact: this.secrets,
        backoff: api.backoff,
        onEvent: (event) => deps.onEvent(event, folder, this.secrets),
        onReady: () => deps.onReady(folder),
        log,
      }),
    );
  }

  get isStarting(): boolean {
    return this.starting;
  }

  /** Stored data is loaded. Without an index the neural model answers from open files. */
  begun(): void {
    this.starting = false;
    if (this.specialist.state.kind === 'off') this.openNeural();
    this.deps.onChange();
  }

  /** Number of indexed files; undefined without an index. */
  get indexedFiles(): number | undefined {
    return this.files;
  }

  /** Why this folder cannot be indexed, for the user. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /** Host of the server that drafts here; undefined if this machine does. */
  get servedBy(): string | undefined {
    const { host, model } = this.deps.served;
    return this.servedNow ? `${model} (${host})` : undefined;
  }

  get setAside(): SetAside | undefined {
    return this.adopted.setAside;
  }

  get report(): StoredAdaptation | undefined {
    return this.adopted.last;
  }

  get specialistFolder(): string | undefined {
    const { root } = this.folder;
    return root === undefined ? undefined : specialistFolder(this.deps.paths.storage, root);
  }

  /** Open documents and files that changed since they were indexed. */
  get followed(): readonly FileChange[] {
    return this.ngram.changed();
  }

  /** A mark for `load`, taken before a run reads the folder's files. */
  mark(): number {
    return this.ngram.mark();
  }

  /** Opens the folder's neural model with the current snapshot and settings, or closes it. */
  openNeural(): void {
    if (this.isDisposed) return;
    const { neural, served, rules } = this.deps;
    this.servedNow = served.state(this.folder) === 'serves';
    if (this.servedNow) {
      const mayLeave = (path: string) => this.secrets.isComplete && rules.mayLeave(this.folder, path);
      const { engine, model } = served.engine({ redact: this.secrets, mayLeave });
      // Selects the router models that apply.
      this.adopted.current();
      void this.specialist.open(engine, model);
    } else if (neural.absence !== undefined) this.specialist.close();
    else void this.specialist.open(neural, neural.serving(this.adopted.current()));
  }

  /** Applies changed permissions or a changed server. */
  checkServed(): void {
    if ((this.deps.served.state(this.folder) === 'serves') !== this.servedNow) this.reopenNeural();
  }

  /** Applies changed permissions, key or settings: aborts calls that are no longer allowed and drops their answers. */
  checkApi(): void {
    const { asked } = this;
    this.asked = this.deps.api.whom(this.folder);
    if (asked !== '' && asked !== this.asked) this.service.reset();
  }

  /** Reopens the model once after several changes. A starting session opens it by itself. */
  reopenNeural(): void {
    if (this.reopening || (this.starting && this.specialist.state.kind === 'off')) return;
    this.reopening = true;
    queueMicrotask(() => {
      this.reopening = false;
      this.openNeural();
    });
  }

  /** Loads stored data. False: there is no readable index. */
  async restore(): Promise<boolean> {
    const { specialistFolder: folder, deps } = this;
    if (folder === undefined) return true;
    this.problem = this.adopted.restore(deps.store.get().latestAdaptation(this.folder.storeName)) ?? this.problem;
    const snapshot = join(folder, snapshotName);
    if (!existsSync(snapshot)) return false;
    return this.load(snapshot);
  }

  /** Loads a new index or adaptation that another window has written. */
  async refresh(): Promise<void> {
    if (this.starting || this.specialistFolder === undefined || this.onDisk() === this.taken) return;
    await this.restore();
  }

  private onDisk(): string {
    const { folder, specialistFolder, deps } = this;
    const snapshot = statSync(join(specialistFolder ?? '', snapshotName), { throwIfNoEntry: false });
    return `${snapshot?.mtimeMs} ${deps.store.get().latestAdaptation(folder.storeName)?.finishedAt}`;
  }

  /** Whether the index is from an earlier session, so that files may have changed since. */
  isStale(): boolean {
    const folder = this.specialistFolder;
    if (folder === undefined) return false;
    const written = statSync(join(folder, snapshotName), { throwIfNoEntry: false })?.mtimeMs;
    return written !== undefined && this.deps.clock.now() - written > staleMs;
  }

  /** Loads a snapshot that a run has written; `since` is the mark from before the run. */
  async load(snapshot: string, since?: number): Promise<boolean> {
    // Before reading: a later write must be detected.
    const taken = this.onDisk();
    const loaded = await this.ngram.load(snapshot, since);
    if (this.isDisposed) return false;
    this.taken = taken;
    if (!loaded.ok) {
      this.deps.log.warn(`${this.folder.name}: ${loaded.error.message}`);
      return false;
    }
    this.files = loaded.value.files;
    this.openNeural();
    this.service.renew();
    this.deps.onChange();
    this.deps.onReady(this.folder);
    return true;
  }

  adopt(report: AdaptReport, finishedAt: number, fit: RouterModel | undefined): void {
    if (fit) this.adopted.learn(report, finishedAt, fit);
    this.problem = undefined;
    this.service.renew();
    this.deps.onChange();
  }

  fail(message: string): void {
    this.problem = message;
    this.deps.onChange();
  }

  /** Resets the session after 'Delete Stored Data'. */
  forget(): void {
    this.adopted.forget();
    this.files = undefined;
    this.problem = undefined;
    this.service.reset();
    this.deps.onChange();
  }

  /** Whether the n-grams alone made this draft, or would make the next one. */
  private isAlone(draft: Draft | undefined): boolean {
    return draft ? draft.model === this.ngram.name : this.specialist.state.kind !== 'ready';
  }

  /** Whether this file may be sent to the API. */
  private mayAsk(path: string): boolean {
    const { api, rules } = this.deps;
    return this.secrets.isComplete && api.state(this.folder) === 'available' && rules.mayLeave(this.folder, path);
  }
}
