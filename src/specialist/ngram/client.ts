// The n-gram model as other modules use it: asynchronous, cancellable, and restarted when its worker dies.
import { Worker } from 'node:worker_threads';
import { type Clock, systemClock } from '../../common/clock.ts';
import type {
  CompletionQuery,
  Draft,
  DraftOptions,
  Snippet,
  SnippetOptions,
  Specialist,
} from '../../common/completion.ts';
import type { Disposable } from '../../common/disposable.ts';
import { failed, messageOf, type Result } from '../../common/errors.ts';
import { type Log, silentLog } from '../../common/log.ts';
import { SilenceWatch } from '../../common/silence-watch.ts';
import type { EditHistory, NextEdit } from '../../workspace/edits/edit.ts';
import {
  type EditSearch,
  editOf,
  type FileChange,
  type FromWorker,
  isAtOrBelow,
  type LoadedIndex,
  type Request,
  type ToWorker,
  type WorkerData,
  type WorkerResults,
} from './protocol.ts';

export type { LoadedIndex } from './protocol.ts';

/**
 * Limit for the texts of files changed since the snapshot, UTF-16 units. Beyond it the oldest changes are dropped, and
 * a new worker has the older texts.
 */
const mostChanged = 32e6;
/** Deaths in a row without an answer after which the worker is restarted only after a pause. */
const mostDeaths = 4;
/** The first pause, ms. Each death after it doubles the pause. */
const firstPauseMs = 60_000;
const longestPauseMs = 16 * firstPauseMs;
/** Failed requests in a row after which the worker is replaced. Each replacement doubles the number. */
const mostFailed = 3;
/** A worker that is silent for longer while it has requests is replaced, ms. */
const longestSilenceMs = { request: 60_000, load: 5 * 60_000 } as const;

/** Heap limit of a worker, so that its garbage cannot use up the memory of the owner's process. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

export interface NgramClientOptions {
  /** Path of the worker's entry: dist/ngram-worker.cjs, or src/specialist/ngram/ngram-worker.ts. */
  readonly script: string;
  /** Path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  readonly log?: Log;
  readonly clock?: Clock;
  /** Called when `isPaused` has changed. */
  readonly onPaused?: () => void;
  /** Called when a new worker has replaced a dead one and answers. */
  readonly onRevived?: () => void;
}

interface Pending {
  readonly kind: Request['kind'];
  /** `undefined`: the worker died. */
  readonly settle: (answer: WorkerResults[keyof WorkerResults] | undefined) => void;
}

export class NgramClient implements Specialist, Disposable {
  readonly name = 'n-gram';
  private readonly options: NgramClientOptions;
  private readonly log: Log;
  private worker: Worker | undefined;
  private readonly pending = new Map<number, Pending>();
  /** Requests that the worker has not replied to, those included that nobody waits for any more. */
  private readonly unanswered = new Set<number>();
  private nextId = 0;
  private deaths = 0;
  /** Failed requests in a row, and how many of them replace the worker. */
  private failed = 0;
  private mostFailed = mostFailed;
  private pause: AbortController | undefined;
  private readonly silence: SilenceWatch;
  private disposed = false;
  private snapshotPath: string | undefined;
  /** The last change of each file since the snapshot, with its number: for a new worker or snapshot. */
  private readonly changes = new Map<string, { readonly change: FileChange; readonly at: number }>();
  private history: EditHistory | undefined;
  private changeCount = 0;
  private changedSize = 0;

  constructor(options: NgramClientOptions) {
    this.options = options;
    this.log = options.log ?? silentLog;
    const longest = () =>
      [...this.pending.values()].some(({ kind }) => kind === 'load') ? longestSilenceMs.load : longestSilenceMs.request;
    this.silence = new SilenceWatch(this.clock, longest, () => this.replace('does not answer'));
    this.start();
  }

  private get clock(): Clock {
    return this.options.clock ?? systemClock;
  }

  /** Whether the worker died several times in a row and has not been restarted yet. */
  get isPaused(): boolean {
    return this.pause !== undefined;
  }

  /** The loaded snapshot; undefined before the first. */
  get snapshot(): string | undefined {
    return this.snapshotPath;
  }

  /** Changes since the snapshot's files were read: the last one of each file, open documents with their text. */
  changed(): FileChange[] {
    return [...this.changes.values()].map(({ change }) => change);
  }

