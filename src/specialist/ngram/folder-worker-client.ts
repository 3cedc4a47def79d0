// A folder's worker as other modules use it: asynchronous, cancellable, and restarted when it dies.
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../common/clock.ts';
import type {
  CompletionQuery,
  Draft,
  DraftOptions,
  Snippet,
  SnippetOptions,
  Specialist,
} from '../../common/completion.ts';
import { type Failure, failed, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { Kind, Reply } from '../../common/remote.ts';
import { type Call, type Remote, Supervisor } from '../../common/supervisor.ts';
import type { EditHistory, NextEdit, Replacement } from '../../edits/history/edit.ts';
import type { ProposedEdit, Refusal } from '../../edits/large-model/check.ts';
import type { EditedPlace } from '../../edits/large-model/place.ts';
import {
  type EditSearch,
  editOf,
  type FileChange,
  isAtOrBelow,
  type LoadedIndex,
  type WorkerData,
  type WorkerRequests,
} from './folder-worker-protocol.ts';

/**
 * Limit for the texts of files changed since the snapshot, UTF-16 units. Beyond it the oldest changes are dropped, and
 * a new worker has the older texts.
 */
const mostChanged = 32e6;
/** Requests in a row that hit a bug, after which the worker is replaced. */
const mostFailed = 3;
/** A worker that is silent for longer while it has requests is replaced, ms. */
const longestSilenceMs = { request: 60_000, load: 5 * 60_000 } as const;

/** Heap limit of a worker, so that its garbage cannot use up the memory of the owner's process. */
const resourceLimits = { maxYoungGenerationSizeMb: 8 };

export interface FolderWorkerClientOptions {
  /** Path of the worker's entry: dist/folder-worker.cjs, or src/specialist/ngram/folder-worker.ts. */
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

export class FolderWorkerClient extends Supervisor<WorkerRequests> implements Specialist {
  readonly name = 'n-gram';
  private readonly options: FolderWorkerClientOptions;
  /** Requests in a row that hit a bug. */
  private failed = 0;
  private snapshotPath: string | undefined;
  /** The last change of each file since the snapshot, with its number: for a new worker or snapshot. */
  private readonly changes = new Map<string, { readonly change: FileChange; readonly at: number }>();
  private history: EditHistory | undefined;
  private changeCount = 0;
  private changedSize = 0;

  constructor(options: FolderWorkerClientOptions) {
    const { log, clock } = options;
    super({ name: 'the specialist', log, clock, alwaysRuns: true, mostDeaths: 1, answersAborted: true });
    this.options = options;
    this.start();
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
    const result = await this.ask('load', { snapshotPath, changes: this.closedSince(since) });
    if (!result.ok && result.error.code === 'crashed')
      return failed('unreadable', 'The specialist stopped while it was loading. Run "Adapt to This Repo" again.');
    if (result.ok) {
      this.snapshotPath = snapshotPath;
      for (const [path, { change, at }] of this.changes) if (change.kind !== 'open' && at <= since) this.forget(path);
    }
    return result;
  }

  complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    return this.answer('complete', { query, options }, signal);
  }

  async snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]> {
    return (await this.answer('snippets', { query, options }, signal)) ?? [];
  }

  /** Edits that repeat the given ones in open documents and in the folder's other files. */
  async nextEdits(input: EditSearch, signal: AbortSignal): Promise<readonly NextEdit[]> {
    return (await this.answer('nextEdits', input, signal)) ?? [];
  }

  /** Estimate that a large model would write the edit that follows at a place; 0 if the worker does not answer. */
  async followUp(place: EditedPlace, signal: AbortSignal): Promise<number> {
    return (await this.answer('followUp', place, signal)) ?? 0;
  }

  /** A large model's edit where it goes in the place's text, or why it may not. */
  async checkedEdit(place: EditedPlace, proposed: ProposedEdit, signal: AbortSignal): Promise<Replacement | Refusal> {
    return (await this.answer('checkEdit', { place, proposed }, signal)) ?? 'it could not be checked';
  }

  /** The files whose text is used, from the index and open documents, by their redacted paths. */
  async paths(): Promise<readonly string[]> {
    return (await this.answer('paths', undefined)) ?? [];
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
    this.tell('history', history);
  }

  private sendChange(change: FileChange): void {
    const at = ++this.changeCount;
    const { path } = change;
    const before = this.changes.get(path)?.change;
    if (change.kind === 'closed' && before?.kind === 'open') {
      this.remember({ kind: 'saved', path, text: before.text }, at);
    } else if (change.kind !== 'closed') this.remember(change, at);
    if (change.kind === 'open' && before?.kind === 'open') this.tell('edit', editOf(path, before.text, change.text));
    else this.tell('file', change);
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
  private async answer<K extends Kind<WorkerRequests>>(
    kind: K,
    request: WorkerRequests[K]['request'],
    signal?: AbortSignal,
  ): Promise<WorkerRequests[K]['result'] | undefined> {
    const answer = await this.ask(kind, request, { signal });
    signal?.throwIfAborted();
    return answer.ok ? answer.value : undefined;
  }

  protected createRemote(ended: (how: string) => void): Remote {
    const workerData: WorkerData = { tokenizerPath: this.options.tokenizerPath };
    const worker = new Worker(this.options.script, { workerData, resourceLimits });
    worker.on('message', (message: Reply) => this.receive(message));
    worker.on('error', (error) => this.log.error('the specialist stopped', error));
    worker.on('exit', (code) => ended(`code ${code}`));
    return {
      post: (message) => worker.postMessage(message),
      hold: (holds) => (holds ? worker.ref() : worker.unref()),
      end: async () => void (await worker.terminate()),
    };
  }

  protected override handleStart(): void {
    if (this.snapshotPath !== undefined) {
      const load = { snapshotPath: this.snapshotPath, changes: this.closedSince(0) };
      void this.ask('load', load).then(({ ok }) => ok && this.options.onRevived?.());
    }
    for (const { change } of this.changes.values()) this.tell('file', change);
    if (this.history) this.tell('history', this.history);
  }

  /** Changes after `mark` of files that are not open. The worker itself applies open files to a snapshot. */
  private closedSince(mark: number): FileChange[] {
    return [...this.changes.values()].flatMap(({ change, at }) =>
      change.kind !== 'open' && at > mark ? [change] : [],
    );
  }

  protected override handlePause(): void {
    this.options.onPaused?.();
  }

  protected silenceLimit(kind: Kind<WorkerRequests>): number {
    return kind === 'load' ? longestSilenceMs.load : longestSilenceMs.request;
  }

  protected failure(): Failure {
    return { code: 'crashed', message: 'The specialist does not answer.' };
  }

  protected handleSilence(): void {
    this.replace('does not answer');
  }

  private replace(reason: string): void {
    this.log.error(`the specialist ${reason} and is replaced`);
    this.failed = 0;
    void this.remote?.end(0);
  }

  protected override handleAnswer({ kind }: Call<WorkerRequests>, answer: Result<unknown>): void {
    if (!answer.ok && answer.error.code === 'crashed') {
      this.log.error(`the specialist failed at a request: ${answer.error.message}`);
      if (++this.failed >= mostFailed) this.replace(`failed at ${this.failed} requests in a row`);
    } else if (answer.ok && kind !== 'load') {
      // A worker that only loads its index and dies again is not well.
      this.failed = 0;
      this.worked();
    }
  }
}

function sizeOf(change: FileChange): number {
  return change.path.length + ('text' in change ? change.text.length : 0);
}
