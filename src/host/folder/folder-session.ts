// One folder at work: its specialist (a worker's n-grams and the window's neural engine), its coupling, and the service that answers.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../common/clock.ts';
import type { CompletionQuery, Draft } from '../../common/completion.ts';
import { DisposableStore } from '../../common/disposable.ts';
import type { Log } from '../../common/log.ts';
import type { Masking } from '../../common/masking.ts';
import { CompletionService } from '../../complete/service.ts';
import { type Drafted, MixedSpecialist } from '../../complete/specialist.ts';
import type { CompletionEvent, CompletionSettings } from '../../complete/types.ts';
import { defaultFit } from '../../coupling/defaults.ts';
import { parseFit } from '../../coupling/serialise.ts';
import type { CouplingFit } from '../../coupling/types.ts';
import { baseAlone, type CurrentModel, currentModel, type Shipped } from '../../distil/folder-models.ts';
import { holdsAlone, holdsMixed } from '../../distil/outdated.ts';
import { snapshotName } from '../../distil/specialist-files.ts';
import { storedFit, storedReport } from '../../distil/stored.ts';
import type { AdaptReport } from '../../distil/types.ts';
import { NgramClient } from '../../ngram/client.ts';
import type { FileChange } from '../../ngram/protocol.ts';
import type { Api } from '../api/api.ts';
import type { Neural } from '../bases/window-engine.ts';
import type { Configuration } from '../configuration.ts';
import { type Paths, specialistFolder } from '../paths.ts';
import type { StoreOwner } from '../store-owner.ts';
import type { FileRules } from './file-rules.ts';
import type { FolderRef } from './folder-ref.ts';
import { withMaskedPaths } from './masked-paths.ts';
import { SessionSecrets } from './session-secrets.ts';

export interface SessionDeps {
  readonly paths: Paths;
  readonly api: Api;
  readonly configuration: Configuration;
  readonly rules: FileRules;
  readonly neural: Neural;
  readonly store: StoreOwner;
  readonly clock: Clock;
  readonly log: Log;
  readonly onEvent: (event: CompletionEvent, folder: FolderRef, mask: Masking) => void;
  /** Its adaptation is set aside: it was made for another base. Once a session. */
  readonly onOutdated: (folder: FolderRef) => void;
  readonly onChange: () => void;
  /** A draft of the base came. */
  readonly onDrafted: (drafted: Drafted) => void;
  /** The specialist knows more than before: what got no answer may get one now. */
  readonly onReady: (folder: FolderRef) => void;
}

/** A coupling for each kind of draft: one that the n-grams made alone says other things of itself than one of both models. */
interface Fits {
  readonly ngram: CouplingFit;
  readonly mixed: CouplingFit;
}

const defaultFits = (): Fits => ({ ngram: defaultFit(), mixed: defaultFit() });
let sessions = 0;

/** With no API to ask, a draft half as sure is still worth showing. */
const fallbackShare = 0.5;
/** A window that is reloaded at once need not index again, ms. */
const staleMs = 10 * 60_000;

export class FolderSession extends DisposableStore {
  readonly folder: FolderRef;
  readonly specialist: MixedSpecialist;
  readonly service: CompletionService;
  readonly secrets: SessionSecrets;
  private readonly deps: SessionDeps;
  private readonly ngram: NgramClient;
  private fits: Fits = defaultFits();
  /** What the last adaptation fitted, whether or not it holds for what serves now. */
  private learned: { readonly fits: Fits; readonly report: AdaptReport } | undefined;
  private lastReport: { readonly report: AdaptReport; readonly finishedAt: number } | undefined;
  private files: number | undefined;
  private problem: string | undefined;
  private outdated = false;
  private starting = true;
  private reopening = false;
  /** Snapshot and adaptation on disk as they were taken over last. */
  private taken = '';

