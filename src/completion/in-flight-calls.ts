// In-flight API calls: a later request may join an earlier call. A call without a waiter is aborted, or runs on if
// nearly finished.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery } from '../common/completion.ts';
import { CodedError, failed, isCancelled, messageOf, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/types.ts';
import { EditedPosition } from '../text/edits.ts';

/** Grace period for a call without a waiter: the next keystroke may join it, ms. */
const GRACE_MS = 200;
/** A nearly finished call runs on into the cache: at most this long, and at most this many at a time. */
const RUN_ON_MS = 4000;
const MOST_RUNNING_ON = 2;
/** A call is nearly finished if its first token has arrived or this share of the expected latency has passed. */
const NEARLY = 0.7;

export type SendCall = (signal: AbortSignal, onText: (textSoFar: string) => void) => Promise<Result<LlmAnswer>>;

export interface InFlightCall {
  readonly query: CompletionQuery;
  readonly position: EditedPosition;
  readonly startedAt: number;
  /** Resolves after `onLanded` was called; never rejects. */
  readonly landed: Promise<Result<LlmAnswer>>;
  /** Whether no request waits for the call. */
  isOrphan(): boolean;
  /** Whether the call's first token has arrived. */
  hasBegun(): boolean;
}

interface Waiter {
  /** Text typed since the call. The waiter leaves if the answer does not begin with it. */
  readonly typed: string;
  readonly leave: () => void;
}

interface PendingCall extends InFlightCall {
  landed: Promise<Result<LlmAnswer>>;
  readonly controller: AbortController;
  readonly waiters: Set<Waiter>;
  textSoFar: string;
  runningOn: boolean;
}

export class InFlightCalls {
  private readonly clock: Clock;
  private readonly expectedLatencyMs: () => number;
  private readonly onLanded: (call: InFlightCall, result: Result<LlmAnswer>) => void;
  private readonly open = new Set<PendingCall>();

  /** @param onLanded called once per call, before its waiters continue */
  constructor(
    clock: Clock,
    expectedLatencyMs: () => number,
    onLanded: (call: InFlightCall, result: Result<LlmAnswer>) => void,
  ) {
    this.clock = clock;
    this.expectedLatencyMs = expectedLatencyMs;
    this.onLanded = onLanded;
  }

  /** A call for the same position whose answer may begin with the text typed since. */
  find(query: CompletionQuery): InFlightCall | undefined {
    return [...this.open].find((call) => !call.controller.signal.aborted && typedIn(call, query) !== undefined);
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
      runningOn: keepsRunning,
      isOrphan: () => call.waiters.size === 0,
      hasBegun: () => call.textSoFar !== '',
      landed: Promise.resolve(failed('cancelled', '')),
    };
    this.open.add(call);
    call.landed = this.run(call, send);
    void this.watchOrphan(call);
    return call;
  }

  /** Keeps a call that may serve this query alive until the returned function is called. */
  hold(query: CompletionQuery): () => void {
    const call = this.find(query) as PendingCall | undefined;
    return call === undefined ? () => {} : this.join(call, { typed: typedIn(call, query) ?? '', leave: () => {} });
  }

  /**
   * The call's result; undefined if the answer does not begin with the text typed since. Rejects with the signal's
   * reason; the call itself continues for other waiters or for the grace period.
   */
  async wait(call: InFlightCall, query: CompletionQuery, signal: AbortSignal): Promise<Result<LlmAnswer> | undefined> {
    signal.throwIfAborted();
    const own = call as PendingCall;
    let leave = () => {};
    let onAbort = () => {};
    const left = new Promise<undefined>((resolve, reject) => {
      leave = () => resolve(undefined);
      onAbort = () => reject(signal.reason);
    });
    signal.addEventListener('abort', onAbort, { once: true });
    const release = this.join(own, { typed: typedIn(own, query) ?? '', leave });
    try {
      return await Promise.race([own.landed, left]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      release();
    }
  }

  private join(call: PendingCall, waiter: Waiter): () => void {
    call.waiters.add(waiter);
    return () => {
      call.waiters.delete(waiter);
      if (call.waiters.size === 0 && this.open.has(call)) void this.watchOrphan(call);
    };
  }

  /** Aborts calls without a waiter, except nearly finished ones. */
  dropOrphans(): void {
    for (const call of this.open) if (call.isOrphan() && !this.mayRunOn(call)) this.end(call);
  }

  abort(): void {
    for (const call of this.open) this.end(call);
  }

  private async run(call: PendingCall, send: SendCall): Promise<Result<LlmAnswer>> {
    let result: Result<LlmAnswer>;
    try {
      result = await send(call.controller.signal, (textSoFar) => {
        call.textSoFar = textSoFar;
        for (const waiter of call.waiters) if (!agree(waiter.typed, textSoFar)) waiter.leave();
      });
    } catch (error) {
      const code = isCancelled(error) ? 'cancelled' : error instanceof CodedError ? error.code : 'malformed';
      result = failed(code, messageOf(error));
    }
    this.open.delete(call);
    this.onLanded(call, result);
    return result;
  }

  private async watchOrphan(call: PendingCall): Promise<void> {
    try {
      await this.clock.sleep(GRACE_MS, call.controller.signal);
      if (!call.isOrphan() || !this.open.has(call)) return;
      if (!this.mayRunOn(call)) return this.end(call);
      call.runningOn = true;
      await this.clock.sleep(RUN_ON_MS, call.controller.signal);
      if (call.isOrphan() && this.open.has(call)) this.end(call);
    } catch {
      // The call was aborted.
    }
  }

  private mayRunOn(call: PendingCall): boolean {
    if (call.runningOn) return true;
    const elapsed = this.clock.monotonic() - call.startedAt;
    const nearly = call.textSoFar !== '' || elapsed >= NEARLY * this.expectedLatencyMs();
    return nearly && [...this.open].filter((each) => each.runningOn).length < MOST_RUNNING_ON;
  }

  private end(call: PendingCall): void {
    call.controller.abort(new CodedError('cancelled', 'No request waits for this call.'));
  }
}

function agree(typed: string, text: string): boolean {
  return text.startsWith(typed) || typed.startsWith(text);
}

function typedIn(call: PendingCall, query: CompletionQuery): string | undefined {
  return call.position.typedSince(query, (typed) => agree(typed, call.textSoFar))?.typed;
}
