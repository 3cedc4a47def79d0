// A folder's specialist: the n-gram worker, always there, and the neural engine, which mixes its model with the same index. Both are
// asked at once; the engine's draft is the answer, unless it does not come in time.
import type { Clock } from '../common/clock.ts';
import type {
  CompletionQuery,
  Draft,
  DraftOptions,
  Snippet,
  SnippetOptions,
  Specialist,
} from '../common/completion.ts';
import type { Disposable } from '../common/disposable.ts';
import type { Failure } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Engine } from '../engine/client.ts';
import type { Requests } from '../engine/protocol.ts';
import type { FileChange } from '../ngram/protocol.ts';
import { Place } from './cache.ts';
import { Unsent } from './unsent.ts';

/** How long a keystroke waits for the engine, ms: people feel 100 ms of waiting, and a cold prompt may take most of that. */
export const PATIENCE_MS = 150;
/** After so many late answers in a row nobody waits, until one comes in time again. */
const MOST_LATE = 3;
/** After so many failures in a row the engine is left alone for a while, ms. */
const MOST_FAILURES = 3;
const REST_MS = 5 * 60_000;

/** What is needed of the n-gram worker's client. */
export interface NgramSpecialist extends Specialist {
  readonly snapshot: string | undefined;
  /** What has changed since the snapshot's files were read, and the open documents. */
  changed(): readonly FileChange[];
  setSavedFile(path: string, text: string): void;
  removeFile(path: string): void;
}

type OpenRequest = Requests['open']['request'];

/** The model to open: all of the request that the specialist does not know by itself. */
export type Model = Omit<OpenRequest, 'key' | 'snapshot' | 'over'>;

