// In-flight API calls: a later request may join an earlier call. A call without a waiter is aborted, or keeps
// running if it is nearly finished.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery } from '../common/completion.ts';
import { CodedError, failed, isCancelled, messageOf, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/protocol/models.ts';
import { EditedPosition } from '../text/edits.ts';

/** Grace period for a call without a waiter: the next keystroke may join it, ms. */
const GRACE_MS = 200;
/** A nearly finished call without a waiter keeps running, at most this long, so that its answer is kept. */
const KEEP_RUNNING_MS = 4000;
/** Maximum number of such calls at a time. */
const MAX_KEPT_RUNNING = 2;
/** A call is nearly finished if its first token has arrived or this share of the expected latency has passed. */
const NEARLY_FINISHED_SHARE = 0.7;

export type SendCall = (signal: AbortSignal, onText: (textSoFar: string) => void) => Promise<Result<LlmAnswer>>;

export interface InFlightCall {
  readonly query: CompletionQuery;
  readonly position: EditedPosition;
  readonly startedAt: number;
  /** Resolves after `onFinished` was called; never rejects. */
  readonly finished: Promise<Result<LlmAnswer>>;
  /** Whether no request waits for the call. */
  isOrphan(): boolean;
  /** Whether the call's first token has arrived. */
  hasFirstToken(): boolean;
}

interface Waiter {
  /** Text typed since the call. The waiter leaves if the answer does not begin with it. */
  readonly typed: string;
  readonly leave: () => void;
}

interface PendingCall extends InFlightCall {
  finished: Promise<Result<LlmAnswer>>;
  readonly controller: AbortController;
  readonly waiters: Set<Waiter>;
  textSoFar: string;
  keepsRunning: boolean;
  /** Identifies the latest time without a waiter: a request that joins and leaves begins another grace period. */
  orphaned: symbol;
}

export class InFlightCalls {
  private readonly clock: Clock;
  private readonly expectedLatencyMs: () => number;
  private readonly onFinished: (call: InFlightCall, result: Result<LlmAnswer>) => void;
  private readonly calls = new Set<PendingCall>();

  /** @param onFinished called once per call, before its waiters continue */
  constructor(
    clock: Clock,
    expectedLatencyMs: () => number,
    onFinished: (call: InFlightCall, result: Result<LlmAnswer>) => void,
  ) {
    this.clock = clock;
    this.expectedLatencyMs = expectedLatencyMs;
    this.onFinished = onFinished;
  }

  /** A call for the same position whose answer may begin with the text typed since. */
  find(query: CompletionQuery): InFlightCall | undefined {
    return [...this.calls].find((call) => !call.controller.signal.aborted && typedSinceCall(call, query) !== undefined);
  }

  /**
   * Starts a call. If no request waits for it, it is aborted after the grace period. With `keepsRunning` it continues,
   * as a nearly finished call does.
   */
  start(query: CompletionQuery, send: SendCall, keepsRunning: boolean): InFlightCall {
    const controller = new AbortController();
    const call: PendingCall = {
      query,
      position: new EditedPosition(query),
      startedAt: this.clock.monotonic(),
      controller,
      waiters: new Set(),
      textSoFar: '',
      keepsRunning,
      orphaned: Symbol(),
      isOrphan: () => call.waiters.size === 0,
      hasFirstToken: () => call.textSoFar !== '',
      finished: Promise.resolve(failed('cancelled', '')),
    };
    this.calls.add(call);
    call.finished = this.run(call, send);
    void this.watchOrphan(call);
    return call;
  }

  /** Keeps a call that may serve this query alive until the returned function is called. */
  keepAlive(query: CompletionQuery): () => void {
    const call = this.find(query) as PendingCall | undefined;
    return call === undefined
      ? () => {}
      : this.join(call, { typed: typedSinceCall(call, query) ?? '', leave: () => {} });
  }

  /**
   * The call's result; undefined if the answer does not begin with the text typed since. Rejects with the signal's
   * reason; the call itself continues for other waiters or for the grace period.
   */
  async wait(call: InFlightCall, query: CompletionQuery, signal: AbortSignal): Promise<Result<LlmAnswer> | undefined> {
    signal.throwIfAborted();
    const pending = call as PendingCall;
    let leave = () => {};
    let onAbort = () => {};
    const leftEarly = new Promise<undefined>((resolve, reject) => {
      leave = () => resolve(undefined);
      onAbort = () => reject(signal.reason);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    const release = this.join(pending, { typed: typedSinceCall(pending, query) ?? '', leave });
    try {
      return await Promise.race([pending.finished, leftEarly]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      release();
    }
  }

  private join(call: PendingCall, waiter: Waiter): () => void {
    call.waiters.add(waiter);
    return () => {
      call.waiters.delete(waiter);
      if (call.waiters.size === 0 && this.calls.has(call)) void this.watchOrphan(call);
    };
  }

  /** Aborts calls without a waiter, except nearly finished ones. */
  dropOrphans(): void {
    for (const call of this.calls) if (call.isOrphan() && !this.mayKeepRunning(call)) this.abortCall(call);
  }

  abort(): void {
    for (const call of this.calls) this.abortCall(call);
  }

  private async run(call: PendingCall, send: SendCall): Promise<Result<LlmAnswer>> {
    const result = await resultOf(
      send(call.controller.signal, (textSoFar) => {
        call.textSoFar = textSoFar;
        for (const waiter of call.waiters) if (!startAlike(waiter.typed, textSoFar)) waiter.leave();
      }),
    );
    this.calls.delete(call);
    this.onFinished(call, result);
    return result;
  }

  private async watchOrphan(call: PendingCall): Promise<void> {
    const orphaned = Symbol();
    call.orphaned = orphaned;
    const isStillOrphan = () => call.orphaned === orphaned && call.isOrphan() && this.calls.has(call);
    try {
      await this.clock.sleep(GRACE_MS, call.controller.signal);
      if (!isStillOrphan()) return;
      if (!this.mayKeepRunning(call)) return this.abortCall(call);
      call.keepsRunning = true;
      await this.clock.sleep(KEEP_RUNNING_MS, call.controller.signal);
      if (isStillOrphan()) this.abortCall(call);
    } catch {
      // The call was aborted.
    }
  }

  private mayKeepRunning(call: PendingCall): boolean {
    if (call.keepsRunning) return true;
    const elapsed = this.clock.monotonic() - call.startedAt;
    const isNearlyFinished = call.textSoFar !== '' || elapsed >= NEARLY_FINISHED_SHARE * this.expectedLatencyMs();
    return isNearlyFinished && [...this.calls].filter((other) => other.keepsRunning).length < MAX_KEPT_RUNNING;
  }

  private abortCall(call: PendingCall): void {
    call.controller.abort(new CodedError('cancelled', 'No request waits for this call.'));
  }
}

/** What came of a call; a bug of a client is a failure, too. */
export async function resultOf(call: Promise<Result<LlmAnswer>>): Promise<Result<LlmAnswer>> {
  try {
    return await call;
  } catch (error) {
    const code = isCancelled(error) ? 'cancelled' : error instanceof CodedError ? error.code : 'malformed';
    return failed(code, messageOf(error));
  }
}

function startAlike(typed: string, text: string): boolean {
  return text.startsWith(typed) || typed.startsWith(text);
}

function typedSinceCall(call: PendingCall, query: CompletionQuery): string | undefined {
  return call.position.typedSince(query, (typed) => startAlike(typed, call.textSoFar))?.typed;
}
