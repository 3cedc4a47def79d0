// API calls under way: later requests may wait for an earlier call, and what nobody waits for ends soon, one way or other.
import type { Clock } from '../common/clock.ts';
import type { CompletionQuery } from '../common/completion.ts';
import { CodedError, failed, isCancelled, messageOf, type Result } from '../common/errors.ts';
import type { LlmAnswer } from '../llm/types.ts';
import { EditedPlace } from '../text/edits.ts';

/** A call without a waiter is kept this long for the next keystroke's request, ms. */
const GRACE_MS = 200;
/** One that is nearly finished is let run on into the cache, at most this long, and at most so many at a time. */
const RUN_ON_MS = 4000;
const MOST_RUNNING_ON = 2;
/** Nearly finished: text has begun to come, or this share of the usual latency is over. */
const NEARLY = 0.7;

export type Call = (signal: AbortSignal, onText: (textSoFar: string) => void) => Promise<Result<LlmAnswer>>;

export interface Flight {
  readonly query: CompletionQuery;
  readonly place: EditedPlace;
  readonly startedAt: number;
  /** Settles after `onLanded` has seen the result; never rejects. */
  readonly landed: Promise<Result<LlmAnswer>>;
  /** Nobody waits for it now. */
  isOrphan(): boolean;
  /** Its first words have come. */
  hasBegun(): boolean;
}

interface Waiter {
  /** What its user has typed since: it must stay a beginning of the answer, or the waiter goes. */
  readonly typed: string;
  readonly leave: () => void;
}

interface OwnFlight extends Flight {
  landed: Promise<Result<LlmAnswer>>;
  readonly controller: AbortController;
  readonly waiters: Set<Waiter>;
  textSoFar: string;
  runningOn: boolean;
}

export class InFlightCalls {
  private readonly clock: Clock;
  private readonly expectedLatencyMs: () => number;
  private readonly onLanded: (flight: Flight, result: Result<LlmAnswer>) => void;
  private readonly open = new Set<OwnFlight>();

  /** @param onLanded called once per call, waited for or not, before its waiters go on */
  constructor(
    clock: Clock,
    expectedLatencyMs: () => number,
    onLanded: (flight: Flight, result: Result<LlmAnswer>) => void,
  ) {
    this.clock = clock;
    this.expectedLatencyMs = expectedLatencyMs;
    this.onLanded = onLanded;
  }

  /** A call whose answer can serve this query: same place, and what was typed since may be how the answer begins. */
  find(query: CompletionQuery): Flight | undefined {
    return [...this.open].find((flight) => !flight.controller.signal.aborted && typedIn(flight, query) !== undefined);
  }

  /** Starts a call; until somebody waits for it, it has the grace time, or with `runOn` the time of a nearly finished one. */
  start(query: CompletionQuery, call: Call, runOn: boolean): Flight {
    const controller = new AbortController();
    const flight: OwnFlight = {
      query,
      place: new EditedPlace(query),
      startedAt: this.clock.monotonic(),
      controller,
      waiters: new Set(),
      textSoFar: '',
      runningOn: runOn,
      isOrphan: () => flight.waiters.size === 0,
      hasBegun: () => flight.textSoFar !== '',
      landed: Promise.resolve(failed('cancelled', '')),
    };
    this.open.add(flight);
    flight.landed = this.fly(flight, call);
    void this.watchOrphan(flight);
    return flight;
  }

  /** Keeps a call whose answer may serve this query from ending as one that nobody waits for, until the returned function is called. */
  hold(query: CompletionQuery): () => void {
    const flight = this.find(query) as OwnFlight | undefined;
    return flight === undefined
      ? () => {}
      : this.join(flight, { typed: typedIn(flight, query) ?? '', leave: () => {} });
  }

  /**
   * The flight's result; undefined when the answer turned out not to begin with what was typed since. Rejects with the
   * signal's reason; the call itself then goes on if others wait for it, or for a short while.
   */
  async wait(flight: Flight, query: CompletionQuery, signal: AbortSignal): Promise<Result<LlmAnswer> | undefined> {
    signal.throwIfAborted();
    const own = flight as OwnFlight;
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

  private join(flight: OwnFlight, waiter: Waiter): () => void {
    flight.waiters.add(waiter);
    return () => {
      flight.waiters.delete(waiter);
      if (flight.waiters.size === 0 && this.open.has(flight)) void this.watchOrphan(flight);
    };
  }

  /** A new call is about to start: what nobody waits for and is not nearly finished ends now. */
  dropOrphans(): void {
    for (const flight of this.open) if (flight.isOrphan() && !this.mayRunOn(flight)) this.end(flight);
  }

  /** Ends every call. */
  abort(): void {
    for (const flight of this.open) this.end(flight);
  }

  private async fly(flight: OwnFlight, call: Call): Promise<Result<LlmAnswer>> {
    let result: Result<LlmAnswer>;
    try {
      result = await call(flight.controller.signal, (textSoFar) => {
        flight.textSoFar = textSoFar;
        for (const waiter of flight.waiters) if (!agree(waiter.typed, textSoFar)) waiter.leave();
      });
    } catch (error) {
      const code = isCancelled(error) ? 'cancelled' : error instanceof CodedError ? error.code : 'malformed';
      result = failed(code, messageOf(error));
    }
    this.open.delete(flight);
    this.onLanded(flight, result);
    return result;
  }

  private async watchOrphan(flight: OwnFlight): Promise<void> {
    try {
      await this.clock.sleep(GRACE_MS, flight.controller.signal);
      if (!flight.isOrphan() || !this.open.has(flight)) return;
      if (!this.mayRunOn(flight)) return this.end(flight);
      flight.runningOn = true;
      await this.clock.sleep(RUN_ON_MS, flight.controller.signal);
      if (flight.isOrphan() && this.open.has(flight)) this.end(flight);
    } catch {
      // Aborted meanwhile: nothing left to watch.
    }
  }

  private mayRunOn(flight: OwnFlight): boolean {
    if (flight.runningOn) return true;
    const elapsed = this.clock.monotonic() - flight.startedAt;
    const nearly = flight.textSoFar !== '' || elapsed >= NEARLY * this.expectedLatencyMs();
    return nearly && [...this.open].filter((f) => f.runningOn).length < MOST_RUNNING_ON;
  }

  private end(flight: OwnFlight): void {
    flight.controller.abort(new CodedError('cancelled', 'Nobody waits for this call.'));
  }
}

function agree(typed: string, text: string): boolean {
  return text.startsWith(typed) || typed.startsWith(text);
}

function typedIn(flight: OwnFlight, query: CompletionQuery): string | undefined {
  return flight.place.typedSince(query, (typed) => agree(typed, flight.textSoFar))?.typed;
}
