// Searches for the next edits at a pause in typing.
import { Part } from '../../common/disposable.ts';
import type { Edit, NextEdit, TextFile } from '../../edits/history/edit.ts';
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
  readonly after: SearchedAfter;
}

/** The user has typed: the offers are of an earlier text. Or the cursor rests, and they hold until better ones come. */
export type SearchedAfter = 'key' | 'rest';

/** The search begins after this pause in typing, ms. */
const restMs = 300;
/** Time for the search, ms. It runs on another thread. */
const searchMs = 100;
/** If nothing was found, the search is repeated once: on a busy machine the first one may have run out of time, ms. */
const again = { restMs: 1000, searchMs: 1000 };

export class OfferSearch extends Part<OfferSearchDeps> {
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  /** Of the search that comes or runs. */
  private after: SearchedAfter = 'key';

  constructor(deps: OfferSearchDeps) {
    super(deps);
    this.add({ dispose: () => this.cancel() });
  }

  /** Whether a search after a key comes soon or runs. */
  get isWaiting(): boolean {
    return this.after === 'key' && (this.timer !== undefined || this.running !== undefined);
  }

  soon(ms = restMs, limit = searchMs, after: SearchedAfter = 'key'): void {
    clearTimeout(this.timer);
    this.after = after;
    this.timer = setTimeout(() => void this.run(limit, after), ms);
  }

  /** The cursor was moved without a key: its line counts more once it rests. */
  moved(): void {
    if (!this.isWaiting) this.soon(restMs, searchMs, 'rest');
  }

  /** Searches at once if a search was to come or runs: only then are the positions those of the present text. */
  async finish(): Promise<void> {
    if (this.timer !== undefined || this.running !== undefined) await this.run();
  }

  /** Repeats a search that is to come, at once. */
  async hurry(): Promise<void> {
    if (this.timer !== undefined) await this.run(again.searchMs, 'rest');
  }

  cancel(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.running?.abort();
    this.running = undefined;
  }

  /** Searches now. A search that runs is given up. @param ms time for it */
  async run(ms = searchMs, after: SearchedAfter = 'key'): Promise<void> {
    const { folders, journals, log, isOn, onFound, onOff } = this.deps;
    this.cancel();
    this.after = after;
    journals.forgetOutside();
    const editor = window.activeTextEditor;
    const document = editor?.document;
    const recorded = document && journals.recordedOf(document);
    if (!recorded || !isOn(recorded.folder, document.languageId)) return onOff();
    const { folder, path } = recorded;
    const edits = journals.editsOf(folder);
    const ignored = this.deps.ignored(edits);
    if (ignored === undefined) return onOff();
    const running = new AbortController();
    this.running = running;
    try {
      const documents = journals.documentsOf(folder, document);
      const cursor = after === 'rest' ? { path, line: editor.selection.active.line } : undefined;
      const input = { edits, documents, ignored, cursor, ms };
      const { signal } = running;
      const repeated =
        edits.length === 0 ? [] : await this.noneIfFailed(folders.of(folder).ngram.nextEdits(input, signal), signal);
      if (running.signal.aborted || this.isDisposed) return;
      this.running = undefined;
      const isFound = onFound({ folder, edits, documents, repeated, after });
      if (!isFound && edits.length > 0 && after === 'key') this.soon(again.restMs, again.searchMs, 'rest');
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
