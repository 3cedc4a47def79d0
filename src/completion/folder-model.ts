// A folder's model in the neural engine: opened over the n-grams' snapshot, told of changes, asked, and opened again where it was lost.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery, Draft, DraftOptions } from '../common/completion.ts';
import type { Failure } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Engine } from '../specialist/engine/client.ts';
import type { LatencyEstimate, Requests } from '../specialist/engine/protocol.ts';
import type { FileChange } from '../specialist/ngram/protocol.ts';
import { PendingChanges } from './unsent.ts';

/** After so many failures in a row the engine is left alone for a while, ms. */
const MOST_FAILURES = 3;
const REST_MS = 5 * 60_000;

type OpenRequest = Requests['open']['request'];

/** The model to open: all of the request that the specialist does not know by itself. */
export type ModelToOpen = Omit<OpenRequest, 'key' | 'snapshot' | 'over'>;

export type NeuralState =
  | { readonly kind: 'off' }
  /** `again`: it was open before. */
  | { readonly kind: 'opening'; readonly name: string; readonly again: boolean }
  | { readonly kind: 'ready'; readonly name: string; readonly precision: string; readonly loadMs: number }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** What the folder's index is, and what of its files has changed since. */
export interface IndexState {
  readonly snapshot: string | undefined;
  changed(): readonly FileChange[];
}

export interface NeuralFolderDeps {
  readonly index: IndexState;
  /** Its name in the engine, which several folders share. */
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onState: () => void;
  /** It is open now. */
  readonly onOpen: () => void;
}

interface Link {
  readonly engine: Engine;
  readonly model: ModelToOpen;
}

export class NeuralFolder {
  private readonly deps: NeuralFolderDeps;
  private readonly unsent = new PendingChanges();
  private link: Link | undefined;
  /** The link that is open; a new opening is another one. */
  private opened: Link | undefined;
  private current: NeuralState = { kind: 'off' };
  private openings = 0;
  private failures = 0;
  private restUntil = 0;

  constructor(deps: NeuralFolderDeps) {
    this.deps = deps;
  }

  get state(): NeuralState {
    return this.current;
  }

  /** Why it does not answer now; undefined where nobody expects it to. One that has rested after failures is tried again. */
  absence(): string | undefined {
    this.retry();
    if (this.current.kind === 'opening') return 'the neural model is starting';
    return this.current.kind === 'failed' ? 'the neural model has failed' : undefined;
  }

  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  /** Opens this model over the snapshot and the changes that there are now. What was open before is so no longer. */
  open(engine: Engine, model: ModelToOpen): Promise<void> {
    if (this.link?.engine !== engine) this.letGo();
    this.link = { engine, model };
    this.failures = 0;
    return this.reopen();
  }

  /** The engine's process is another one: what was open is lost. An opening under way is asked again by the engine's client. */
  restarted(): void {
    if (this.opened) void this.reopen();
  }

  close(): void {
    this.letGo();
    this.link = undefined;
    this.opened = undefined;
    this.openings++;
    this.turn({ kind: 'off' });
  }

  /** Whatever came of the opening, which may be under way: the engine closes after it. */
  private letGo(): void {
    void this.link?.engine.request('close', { key: this.deps.key });
  }

  /** What is not open yet learns it when it is opened. */
  note(change: FileChange): void {
    if (this.link) this.unsent.add(change);
  }

  /**
   * Its draft; undefined where it fails or is cancelled.
   * @param foreseen is told, before it is begun, how long it will take
   */
  async draft(
    query: CompletionQuery,
    options: DraftOptions,
    signal: AbortSignal,
    foreseen: (of: LatencyEstimate) => void,
  ): Promise<Draft | undefined> {
    const link = this.told(query.path);
    if (!link) return undefined;
    const { key, log } = this.deps;
    const result = await link.engine.request('draft', { key, query, options }, { signal, onProgress: foreseen });
    if (this.opened !== link) return undefined;
    if (result.ok) {
      this.failures = 0;
      return result.value;
    }
    if (result.error.code === 'cancelled') return undefined;
    log.warn(`The neural model did not answer: ${result.error.message}`);
    this.failures++;
    if (this.failures >= MOST_FAILURES) this.fail(result.error);
    // The process that had it open is gone.
    else if (result.error.code === 'bad-request') void this.reopen();
    return undefined;
  }

  /** Runs the place's prompt, so that a draft there costs its line alone. What it comes to nobody hears. */
  async warm(query: CompletionQuery, signal: AbortSignal): Promise<void> {
    const { key } = this.deps;
    await this.told(query.path)?.engine.request('warm', { key, query }, { signal });
  }

  /** The open link, its engine told of all that has changed but for the file at `path`; undefined where that is too much. */
  private told(path: string): Link | undefined {
    const { opened } = this;
    if (!opened) return undefined;
    if (this.unsent.isOverflowed) {
      void this.reopen();
      return undefined;
    }
    const { key } = this.deps;
    // The query's own file is in the query: while one types in it, its text need not be sent a second time.
    for (const change of this.unsent.take(path)) void opened.engine.request('change', { key, change });
    return opened;
  }

  private async reopen(): Promise<void> {
    const { link } = this;
    if (!link) return;
    const { index, key } = this.deps;
    const opening = ++this.openings;
    this.opened = undefined;
    this.unsent.clear();
    this.turn({ kind: 'opening', name: link.model.name, again: this.current.kind === 'ready' });
    const { snapshot } = index;
    const source: OpenRequest = {
      ...link.model,
      key,
      ...(snapshot !== undefined && { snapshot }),
      over: index.changed(),
    };
    const result = await link.engine.request('open', source);
    if (opening !== this.openings) return;
    if (!result.ok) return this.fail(result.error);
    this.opened = link;
    const { precision, loadMs } = result.value;
    this.turn({ kind: 'ready', name: link.model.name, precision, loadMs });
    this.deps.onOpen();
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

  private turn(state: NeuralState): void {
    this.current = state;
    this.deps.onState();
  }
}