  /** A mark for `load`: take it before a snapshot's files are read. */
  mark(): number {
    return this.changeCount;
  }

  /**
   * Loads a snapshot. If it cannot be read, the earlier one stays.
   * @param since the `mark()` before its files were read: later changes are applied to it. Default: before this client
   * was created.
   */
  async load(snapshotPath: string, since = 0): Promise<Result<LoadedIndex>> {
    // An adaptation may have removed the cause.
    if (this.isPaused) this.start();
    const result = await this.ask({ kind: 'load', snapshotPath, changes: this.closedSince(since) });
    if (result === undefined) {
      return failed('unreadable', 'The specialist stopped while it was loading. Run "Adapt to This Repo" again.');
    }
    if (result.ok) {
      this.snapshotPath = snapshotPath;
      for (const [path, { change, at }] of this.changes) if (change.kind !== 'open' && at <= since) this.forget(path);
    }
    return result;
  }

  complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    return this.ask({ kind: 'complete', query, options }, signal);
  }

  async snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]> {
    return (await this.ask({ kind: 'snippets', query, options }, signal)) ?? [];
  }

  /** Edits that repeat the given ones in open documents and in the folder's other files. */
  async nextEdits(input: EditSearch, signal: AbortSignal): Promise<readonly NextEdit[]> {
    return (await this.ask({ kind: 'next-edits', input }, signal)) ?? [];
  }

  /** The files whose text is used, from the index and open documents. */
  async paths(): Promise<readonly string[]> {
    return (await this.ask({ kind: 'paths' })) ?? [];
  }

  setOpenFile(path: string, text: string | undefined): void {
    this.sendChange(text === undefined ? { kind: 'closed', path } : { kind: 'open', path, text });
  }

  /** A file that changed on disk without being open. */
  setSavedFile(path: string, text: string): void {
    this.sendChange({ kind: 'saved', path, text });
  }

  removeFile(path: string): void {
    this.sendChange({ kind: 'removed', path });
  }

  /** What the user has edited lately. */
  setHistory(history: EditHistory): void {
    this.history = history;
    this.send({ kind: 'history', history });
  }

  dispose(): void {
    this.disposed = true;
    const { worker } = this;
    this.worker = undefined;
    this.pause?.abort();
    this.settleAll();
    void worker?.terminate();
  }

  private sendChange(change: FileChange): void {
    const at = ++this.changeCount;
    const { path } = change;
    const before = this.changes.get(path)?.change;
    if (change.kind === 'closed' && before?.kind === 'open') {
      this.remember({ kind: 'saved', path, text: before.text }, at);
    } else if (change.kind !== 'closed') this.remember(change, at);
    if (change.kind === 'open' && before?.kind === 'open')
      this.send({ kind: 'edit', edit: editOf(path, before.text, change.text) });
    else this.send({ kind: 'file', change });
  }

  private remember(change: FileChange, at: number): void {
    // The newest change is the last one.
    this.forget(change.path);
    if (change.kind === 'removed')
      for (const path of [...this.changes.keys()]) if (isAtOrBelow(path, change.path)) this.forget(path);
    this.changes.set(change.path, { change, at });
    this.changedSize += sizeOf(change);
    for (const [path, { change: oldest }] of this.changes) {
      if (this.changedSize <= mostChanged) break;
      if (oldest.kind === 'open' || path === change.path) continue;
      this.forget(path);
    }
  }

  private forget(path: string): void {
    const known = this.changes.get(path);
    if (known) this.changedSize -= sizeOf(known.change);
    this.changes.delete(path);
  }

  /** Resolves with undefined if the worker is dead or dies; rejects with the signal's reason only. */
  private ask<R extends Request>(request: R, signal?: AbortSignal): Promise<WorkerResults[R['kind']] | undefined> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      if (this.worker === undefined) return resolve(undefined);
      const id = this.nextId++;
      const onAbort = () => {
        this.remove(id);
        this.send({ kind: 'cancel', id });
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.pending.set(id, {
        kind: request.kind,
        settle: (answer) => {
          signal?.removeEventListener('abort', onAbort);
          resolve(answer as WorkerResults[R['kind']] | undefined);
        },
      });
      this.send({ kind: 'request', id, request });
    });
  }

  private start(): void {
    const wasPaused = this.isPaused;
    this.pause?.abort();
    this.pause = undefined;
    if (wasPaused) this.options.onPaused?.();
    const worker = this.createWorker();
    if (worker === undefined) return;
    this.worker = worker;
    worker.on('message', (message: FromWorker) => this.receive(message));
    worker.on('error', (error) => this.log.error('the specialist stopped', error));
    worker.on('exit', (code) => {
      if (this.worker === worker) this.revive(code);
    });
    // The worker keeps the process alive only while a request is unanswered.
    worker.unref();
    if (this.snapshotPath !== undefined) {
      const id = this.nextId++;
      this.pending.set(id, { kind: 'load', settle: (answer) => answer && this.options.onRevived?.() });
      const changes = this.closedSince(0);
      this.send({ kind: 'request', id, request: { kind: 'load', snapshotPath: this.snapshotPath, changes } });
    }
    for (const { change } of this.changes.values()) this.send({ kind: 'file', change });
    if (this.history) this.send({ kind: 'history', history: this.history });
  }

  /** Undefined if the system refuses another thread; then it is tried again later. */
  private createWorker(): Worker | undefined {
    const workerData: WorkerData = { tokenizerPath: this.options.tokenizerPath };
    try {
      return new Worker(this.options.script, { workerData, resourceLimits });
    } catch (error) {
      this.deaths = Math.max(this.deaths + 1, mostDeaths);
      this.startLater(`could not be started (${messageOf(error)})`);
      return undefined;
    }
  }

  /** Changes after `mark` of files that are not open. The worker itself applies open files to a snapshot. */
  private closedSince(mark: number): FileChange[] {
    return [...this.changes.values()].flatMap(({ change, at }) =>
      change.kind !== 'open' && at > mark ? [change] : [],
    );
  }

  private revive(code: number): void {
    this.worker = undefined;
    this.settleAll();
    if (this.disposed) return;
    this.deaths += 1;
    if (this.deaths >= mostDeaths) {
      this.startLater(`stopped ${this.deaths} times (code ${code})`);
      return;
    }
    this.log.warn(`the specialist stopped with code ${code}: starting it again`);
    this.start();
  }

  private startLater(reason: string): void {
    const ms = Math.min(firstPauseMs * 2 ** (this.deaths - mostDeaths), longestPauseMs);
    this.log.error(`the specialist ${reason} and starts again in ${ms / 60_000} min`);
    const pause = new AbortController();
    this.pause = pause;
    this.clock.sleep(ms, pause.signal).then(
      () => this.start(),
      () => {},
    );
    this.options.onPaused?.();
  }

  /** Ends a worker that does not work any more; its exit event starts the next one. */
  private replace(reason: string): void {
    this.log.error(`the specialist ${reason} and is replaced`);
    this.failed = 0;
    void this.worker?.terminate();
  }

  private receive(message: FromWorker): void {
    this.silence.resetSilence();
    if (message.kind === 'log') {
      this.log[message.level](message.message);
      return;
    }
    this.unanswered.delete(message.id);
    if (this.unanswered.size === 0) this.silence.stop();
    if (message.kind === 'cancelled') return;
    const pending = this.pending.get(message.id);
    this.remove(message.id);
    if (message.kind === 'failed') {
      this.log.error(`the specialist failed at a request: ${message.message}`);
      pending?.settle(undefined);
      if (++this.failed < this.mostFailed) return;
      this.mostFailed *= 2;
      this.replace(`failed at ${this.failed} requests in a row`);
      return;
    }
    // A worker that only loads its index and dies again is not well.
    if (pending?.kind !== 'load') Object.assign(this, { deaths: 0, failed: 0, mostFailed });
    pending?.settle(message.answer);
  }

  private remove(id: number): void {
    this.pending.delete(id);
    if (this.pending.size === 0) this.worker?.unref();
  }

  private send(message: ToWorker): void {
    if (message.kind === 'request') {
      this.worker?.ref();
      this.unanswered.add(message.id);
      this.silence.begin();
    }
    this.worker?.postMessage(message);
  }

  private settleAll(): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    this.unanswered.clear();
    this.silence.stop();
    for (const { settle } of waiting) settle(undefined);
  }
}

function sizeOf(change: FileChange): number {
  return change.path.length + ('text' in change ? change.text.length : 0);
}
