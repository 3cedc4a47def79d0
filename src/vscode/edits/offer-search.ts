// Searches for the next edits at a pause in typing.
import { Part } from '../../common/disposable.ts';
import type { Edit, NextEdit, TextFile } from '../../workspace/edits/edit.ts';
import type { FolderRef } from '../editor/folder-ref.ts';
import { window } from '../editor/window.ts';
import type { EditSearchDeps } from './edit-source.ts';

export interface OfferSearchDeps extends Omit<EditSearchDeps, 'documents'> {
  /** Rules and places that are not offered after these edits. Undefined: nothing is offered. */
  readonly ignored: (edits: readonly Edit[]) => readonly string[] | undefined;
  /** Called with what was found. Returns whether there is an edit to offer. */
  readonly onFound: (found: FoundEdits) => boolean;
  /** Called if nothing may be offered in the active editor. */
  readonly onOff: () => void;
}

export interface FoundEdits {
  readonly folder: FolderRef;
  /** The journal's. */
  readonly edits: readonly Edit[];
  /** Open documents. */
  readonly documents: readonly TextFile[];
  /** Best first. */
  readonly repeated: readonly NextEdit[];
}

/** The search begins after this pause in typing, ms. */
const restMs = 300;
/** Time for the search, ms. It runs on another thread. */
const searchMs = 100;
/** If nothing was found, the search is repeated once: on a busy machine the first one may have run out of time, ms. */
const again = { restMs: 1000, searchMs: 1000 };

export class OfferSearch extends Part<OfferSearchDeps> {
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  /** Time for the search that comes or runs, ms. */
  private limit = searchMs;

  constructor(deps: OfferSearchDeps) {
    super(deps);
    this.add({ dispose: () => this.cancel() });
  }

  /**
   * Whether the user has just typed: a search comes soon or runs, and the offers are of an earlier text. The repeated
   * search does not count: it follows one that found nothing.
   */
  get isWaiting(): boolean {
    return this.limit === searchMs && (this.timer !== undefined || this.running !== undefined);
  }

  soon(ms = restMs, limit = searchMs): void {
    clearTimeout(this.timer);
    this.limit = limit;
    this.timer = setTimeout(() => void this.run(limit), ms);
  }

  /** Searches at once if a search was to come or runs: only then are the positions those of the present text. */
  async finish(): Promise<void> {
    if (this.timer !== undefined || this.running !== undefined) await this.run();
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running?.abort();
    this.running = undefined;
  }

  /** Searches now. A search that runs is given up. @param ms time for it */
  async run(ms = searchMs): Promise<void> {
    const { folders, journals, log, isOn, onFound, onOff } = this.deps;
    this.cancel();
    this.limit = ms;
    journals.forgetOutside();
    const document = window.activeTextEditor?.document;
    const recorded = document && journals.recordedOf(document);
    if (!recorded || !isOn(recorded.folder, document.languageId)) return onOff();
    const { folder } = recorded;
    const edits = journals.editsOf(folder);
    const ignored = this.deps.ignored(edits);
    if (ignored === undefined) return onOff();
    const running = new AbortController();
    this.running = running;
    try {
      const documents = journals.documentsOf(folder, document);
      const input = { edits, documents, ignored, ms };
      const { signal } = running;
      const repeated =
        edits.length === 0 ? [] : await this.noneIfFailed(folders.of(folder).ngram.nextEdits(input, signal), signal);
      if (running.signal.aborted || this.isDisposed) return;
      this.running = undefined;
      const isFound = onFound({ folder, edits, documents, repeated });
      if (!isFound && edits.length > 0 && ms === searchMs) this.soon(again.restMs, again.searchMs);
    } catch (error) {
      if (running.signal.aborted) return;
      this.running = undefined;
      log.error('The next edit was not found', error);
    }
  }

  /** No edits if the search fails: those of the other sources are offered, and earlier offers are withdrawn. */
  private async noneIfFailed(search: Promise<readonly NextEdit[]>, signal: AbortSignal): Promise<readonly NextEdit[]> {
    try {
      return await search;
    } catch (error) {
      if (!signal.aborted) this.deps.log.error('Repeated edits were not found', error);
      return [];
    }
  }
}
