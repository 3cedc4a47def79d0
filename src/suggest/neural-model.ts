// A folder's model in the neural engine: opens it over the n-gram snapshot, sends changes and requests, and reopens it
// after a crash.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import type { Failure } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { EditorEngine, LatencyEstimate, Requests } from '../specialist/engine/engine-protocol.ts';
import { type EditHistory, type FileChange, isAtOrBelow } from '../specialist/ngram/folder-worker-protocol.ts';

/** After this many failures in a row the engine is not used for the next PAUSE_MS. */
const MAX_FAILURES = 3;
const PAUSE_MS = 5 * 60_000;

type OpenRequest = Requests['open']['request'];

/** The model to open; the specialist adds key, snapshot and changes. */
export type ModelToOpen = Omit<OpenRequest, 'key' | 'snapshot' | 'changes'>;

export type NeuralState =
  | { readonly kind: 'off' }
  /** `wasReady`: whether the model was ready before. `checks`: its file has changed and is hashed, which takes long. */
  | { readonly kind: 'opening'; readonly name: string; readonly wasReady: boolean; readonly checks?: true }
  | { readonly kind: 'ready'; readonly name: string; readonly loadMs: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** The folder's index snapshot and the file changes since. */
export interface IndexState {
  readonly snapshot: string | undefined;
  changed(): readonly FileChange[];
}

export interface NeuralModelDeps {
  readonly index: IndexState;
  /** The folder's name in the engine, which several folders share. */
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onState: () => void;
  /** The model has been opened. */
  readonly onOpen: () => void;
}

interface Link {
  readonly engine: EditorEngine;
  readonly model: ModelToOpen;
}

export class NeuralModel {
  private readonly deps: NeuralModelDeps;
  private readonly pending = new PendingChanges();
  private history: EditHistory | undefined;
  private isHistorySent = false;
  private link: Link | undefined;
  /** The link that is open. */
  private opened: Link | undefined;
  private current: NeuralState = { kind: 'off' };
  private openingCount = 0;
  private failureCount = 0;
  private pausedUntil = 0;

  constructor(deps: NeuralModelDeps) {
    this.deps = deps;
  }

  get state(): NeuralState {
    return this.current;
  }

  /** Why the model does not answer; undefined if it is off. Some time after failures the model is opened again. */
  absence(): string | undefined {
    this.retry();
    if (this.current.kind === 'opening') return 'the neural model is starting';
    return this.current.kind === 'failed' ? 'the neural model has failed' : undefined;
  }

  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  /** Opens this model over the current snapshot and changes, instead of the one open before. */
  open(engine: EditorEngine, model: ModelToOpen): Promise<void> {
    if (this.link?.engine !== engine) this.closeInEngine();
    this.link = { engine, model };
    this.failureCount = 0;
    return this.reopen();
  }

  /** The engine's process was restarted: reopens the model. The engine's client repeats an opening in flight. */
  restarted(): void {
    if (this.opened) void this.reopen();
  }

  close(): void {
    this.closeInEngine();
    this.link = undefined;
    this.opened = undefined;
    this.openingCount++;
    this.setState({ kind: 'off' });
  }

  /** Also after an opening in flight: the engine handles requests in order. */
  private closeInEngine(): void {
    void this.link?.engine.request('close', { key: this.deps.key });
  }

  /** Without a link, nothing to note: opening sends all changes. */
  noteChange(change: FileChange): void {
    if (this.link) this.pending.add(change);
  }

  /** What the user has edited lately. It is sent with the next request. */
  setHistory(history: EditHistory): void {
    this.history = history;
    this.isHistorySent = false;
  }

  /**
   * The model's draft; undefined if the request fails or is cancelled.
   * @param onEstimate receives the latency estimate before the draft starts
   */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal: AbortSignal,
    onEstimate: (of: LatencyEstimate) => void,
  ): Promise<Draft | undefined> {
    const link = this.linkWithChangesSent(query.path);
    if (!link) return undefined;
    const { key, log } = this.deps;
    const result = await link.engine.request('draft', { key, query, options }, { signal, onProgress: onEstimate });
    if (this.opened !== link) return undefined;
    if (result.ok) {
      this.failureCount = 0;
      return result.value;
    }
    if (result.error.code === 'cancelled') return undefined;
    log.warn(`The neural model did not answer: ${result.error.message}`);
    this.failureCount++;
    if (this.failureCount >= MAX_FAILURES) this.fail(result.error);
    // The process that had the model open is gone.
    else if (result.error.code === 'bad-request') void this.reopen();
    return undefined;
  }

  /** Prefills the prompt at this position, so that a draft there takes only its own tokens. */
  async warm(query: CompletionQuery, signal: AbortSignal): Promise<void> {
    const { key } = this.deps;
    await this.linkWithChangesSent(query.path)?.engine.request('warm', { key, query }, { signal });
  }

  /** The open link, after sending pending changes of files other than `path`. Reopens if there are too many. */
  private linkWithChangesSent(path: string): Link | undefined {
    const { opened } = this;
    if (!opened) return undefined;
    if (this.pending.isOverflowed) {
      void this.reopen();
      return undefined;
    }
    const { key } = this.deps;
    // The query contains its own file's text.
    for (const change of this.pending.take(path)) void opened.engine.request('change', { key, change });
    if (this.history && !this.isHistorySent) void opened.engine.request('history', { key, history: this.history });
    this.isHistorySent = true;
    return opened;
  }

  private async reopen(): Promise<void> {
    const { link } = this;
    if (!link) return;
    const { index, key } = this.deps;
    const opening = ++this.openingCount;
    this.opened = undefined;
    this.pending.clear();
    this.setState({ kind: 'opening', name: link.model.name, wasReady: this.current.kind === 'ready' });
    const { snapshot } = index;
    const source: OpenRequest = {
      ...link.model,
      key,
      ...(snapshot !== undefined && { snapshot }),
      changes: index.changed(),
    };
    const onProgress = () => {
      const { current } = this;
      if (opening === this.openingCount && current.kind === 'opening' && !current.checks)
        this.setState({ ...current, checks: true });
    };
    const result = await link.engine.request('open', source, { onProgress });
    if (opening !== this.openingCount) return;
    if (!result.ok) return this.fail(result.error);
    this.opened = link;
    this.isHistorySent = false;
    const { loadMs } = result.value;
    this.setState({ kind: 'ready', name: link.model.name, loadMs });
    this.deps.onOpen();
  }

  private fail(failure: Failure): void {
    if (failure.code === 'cancelled') return;
    this.opened = undefined;
    this.openingCount++;
    this.pausedUntil = this.deps.clock.monotonic() + PAUSE_MS;
    this.deps.log.warn(`The neural model is off for a while: ${failure.message}`);
    this.setState({ kind: 'failed', failure });
  }

  private retry(): void {
    if (this.current.kind !== 'failed' || this.deps.clock.monotonic() < this.pausedUntil) return;
    this.failureCount = 0;
    void this.reopen();
  }

  private setState(state: NeuralState): void {
    this.current = state;
    this.deps.onState();
  }
}

