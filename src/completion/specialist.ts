// A folder's specialist: the n-gram worker, always there, and the neural engine, which mixes its model with the same index. Both are
// asked at once; the engine's draft is the answer, unless it will not come in time. A place whose prompt the engine does not hold yet
// is answered in two steps: the n-grams at once, and the mixture when it is there, for who asks at that place again.
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
import { EditedPlace } from '../text/edits.ts';
import { type IndexState, type ModelToOpen, NeuralFolder, type NeuralState } from './folder-model.ts';
import { IndexRevision } from './news.ts';

/**
 * How long a request waits for the engine where it has the place's prompt, ms. It has begun with the key, 50 ms before: a model that
 * writes a line in 130 ms is in time at 95 of 100 places then, and who types on sees neither.
 */
export const PATIENCE_MS = 200;
/** After so many late answers in a row nobody waits, until one comes in time again. */
const MOST_LATE = 3;

/** What is needed of the n-gram worker's client. */
export interface NgramSpecialist extends Specialist, IndexState {
  setSavedFile(path: string, text: string): void;
  removeFile(path: string): void;
}

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

/** A draft that the engine works on, or has just made: one for each place, whoever wants it. */
interface Asked {
  readonly place: EditedPlace;
  readonly multiline: boolean;
  readonly controller: AbortController;
  draft: Promise<Draft | undefined>;
  /** Resolves when the engine has said when the draft will be there, monotonic ms; not at all where it has the prompt already. */
  readonly due: Promise<number>;
  /** By a request that waits for it; monotonic, ms. */
  requestedAt: number;
  done: boolean;
  /** Another file has changed since it was begun. */
  outdated: boolean;
}

export class MixedSpecialist implements Specialist, Disposable {
  readonly name = 'n-gram and neural';
  private readonly deps: MixedDeps;
  private readonly patienceMs: number;
  private readonly neural: NeuralFolder;
  private readonly news = new IndexRevision();
  private late = 0;
  private asked: Asked | undefined;
  private warming: AbortController | undefined;
  /** The last answer that came too late for its request. */
  private kept: { readonly place: EditedPlace; readonly multiline: boolean; readonly draft: Draft } | undefined;

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
        // Whatever it drafted was of another opening.
        if (!this.neural.isOpen) this.forget();
        onState();
      },
      onOpen: () => {
        this.late = 0;
        // What the n-grams have answered alone may be another answer now.
        this.news.note('');
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
    // It rejects when the signal is aborted, which may be after the engine has answered.
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

  /** A key was pressed, and a request will follow it: the engine begins now, and the request finds what it has by then. */
  begin(query: CompletionQuery, options: DraftOptions): void {
    if (this.neural.isOpen && !this.hasBetter(query, options)) this.ask(query, options);
  }

  /** The cursor rests here: the engine runs the prompt, unless it has something to do, so that the first key finds it done. */
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
    return open === true && asked.place.equals(new EditedPlace(query));
  }

  /** A draft of both models for this very place came after the n-grams had answered there alone. */
  hasBetter(query: CompletionQuery, { multiline }: DraftOptions): boolean {
    const { kept } = this;
    return kept !== undefined && kept.multiline === multiline && kept.place.equals(new EditedPlace(query));
  }

  newsFor({ path }: CompletionQuery): number {
    return this.news.beside(path);
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
  open(engine: Engine, model: ModelToOpen): Promise<void> {
    return this.neural.open(engine, model);
  }

  /** The engine's process is another one: what was open is lost. */
  restarted(): void {
    this.neural.restarted();
  }

  /** From now on the n-grams answer alone. */
  close(): void {
    this.neural.close();
  }

  dispose(): void {
    this.close();
  }

  /** The draft under way for this place, or a new one: no other place matters any more then. */
  private ask(query: CompletionQuery, options: DraftOptions): Asked {
    const place = new EditedPlace(query);
    const { multiline } = options;
    const before = this.asked;
    const isSame = before?.multiline === multiline && before.place.equals(place);
    if (isSame && !before.outdated && !before.controller.signal.aborted) return before;
    const newer = new CodedError('cancelled', 'Another place is asked about.');
    before?.controller.abort(newer);
    this.warming?.abort(newer);
    const { clock } = this.deps;
    let tell: (due: number) => void = () => {};
    const asked: Asked = {
      place,
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
    // Late as foreseen says nothing of how fast the engine is.
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

  private keep({ place, multiline }: Asked, draft: Draft, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.kept = { place, multiline, draft };
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
    this.news.note(path);
    // Drafts that nobody has asked for yet may be of what was; the file at hand is in its query.
    if (this.asked && this.asked.place.path !== path) this.asked.outdated = true;
    if (this.kept?.place.path !== path) this.kept = undefined;
    this.neural.note(change);
  }

  private forget(): void {
    this.kept = undefined;
    this.asked = undefined;
  }
}
