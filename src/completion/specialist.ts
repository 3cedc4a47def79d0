// A folder's specialist: the n-gram worker, and the neural engine, which mixes its model with the same index. Both are
// asked at once; the engine's draft is used if it comes in time. A position whose prompt is not cached is answered in
// two steps: by the n-grams at once, and by the mixture at the next request there.
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
import { CodedError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Engine } from '../specialist/engine/client.ts';
import { NEW_POSITION_TOKENS } from '../specialist/engine/protocol.ts';
import type { FileChange } from '../specialist/ngram/protocol.ts';
import { EditedPosition } from '../text/edits.ts';
import { type IndexState, type ModelToOpen, NeuralFolder, type NeuralState } from './folder-model.ts';
import { IndexRevision } from './index-revision.ts';

/**
 * How long a request waits for the engine if the prompt is cached, ms. The engine starts with the key, 50 ms before the
 * request: a model that writes a line in 130 ms is then in time at 95 of 100 positions.
 */
export const PATIENCE_MS = 200;
/** After this many late answers in a row, requests stop waiting until one comes in time. */
const MOST_LATE = 3;

/** The part of the n-gram worker's client that is used here. */
export interface NgramSpecialist extends Specialist, IndexState {
  setSavedFile(path: string, text: string): void;
  removeFile(path: string): void;
}

export interface MixedDeps {
  readonly ngram: NgramSpecialist;
  /** The folder's name in the engine, which several folders share. */
  readonly key: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long a request waits for the engine, ms. Default PATIENCE_MS. */
  readonly patienceMs?: number | undefined;
  readonly onState: () => void;
  /** A better answer may be available: the engine was opened, or a late answer has come. */
  readonly onReady: () => void;
}

/** A draft that the engine works on or has just finished. All requests at the position share it. */
interface Asked {
  readonly position: EditedPosition;
  readonly multiline: boolean;
  readonly controller: AbortController;
  draft: Promise<Draft | undefined>;
  /** Resolves with the expected completion time, monotonic ms; never if the prompt is cached. */
  readonly due: Promise<number>;
  /** Time of the request that waits for the draft; monotonic, ms. */
  requestedAt: number;
  done: boolean;
  /** Whether another file has changed since the draft started. */
  outdated: boolean;
}

export class MixedSpecialist implements Specialist, Disposable {
  readonly name = 'n-gram and neural';
  private readonly deps: MixedDeps;
  private readonly patienceMs: number;
  private readonly neural: NeuralFolder;
  private readonly indexRevision = new IndexRevision();
  private late = 0;
  private asked: Asked | undefined;
  private warming: AbortController | undefined;
  /** The last draft that came too late for its request. */
  private kept: { readonly position: EditedPosition; readonly multiline: boolean; readonly draft: Draft } | undefined;

  constructor(deps: MixedDeps) {
    this.deps = deps;
    this.patienceMs = deps.patienceMs ?? PATIENCE_MS;
    const { ngram: index, key, clock, log, onState } = deps;
    this.neural = new NeuralFolder({
      index,
      key,
      clock,
      log,
      onState: () => {
        // Earlier drafts belong to the closed model.
        if (!this.neural.isOpen) this.forget();
        onState();
      },
      onOpen: () => {
        this.late = 0;
        // Answers of the n-grams alone are outdated now.
        this.indexRevision.note('');
        deps.onReady();
      },
    });
  }

  get state(): NeuralState {
    return this.neural.state;
  }