/** With more changed files than this, reopening the folder is cheaper. */
const MAX_FILES = 100;

class PendingChanges {
  private readonly byPath = new Map<string, readonly FileChange[]>();
  private overflowed = false;

  /** Whether there were more than MAX_FILES. */
  get isOverflowed(): boolean {
    return this.overflowed;
  }

  add(change: FileChange): void {
    const previous = this.byPath.get(change.path)?.at(-1);
    // The text of a closed document still counts.
    const follows = change.kind === 'closed' && previous?.kind === 'open';
    // The newest change is the last one: a folder's removal comes after the earlier changes of its files.
    if (change.kind === 'removed')
      for (const path of [...this.byPath.keys()]) if (isAtOrBelow(path, change.path)) this.byPath.delete(path);
    this.byPath.set(change.path, follows ? [previous, change] : [change]);
    if (this.byPath.size > MAX_FILES) this.overflowed = true;
    if (this.overflowed) this.byPath.clear();
  }

  /** Removes and returns the changes of all files but `except`, oldest first per file. */
  take(except: string): FileChange[] {
    const taken = [...this.byPath].filter(([path]) => path !== except);
    for (const [path] of taken) this.byPath.delete(path);
    return taken.flatMap(([, changes]) => changes);
  }

  clear(): void {
    this.overflowed = false;
    this.byPath.clear();
  }
}