  constructor(folder: FolderRef, deps: SessionDeps) {
    super();
    this.folder = folder;
    this.deps = deps;
    const { paths, log, clock, api } = deps;
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
        // A session that begins anew must not be closed by the one before it.
        key: `${folder.key}#${++sessions}`,
        clock,
        log,
        patienceMs: deps.neural.tuning.patienceMs,
        onState: deps.onChange,
        onReady: () => deps.onReady(folder),
        onDrafted: (drafted) =>
          this.specialist.state.kind === 'ready' && this.specialist.state.name === 'base' && deps.onDrafted(drafted),
      }),
    );
    this.service = this.add(
      new CompletionService({
        specialist: withMaskedPaths(this.specialist, this.secrets),
        teacher: () => api.teacher(folder),
        fit: (draft) => this.fitFor(draft),
        settings: (query) => this.settings(query),
        clock,
        mask: this.secrets,
        backoff: api.backoff,
        onEvent: (event) => deps.onEvent(event, folder, this.secrets),
        log,
      }),
    );
  }

  get isStarting(): boolean {
    return this.starting;
  }

  /** What there was to begin with is there. Without an index the neural model still answers from the open files. */
  begun(): void {
    this.starting = false;
    if (this.specialist.state.kind === 'off') this.openNeural();
    this.deps.onChange();
  }

  /** Files in the index; undefined while there is none. */
  get indexedFiles(): number | undefined {
    return this.files;
  }

  /** What keeps this folder from being learned from, for the user. */
  get trouble(): string | undefined {
    return this.problem;
  }

  /** Its adaptation was made with another tokenizer or base than ships now: it is kept, and not used. */
  get isOutdated(): boolean {
    return this.outdated;
  }

  get report(): { readonly report: AdaptReport; readonly finishedAt: number } | undefined {
    return this.lastReport;
  }

  get specialistFolder(): string | undefined {
    const { root } = this.folder;
    return root === undefined ? undefined : specialistFolder(this.deps.paths.storage, root);
  }

  /** Open documents and files changed since they were indexed, as the specialists hold them. */
  get followed(): readonly FileChange[] {
    return this.ngram.changed();
  }

  /** This moment, for `load`: taken before a run reads the folder's files. */
  mark(): number {
    return this.ngram.mark();
  }

  /** Opens the folder's neural model in the engine, with the snapshot and the settings that there are now; or lets it go. */
  openNeural(): void {
    if (this.isDisposed) return;
    const { neural } = this.deps;
    if (neural.absence !== undefined) this.specialist.close();
    else {
      void this.specialist.open(neural, neural.serving(this.hold()));
    }
  }

  /**
   * Another model serves, or in another way: opened once for all that one setting changes. A session that has not opened one yet will do so
   * by itself, when it has begun.
   */
  reopenNeural(): void {
    if (this.reopening || (this.starting && this.specialist.state.kind === 'off')) return;
    this.reopening = true;
    queueMicrotask(() => {
      this.reopening = false;
      this.openNeural();
    });
  }

  /** The model for what serves now, and with it the couplings: of what an adaptation fitted, those that hold for it. */
  private hold(): CurrentModel {
    const { learned, shipped, deps } = this;
    const own = this.specialistFolder;
    const current = own === undefined ? baseAlone(shipped) : currentModel(own, shipped);
    if (current.setAside?.code === 'mismatched' && deps.neural.absence !== 'off')
      this.setAside(current.setAside.message);
    const alone = learned !== undefined && holdsAlone(learned.report, shipped.tokenizer);
    const both = learned !== undefined && holdsMixed(learned.report, current, shipped);
    if (learned && !alone) this.setAside('what was adapted to it was made with another tokenizer, and is not used.');
    const none = defaultFits();
    this.fits = { ngram: alone ? learned.fits.ngram : none.ngram, mixed: both ? learned.fits.mixed : none.mixed };
    return current;
  }

  /** The user should adapt again. */
  private setAside(why: string): void {
    if (this.outdated) return;
    this.outdated = true;
    this.deps.log.warn(`${this.folder.name}: ${why}`);
    this.deps.onOutdated(this.folder);
  }

  private get shipped(): Shipped {
    return this.deps.neural.shipped;
  }

  /** Loads what earlier sessions left. False: there is no index yet, or none that can be read. */
  async restore(): Promise<boolean> {
    this.restoreAdaptation();
    const folder = this.specialistFolder;
    if (folder === undefined) return true;
    const snapshot = join(folder, snapshotName);
    if (!existsSync(snapshot)) return false;
    return this.load(snapshot);
  }

  /** Takes over what another window has left on disk meanwhile: a new index, an adaptation. */
  async refresh(): Promise<void> {
    if (this.starting || this.specialistFolder === undefined || this.onDisk() === this.taken) return;
    await this.restore();
  }

  private onDisk(): string {
    const { folder, specialistFolder, deps } = this;
    const snapshot = statSync(join(specialistFolder ?? '', snapshotName), { throwIfNoEntry: false });
    return `${snapshot?.mtimeMs} ${deps.store.get().latestAdaptation(folder.storeName)?.finishedAt}`;
  }

  /** Its index is from an earlier session: files may have changed while nobody watched. */
  isStale(): boolean {
    const folder = this.specialistFolder;
    if (folder === undefined) return false;
    const written = statSync(join(folder, snapshotName), { throwIfNoEntry: false })?.mtimeMs;
    return written !== undefined && this.deps.clock.now() - written > staleMs;
  }

  /** Takes over a snapshot that a run has written; `since` is the specialist's mark from before the run. */
  async load(snapshot: string, since?: number): Promise<boolean> {
    // Before it is read: what is written meanwhile is news.
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
    this.service.reset();
    this.deps.onChange();
    this.deps.onReady(this.folder);
    return true;
  }

  adopt(report: AdaptReport, finishedAt: number, fit: CouplingFit | undefined): void {
    if (fit) {
      this.learned = { fits: fitsOf(fit, report), report };
      this.lastReport = { report, finishedAt };
      this.hold();
      // Whatever is still set aside, the user has just done what there is to do.
      this.outdated = false;
    }
    this.problem = undefined;
    this.service.reset();
    this.deps.onChange();
  }

  fail(message: string): void {
    this.problem = message;
    this.deps.onChange();
  }

  /** After 'Delete Stored Data': as on the first day. */
  forget(): void {
    this.learned = undefined;
    this.fits = defaultFits();
    this.lastReport = undefined;
    this.files = undefined;
    this.problem = undefined;
    this.outdated = false;
    this.service.reset();
    this.deps.onChange();
  }

  private fitFor(draft: Draft | undefined): CouplingFit {
    const alone = draft ? draft.model === this.ngram.name : this.specialist.state.kind !== 'ready';
    return alone ? this.fits.ngram : this.fits.mixed;
  }

  private restoreAdaptation(): void {
    if (this.specialistFolder === undefined) return;
    const row = this.deps.store.get().latestAdaptation(this.folder.storeName);
    const report = row && storedReport(row.report);
    const fit = row && storedFit(row.coupling);
    if (fit && !fit.ok) this.problem = fit.error.message;
    if (row && report) {
      if (fit?.ok) this.learned = { fits: fitsOf(fit.value, report), report };
      this.lastReport = { report, finishedAt: row.finishedAt };
    }
    this.hold();
  }

  private settings({ path }: CompletionQuery): CompletionSettings {
    const { api, configuration, rules } = this.deps;
    const settings = configuration.for(this.folder.uri);
    return {
      balance: settings.localOnly ? 0 : settings.balance,
      showBar: settings.showBar,
      fallbackBar: settings.showBar * fallbackShare,
      multiline: settings.multiline,
      apiAllowed:
        this.secrets.isComplete && api.state(this.folder) === 'available' && rules.mayLeave(this.folder, path),
      apiDebounceMinMs: settings.apiDebounceMin,
      apiDebounceMaxMs: Math.max(settings.apiDebounceMin, settings.apiDebounceMax),
      prefetchFromApi: settings.balance === 1,
    };
  }
}

/** A run with a neural part fits its coupling on mixed drafts, and beside it one for those that the n-grams make alone. */
function fitsOf(fit: CouplingFit, { neural }: AdaptReport): Fits {
  if (!neural) return { ...defaultFits(), ngram: fit };
  const alone = parseFit(neural.ngramCoupling);
  return { ngram: alone.ok ? alone.value : defaultFit(), mixed: fit };
}