  async complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    const kept = this.take(query, options);
    if (kept) return kept;
    const local = this.deps.ngram.complete(query, options, signal);
    if (!this.neural.isOpen) return this.alone(local, this.neural.absence());
    // It may reject after the engine has answered, when the signal is aborted.
    local.catch(() => {});
    const asked = this.ask(query, options);
    asked.requestedAt = this.deps.clock.monotonic();
    const cancel = () => asked.controller.abort();
    signal.addEventListener('abort', cancel, { once: true });
    void asked.draft.then(() => signal.removeEventListener('abort', cancel));
    if (signal.aborted) cancel();
    const drafted = await this.inTime(asked, signal);
    if (drafted === 'late') {
      void asked.draft.then((draft) => draft && this.keep(asked, draft, signal));
      return this.alone(local, 'the neural model takes longer');
    }
    if (this.asked === asked) this.asked = undefined;
    return drafted ?? this.alone(local, 'the neural model did not answer');
  }

  /** Starts the engine's draft after a key; the request that follows joins it. */
  begin(query: CompletionQuery, options: DraftOptions): void {
    if (this.neural.isOpen && !this.hasBetter(query, options)) this.ask(query, options);
  }

  /** Prefills the prompt where the cursor rests, unless the engine is busy. */
  warm(query: CompletionQuery): void {
    if (!this.neural.isOpen || this.asked?.done === false) return;
    this.warming?.abort();
    const controller = new AbortController();
    this.warming = controller;
    void this.neural.warm(query, controller.signal);
  }

  isUnderWay(query: CompletionQuery, { multiline }: DraftOptions): boolean {
    const { asked } = this;
    const open = asked && !asked.done && !asked.controller.signal.aborted && asked.multiline === multiline;
    return open === true && asked.position.equals(new EditedPosition(query));
  }

  /** Whether a late draft of both models for this position is available. */
  hasBetter(query: CompletionQuery, { multiline }: DraftOptions): boolean {
    const { kept } = this;
    return kept !== undefined && kept.multiline === multiline && kept.position.equals(new EditedPosition(query));
  }

  indexRevisionFor({ path }: CompletionQuery): number {
    return this.indexRevision.excluding(path);
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

  /** Opens this model over the n-gram worker's current snapshot and changes, instead of the one open before. */
  open(engine: Engine, model: ModelToOpen): Promise<void> {
    return this.neural.open(engine, model);
  }

  /** The engine's process was restarted. */
  restarted(): void {
    this.neural.restarted();
  }

  /** Closes the neural model: the n-grams answer alone. */
  close(): void {
    this.neural.close();
  }

  dispose(): void {
    this.close();
  }

  /** Joins the draft in progress for this position, or starts one and cancels the draft of another position. */
  private ask(query: CompletionQuery, options: DraftOptions): Asked {
    const position = new EditedPosition(query);
    const { multiline } = options;
    const before = this.asked;
    const isSame = before?.multiline === multiline && before.position.equals(position);
    if (isSame && !before.outdated && !before.controller.signal.aborted) return before;
    const newer = new CodedError('cancelled', 'A newer request is for another position.');
    before?.controller.abort(newer);
    this.warming?.abort(newer);
    const { clock } = this.deps;
    let tell: (due: number) => void = () => {};
    const asked: Asked = {
      position,
      multiline,
      controller: new AbortController(),
      due: new Promise((resolve) => {
        tell = resolve;
      }),
      draft: Promise.resolve(undefined),
      requestedAt: clock.monotonic(),
      done: false,
      outdated: false,
    };
    this.asked = asked;
    const foreseen = this.neural.draft(query, options, asked.controller.signal, (of) => {
      if (of.promptTokens >= NEW_POSITION_TOKENS && of.ms !== undefined) tell(clock.monotonic() + of.ms);
    });
    asked.draft = foreseen.then((draft) => {
      asked.done = true;
      const now = clock.monotonic();
      if (draft && now - asked.requestedAt <= this.patienceMs) this.late = 0;
      return draft;
    });
    return asked;
  }

  /** Rejects with the signal's reason. */
  private async inTime({ draft, due }: Asked, signal: AbortSignal): Promise<Draft | undefined | 'late'> {
    const { clock } = this.deps;
    const over = new AbortController();
    const patience = this.late < MOST_LATE ? this.patienceMs : 0;
    const end = clock.monotonic() + patience;
    const wait = clock.sleep(patience, AbortSignal.any([signal, over.signal])).then(() => {
      this.late++;
      return 'late' as const;
    });
    // An expected delay does not count as late.
    const foreseen = due.then((at) => (at > end ? 'late' : wait));
    try {
      const first = await Promise.race([draft, wait, foreseen]);
      signal.throwIfAborted();
      return first;
    } finally {
      over.abort();
      for (const loser of [wait, foreseen]) loser.catch(() => {});
    }
  }

  private async alone(local: Promise<Draft | undefined>, why: string | undefined): Promise<Draft | undefined> {
    const draft = await local;
    return draft && why !== undefined ? { ...draft, why } : draft;
  }

  private keep({ position, multiline }: Asked, draft: Draft, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.kept = { position, multiline, draft };
    this.deps.onReady();
  }

  private take(query: CompletionQuery, options: DraftOptions): Draft | undefined {
    if (!this.hasBetter(query, options)) return undefined;
    const draft = this.kept?.draft;
    this.kept = undefined;
    return draft;
  }

  private note(change: FileChange): void {
    const { path } = change;
    this.indexRevision.note(path);
    // A draft in progress may be based on the old text; a query contains its own file's text.
    if (this.asked && this.asked.position.path !== path) this.asked.outdated = true;
    if (this.kept?.position.path !== path) this.kept = undefined;
    this.neural.note(change);
  }

  private forget(): void {
    this.kept = undefined;
    this.asked = undefined;
  }
}
