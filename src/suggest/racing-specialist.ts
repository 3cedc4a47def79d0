// A folder's specialist: its worker, and the neural engine, which mixes its model with the same index. Both are
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
import type { EditorEngine } from '../specialist/engine/engine-protocol.ts';
import { NEW_POSITION_TOKENS } from '../specialist/engine/engine-protocol.ts';
import type { EditHistory, FileChange } from '../specialist/ngram/folder-worker-protocol.ts';
import { EditedPosition } from '../text/edits.ts';
import { type IndexState, type ModelToOpen, NeuralModel, type NeuralState } from './neural-model.ts';

/**
 * How long a request waits for the engine if the prompt is cached, ms. The engine starts with the key, 50 ms before the
 * request: a model that writes a line in 130 ms is then in time at 95 of 100 positions.
 */
export const PATIENCE_MS = 200;

/**
 * How long the engine goes on with a draft whose requests were cancelled: the next one at the position joins it, ms.
 */
export const JOIN_MS = 100;

/** What is used here of the client of the folder's worker. */
export interface NgramSpecialist extends Specialist, IndexState {
  setSavedFile(path: string, text: string): void;
  setHistory(history: EditHistory): void;
  removeFile(path: string): void;
}

interface RacingDeps {
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
interface EngineDraft {
  readonly position: EditedPosition;
  readonly multiline: boolean;
  readonly controller: AbortController;
  /** Signals of the requests that wait for it. */
  readonly requests: Set<AbortSignal>;
  /** The one of them that was cancelled last. */
  leftLast: AbortSignal | undefined;
  draft: Promise<Draft | undefined>;
  /** Resolves with the expected completion time, monotonic ms; never if the prompt is cached. */
  readonly expectedAt: Promise<number>;
  done: boolean;
  /** Whether another file has changed since the draft started. */
  outdated: boolean;
}

export class RacingSpecialist implements Specialist, Disposable {
  readonly name = 'n-gram and neural';
  private readonly deps: RacingDeps;
  private readonly patienceMs: number;
  private readonly neural: NeuralModel;
  private readonly indexRevision = new IndexRevision();
  private engineDraft: EngineDraft | undefined;
  /** Drafts that the engine has not let go of → when they were cancelled, monotonic ms; the oldest first. */
  private readonly cancelled = new Map<EngineDraft, number>();
  private warming: AbortController | undefined;
  /** The last draft that came too late for its request. */
  private lateDraft:
    | { readonly position: EditedPosition; readonly multiline: boolean; readonly draft: Draft }
    | undefined;