export type NeuralState =
  | { readonly kind: 'off' }
  /** `again`: it was open before. */
  | { readonly kind: 'opening'; readonly name: string; readonly again: boolean }
  | { readonly kind: 'ready'; readonly name: string; readonly precision: string; readonly loadMs: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

export interface MixedDeps {
  readonly ngram: NgramSpecialist;
  /** Its name in the engine, which several folders share. */
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Default PATIENCE_MS. */
  readonly patienceMs?: number | undefined;
  readonly onState: () => void;
  /** There is more to answer from: the engine is open now, or an answer of it has come late. */
  readonly onReady: () => void;
}

interface Link {
  readonly engine: Engine;
  readonly model: Model;
}

export class MixedSpecialist implements Specialist, Disposable {
  readonly name = 'n-gram and neural';
  private readonly deps: MixedDeps;
  private readonly patienceMs: number;
  private readonly unsent = new Unsent();
  private link: Link | undefined;
  /** The link that is open; a new opening is another one. */
  private opened: Link | undefined;
  private current: NeuralState = { kind: 'off' };
  private openings = 0;
  private late = 0;
  private failures = 0;
  private restUntil = 0;
  /** The last answer that came too late for its request. */
  private kept: { readonly place: Place; readonly multiline: boolean; readonly draft: Draft } | undefined;

  constructor(deps: MixedDeps) {
    this.deps = deps;
    this.patienceMs = deps.patienceMs ?? PATIENCE_MS;
  }

  get state(): NeuralState {
    return this.current;
  }

  async complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    const kept = this.take(query, options);
    if (kept) return kept;
    const local = this.deps.ngram.complete(query, options, signal);
    const link = this.opened;
    if (!link) {
      this.retry();
      return this.alone(local, this.whyNot());
    }
    // It rejects when the signal is aborted, which may be after the engine has answered.
    local.catch(() => {});
    const neural = this.draft(link, query, options, signal);
    const drafted = await this.inTime(neural, signal);
    if (drafted === 'late') {
      void neural.then((draft) => draft && this.keep(query, options, draft, signal));
      return this.alone(local, 'the neural model takes longer');
    }
    return drafted ?? this.alone(local, 'the neural model did not answer');
  }

  snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]> {
    return this.deps.ngram.snippets(query, options, signal);
  }

  setOpenFile(path: string, text: string | undefined): void {
    this.deps.ngram.setOpenFile(path, text);
    this.note(text === undefined ? { kind: 'closed', path } : { kind: 'open', path, text });
  }

  setSavedFile(path: string, text: string): void {
    this.deps.ngram.setSavedFile(path, text);
    this.note({ kind: 'saved', path, text });
  }

  removeFile(path: string): void {
    this.deps.ngram.removeFile(path);
    this.note({ kind: 'removed', path });
  }

  /** Opens this model over the snapshot and the changes that the n-gram worker has now. What was open before is so no longer. */
  open(engine: Engine, model: Model): Promise<void> {
    this.link = { engine, model };
    this.failures = 0;
    return this.reopen();
  }

  /** The engine's process is another one: what was open is lost. An opening under way is asked again by the engine's client. */
  restarted(): void {
    if (this.opened) void this.reopen();
  }

  /** From now on the n-grams answer alone. */
  close(): void {
    const { opened } = this;
    this.link = undefined;
    this.opened = undefined;
    this.kept = undefined;
    this.openings++;
    if (opened) void opened.engine.request('close', { key: this.deps.key });
    this.turn({ kind: 'off' });
  }

  dispose(): void {
    this.close();
  }

  private async reopen(): Promise<void> {
    const { link } = this;
    if (!link) return;
    const { ngram, key } = this.deps;
    const opening = ++this.openings;
    this.opened = undefined;
    this.kept = undefined;
    this.unsent.clear();
    this.turn({ kind: 'opening', name: link.model.name, again: this.current.kind === 'ready' });
    const { snapshot } = ngram;
    const source: OpenRequest = {
      ...link.model,
      key,
      ...(snapshot !== undefined && { snapshot }),
      over: ngram.changed(),
    };
    const result = await link.engine.request('open', source);
    if (opening !== this.openings) return;
    if (!result.ok) return this.fail(result.error);
    this.opened = link;
    this.late = 0;
    const { precision, loadMs } = result.value;
    this.turn({ kind: 'ready', name: link.model.name, precision, loadMs });
    this.deps.onReady();
  }

  /** Undefined where it fails or is cancelled. */
  private async draft(
    link: Link,
    query: CompletionQuery,
    options: DraftOptions,
    signal: AbortSignal,
  ): Promise<Draft | undefined> {
    const { key, clock } = this.deps;
    if (this.unsent.isOverflowed) {
      void this.reopen();
      return undefined;
    }
    // The query's own file is in the query: while one types in it, its text need not be sent a second time.
    for (const change of this.unsent.take(query.path)) void link.engine.request('change', { key, change });
    const asked = clock.monotonic();
    const result = await link.engine.request('draft', { key, query, options }, { signal });
    if (this.opened !== link) return undefined;
    if (result.ok) {
      this.failures = 0;
      if (clock.monotonic() - asked <= this.patienceMs) this.late = 0;
      return result.value;
    }
    if (result.error.code === 'cancelled') return undefined;
    this.deps.log.warn(`The neural model did not answer: ${result.error.message}`);
    this.failures++;
    if (this.failures >= MOST_FAILURES) this.fail(result.error);
    // The process that had it open is gone.
    else if (result.error.code === 'bad-request') void this.reopen();
    return undefined;
  }

  /** Rejects with the signal's reason. */
  private async inTime(draft: Promise<Draft | undefined>, signal: AbortSignal): Promise<Draft | undefined | 'late'> {
    const over = new AbortController();
    const patience = this.late < MOST_LATE ? this.patienceMs : 0;
    const wait = this.deps.clock.sleep(patience, AbortSignal.any([signal, over.signal])).then(() => 'late' as const);
    try {
      const first = await Promise.race([draft, wait]);
      if (first === 'late') this.late++;
      signal.throwIfAborted();
      return first;
    } finally {
      over.abort();
      wait.catch(() => {});
    }
  }

  private async alone(local: Promise<Draft | undefined>, why: string | undefined): Promise<Draft | undefined> {
    const draft = await local;
    return draft && why !== undefined ? { ...draft, why } : draft;
  }

  private keep(query: CompletionQuery, { multiline }: DraftOptions, draft: Draft, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.kept = { place: new Place(query), multiline, draft };
    this.deps.onReady();
  }

  private take(query: CompletionQuery, { multiline }: DraftOptions): Draft | undefined {
    const { kept } = this;
    if (!kept || kept.multiline !== multiline || !kept.place.equals(new Place(query))) return undefined;
    this.kept = undefined;
    return kept.draft;
  }

  private note(change: FileChange): void {
    // What is not open yet learns it when it is opened.
    if (this.link) this.unsent.add(change);
  }

  private fail(failure: Failure): void {
    if (failure.code === 'cancelled') return;
    this.opened = undefined;
    this.openings++;
    this.restUntil = this.deps.clock.monotonic() + REST_MS;
    this.deps.log.warn(`The neural model is off for a while: ${failure.message}`);
    this.turn({ kind: 'failed', failure });
  }

  private retry(): void {
    if (this.current.kind !== 'failed' || this.deps.clock.monotonic() < this.restUntil) return;
    this.failures = 0;
    void this.reopen();
  }

  private whyNot(): string | undefined {
    if (this.current.kind === 'opening') return 'the neural model is starting';
    return this.current.kind === 'failed' ? 'the neural model has failed' : undefined;
  }

  private turn(state: NeuralState): void {
    this.current = state;
    this.deps.onState();
  }
}
