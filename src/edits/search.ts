// When next edits are searched for: at a pause in typing, and where the cursor rests.
import { Part } from '../common/disposable.ts';

/** The user has typed: the offers are of an earlier text. Or the cursor rests, and they hold until better ones come. */
export type SearchedAfter = 'key' | 'rest';

interface SearchDeps<Found> {
  /** Never rejects. @param ms time for it */
  readonly search: (ms: number, after: SearchedAfter, signal: AbortSignal) => Promise<Found>;
  /** Called with what was found. Returns whether to search again, longer. */
  readonly onFound: (found: Found, after: SearchedAfter) => boolean;
}

/** The search begins after this pause in typing, ms. */
const restMs = 300;
/** Time for the search, ms. It runs on another thread. */
const searchMs = 100;
/** If nothing was found, the search is repeated once: on a busy machine the first one may have run out of time, ms. */
const again = { restMs: 1000, searchMs: 1000 };

export class Search<Found> extends Part<SearchDeps<Found>> {
  private timer: NodeJS.Timeout | undefined;
  private running: AbortController | undefined;
  /** Of the search that comes or runs. */
  private after: SearchedAfter = 'key';

  constructor(deps: SearchDeps<Found>) {
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

  /** There may be another edit without a change of the user. */
  again(): void {
    if (!this.isWaiting) this.soon(0);
  }

  /** The cursor was moved without a key: its line counts more once it rests. */
  moved(): void {
    if (!this.isWaiting) this.soon(restMs, searchMs, 'rest');
  }

  /** Searches at once if a search was to come or runs: only then are the offsets those of the present text. */
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

  /** Searches now. A search that runs is given up. */
  async run(ms = searchMs, after: SearchedAfter = 'key'): Promise<void> {
    this.cancel();
    this.after = after;
    const running = new AbortController();
    this.running = running;
    const found = await this.deps.search(ms, after, running.signal);
    if (running.signal.aborted || this.isDisposed) return;
    this.running = undefined;
    if (this.deps.onFound(found, after) && after === 'key') this.soon(again.restMs, again.searchMs, 'rest');
  }
}