  constructor(deps: RacingDeps) {
    this.deps = deps;
    this.patienceMs = deps.patienceMs ?? PATIENCE_MS;
    const { ngram: index, key, clock, log, onState } = deps;
    this.neural = new NeuralModel({
      index,
      key,
      clock,
      log,
      onState: () => {
        // Earlier drafts belong to the closed model.
        if (!this.neural.isOpen) this.forgetDrafts();
        onState();
      },
      onOpen: () => {
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
    const lateDraft = this.takeLateDraft(query, options);
    if (lateDraft) return lateDraft;
    const local = this.deps.ngram.complete(query, options, signal);
    if (!this.neural.isOpen) return this.ngramDraft(local, this.neural.absence());
    // It may reject after the engine has answered, when the signal is aborted.
    local.catch(() => {});
    const engineDraft = this.joinOrStartDraft(query, options);
    this.cancelAfterLast(engineDraft, signal);
    const drafted = await this.draftInTime(engineDraft, signal);
    if (drafted === 'late') {
      void engineDraft.draft.then((draft) => draft && this.keepLateDraft(engineDraft, draft, signal));
      return this.ngramDraft(local, 'the neural model takes longer');
    }
    if (this.engineDraft === engineDraft) this.engineDraft = undefined;
    return drafted ?? this.ngramDraft(local, 'the neural model did not answer');
  }

  /** Starts the engine's draft after a key; the request that follows joins it. */
  begin(query: CompletionQuery, options: DraftOptions): void {
    if (this.neural.isOpen && !this.hasBetterDraft(query, options)) this.joinOrStartDraft(query, options);
  }

  /** Prefills the prompt where the cursor rests, unless the engine is busy. */
  warm(query: CompletionQuery): void {
    if (!this.neural.isOpen || this.engineDraft?.done === false) return;
    this.warming?.abort();
    const controller = new AbortController();
    this.warming = controller;
    void this.neural.warm(query, controller.signal);
  }

  isDrafting(query: CompletionQuery, { multiline }: DraftOptions): boolean {
    const { engineDraft } = this;
    const isRunning =
      engineDraft && !engineDraft.done && !engineDraft.controller.signal.aborted && engineDraft.multiline === multiline;
    return isRunning === true && engineDraft.position.equals(new EditedPosition(query));
  }

  /** Whether a late draft of both models for this position is available. */
  hasBetterDraft(query: CompletionQuery, { multiline }: DraftOptions): boolean {
    const { lateDraft } = this;
    return (
      lateDraft !== undefined &&
      lateDraft.multiline === multiline &&
      lateDraft.position.equals(new EditedPosition(query))
    );
  }

  indexRevisionFor({ path }: CompletionQuery): number {
    return this.indexRevision.excluding(path);
  }

  snippets(query: CompletionQuery, options: SnippetOptions, signal: AbortSignal): Promise<readonly Snippet[]> {
    return this.deps.ngram.snippets(query, options, signal);
  }

  setOpenFile(path: string, text: string | undefined): void {
    this.deps.ngram.setOpenFile(path, text);
    this.noteChange(text === undefined ? { kind: 'closed', path } : { kind: 'open', path, text });
  }

  setSavedFile(path: string, text: string): void {
    this.deps.ngram.setSavedFile(path, text);
    this.noteChange({ kind: 'saved', path, text });
  }

  removeFile(path: string): void {
    this.deps.ngram.removeFile(path);
    this.noteChange({ kind: 'removed', path });
  }

  /** What the user has edited lately. */
  setHistory(history: EditHistory): void {
    this.deps.ngram.setHistory(history);
    this.neural.setHistory(history);
  }

  /** Opens this model over the worker's current snapshot and changes, instead of the one open before. */
  open(engine: EditorEngine, model: ModelToOpen): Promise<void> {
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
  private joinOrStartDraft(query: CompletionQuery, options: DraftOptions): EngineDraft {
    const position = new EditedPosition(query);
    const { multiline } = options;
    const previous = this.engineDraft;
    const isSame = previous?.multiline === multiline && previous.position.equals(position);
    if (isSame && !previous.outdated && !previous.controller.signal.aborted) return previous;
    const reason = new CodedError('cancelled', 'A newer request is for another position.');
    if (previous !== undefined) this.cancel(previous, reason);
    this.warming?.abort(reason);
    const { clock } = this.deps;
    let setExpectedAt: (at: number) => void = () => {};
    const engineDraft: EngineDraft = {
      position,
      multiline,
      controller: new AbortController(),
      requests: new Set(),
      leftLast: undefined,
      expectedAt: new Promise((resolve) => {
        setExpectedAt = resolve;
      }),
      draft: Promise.resolve(undefined),
      done: false,
      outdated: false,
    };
    this.engineDraft = engineDraft;
    const drafting = this.neural.draft(query, options, engineDraft.controller.signal, ({ promptTokens, ms }) => {
      if (promptTokens >= NEW_POSITION_TOKENS && ms !== undefined) setExpectedAt(clock.monotonic() + ms);
    });
    engineDraft.draft = drafting.then((draft) => {
      engineDraft.done = true;
      this.cancelled.delete(engineDraft);
      return draft;
    });
    return engineDraft;
  }

  private cancel(engineDraft: EngineDraft, reason?: CodedError): void {
    const { controller, done } = engineDraft;
    if (done || controller.signal.aborted) return;
    this.cancelled.set(engineDraft, this.deps.clock.monotonic());
    controller.abort(reason);
  }

  /** Cancels the draft if all its requests are cancelled, and no other one joins soon. */
  private cancelAfterLast(engineDraft: EngineDraft, signal: AbortSignal): void {
    const { controller, requests, draft } = engineDraft;
    requests.add(signal);
    const leave = () => {
      requests.delete(signal);
      engineDraft.leftLast = signal;
      const cancel = () => requests.size === 0 && engineDraft.leftLast === signal && this.cancel(engineDraft);
      this.deps.clock.sleep(JOIN_MS, controller.signal).then(cancel, () => {});
    };
    signal.addEventListener('abort', leave, { once: true });
    void draft.then(() => signal.removeEventListener('abort', leave));
    if (signal.aborted) leave();
  }

  /** Rejects with the signal's reason. */
  private async draftInTime(
    { draft, expectedAt }: EngineDraft,
    signal: AbortSignal,
  ): Promise<Draft | undefined | 'late'> {
    const { clock } = this.deps;
    const { patienceMs } = this;
    const [cancelledAt = Number.POSITIVE_INFINITY] = this.cancelled.values();
    // Other processes hold the engine up: it has to let go of that draft first.
    if (clock.monotonic() - cancelledAt >= patienceMs) return 'late';
    // Aborted when the race is decided: ends the timer.
    const answered = new AbortController();
    const end = clock.monotonic() + patienceMs;
    const timeout = clock.sleep(patienceMs, AbortSignal.any([signal, answered.signal])).then(() => 'late' as const);
    const expectedDelay = expectedAt.then((at) => (at > end ? 'late' : timeout));
    try {
      const first = await Promise.race([draft, timeout, expectedDelay]);
      signal.throwIfAborted();
      return first;
    } finally {
      answered.abort();
      for (const loser of [timeout, expectedDelay]) loser.catch(() => {});
    }
  }

  private async ngramDraft(local: Promise<Draft | undefined>, why: string | undefined): Promise<Draft | undefined> {
    const draft = await local;
    return draft && why !== undefined ? { ...draft, why } : draft;
  }

  private keepLateDraft({ position, multiline, outdated }: EngineDraft, draft: Draft, signal: AbortSignal): void {
    if (signal.aborted || outdated) return;
    this.lateDraft = { position, multiline, draft };
    this.deps.onReady();
  }

  private takeLateDraft(query: CompletionQuery, options: DraftOptions): Draft | undefined {
    if (!this.hasBetterDraft(query, options)) return undefined;
    const draft = this.lateDraft?.draft;
    this.lateDraft = undefined;
    return draft;
  }

  private noteChange(change: FileChange): void {
    const { path } = change;
    this.indexRevision.note(path);
    // A draft in progress may be based on the old text; a query contains its own file's text.
    if (this.engineDraft && this.engineDraft.position.path !== path) this.engineDraft.outdated = true;
    if (this.lateDraft?.position.path !== path) this.lateDraft = undefined;
    this.neural.noteChange(change);
  }

  private forgetDrafts(): void {
    this.lateDraft = undefined;
    this.engineDraft = undefined;
  }
}

class IndexRevision {
  private revision = 0;
  /** The file that changed last, and the revision of the last change of another file. */
  private lastPath = '';
  private otherFileRevision = 0;

  note(path: string): void {
    if (path !== this.lastPath) this.otherFileRevision = this.revision;
    this.lastPath = path;
    this.revision++;
  }

  /** Revision of the last change of any other file. A query contains its own file's text. */
  excluding(path: string): number {
    return path === this.lastPath ? this.otherFileRevision : this.revision;
  }
}
