// The owner's side of a worker thread or child process that serves requests. It starts the remote again when it dies,
// ends it when it is silent for too long, and repeats what it was asked, or lets it fail.
import { type Clock, systemClock } from './clock.ts';
import { type Failure, failed, messageOf, type Result } from './errors.ts';
import { type Log, silentLog } from './log.ts';
import type { AskOptions, Kind, Protocol, Question, Reply } from './remote.ts';

/** Deaths in a row without an answer after which a remote that always runs is started only after a pause. */
const MOST_DEATHS_IN_A_ROW = 4;
/** The first pause, ms. Each death after it doubles the pause. */
const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 16 * FIRST_PAUSE_MS;
/** A remote that does not end by itself, for instance a suspended one, is killed after this, ms. */
const GRACE_MS = 2000;
/** Interval of the checks for silence, ms. */
const CHECK_INTERVAL_MS = 5_000;
/** A longer gap between two checks counts as this long: the machine slept, or our own thread was busy. */
const LONGEST_GAP_MS = 2 * CHECK_INTERVAL_MS;

/** A running thread or process. */
export interface Remote {
  readonly pid?: number | undefined;
  /** A message to a remote that has just died is lost without an error. */
  post(message: Question): void;
  /** Whether it keeps our own process alive. */
  hold(holds: boolean): void;
  /** Kills it after `graceMs` if it has not ended by itself; resolves when it is gone. */
  end(graceMs: number): Promise<void>;
}

/** A request without a reply. */
export interface Call<P> {
  readonly kind: Kind<P>;
  readonly request: unknown;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((value: never) => void) | undefined;
  /** Deaths of the remote while it had this request. */
  deaths: number;
  settle(answer: Result<never>): void;
}

export interface Supervision {
  /** For the log. */
  readonly name: string;
  readonly log?: Log | undefined;
  readonly clock?: Clock | undefined;
  /** The remote runs also without requests; otherwise it is started with the next request. */
  readonly alwaysRuns: boolean;
  /** A request fails after this many deaths while it was running. */
  readonly mostDeaths: number;
  /** An aborted request is answered at once; otherwise the remote's reply is awaited. */
  readonly answersAborted: boolean;
}

export abstract class Supervisor<P extends Protocol<P>> {
  protected readonly log: Log;
  /** In the order in which the remote got them, those included that nobody awaits any more. */
  protected readonly calls = new Map<number, Call<P>>();
  protected remote: Remote | undefined;
  protected disposed = false;
  private readonly supervision: Supervision;
  private readonly clock: Clock;
  private nextId = 1;
  private hasEnded = false;
  /** Since the remote last worked. */
  private deathsInARow = 0;
  /** Deaths that requests of `handleStart` inherit: otherwise one that kills the remote would be repeated for ever. */
  private inheritedDeaths = 0;
  private pause: AbortController | undefined;
  private silentMs = 0;
  private watching: AbortController | undefined;

  constructor(supervision: Supervision) {
    this.supervision = supervision;
    this.log = supervision.log ?? silentLog;
    this.clock = supervision.clock ?? systemClock;
  }

  /** Throws if the system refuses another thread or process. @param ended called when it is gone */
  protected abstract createRemote(ended: (how: string) => void): Remote;
  /** Limit for the silence of the remote while it has such a request, ms. */
  protected abstract silenceLimit(kind: Kind<P>): number;
  /** How a request fails. 'absent': the remote was disposed of, or waits before it is started again. */
  protected abstract failure(cause: 'refused' | 'died' | 'absent', how: string): Failure;
  /** Called before any request is sent to a new remote. @param isRestart it replaces a dead one */
  protected handleStart(_isRestart: boolean): void {}
  /** Called before the owner has the answer. */
  protected handleAnswer(_call: Call<P>, _answer: Result<unknown>): void {}
  protected handleProgress(_call: Call<P>, _progress: unknown): void {}
  /** Called before a silent remote is killed. @param first the request that it probably works on */
  protected abstract handleSilence(first: Call<P>): void;
  /** Called when a remote has died, before its requests fail or are repeated. */
  protected handleDeath(_how: string): void {}
  /** Called when `isPaused` has changed. */
  protected handlePause(): void {}

  /** Whether the remote died several times in a row and has not been started again yet. */
  get isPaused(): boolean {
    return this.pause !== undefined;
  }

  /** Never rejects. */
  ask<K extends Kind<P>>(
    kind: K,
    request: P[K]['request'],
    { signal, onProgress }: AskOptions<P[K]['progress']> = {},
  ): Promise<Result<P[K]['result']>> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve(failed('cancelled', 'Cancelled.'));
      if (this.disposed || this.isPaused) return resolve({ ok: false, error: this.failure('absent', '') });
      const id = this.nextId++;
      const cancel = () => {
        this.remote?.post({ id, kind: 'cancel' });
        if (this.supervision.answersAborted) resolve(failed('cancelled', 'Cancelled.'));
        this.updateWatch();
      };
      const settle = (answer: Result<never>) => {
        signal?.removeEventListener('abort', cancel);
        this.calls.delete(id);
        this.updateWatch();
        resolve(answer);
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const call = { kind, request, signal, onProgress, deaths: this.inheritedDeaths, settle };
      this.calls.set(id, call);
      if (this.remote) this.send(id, call);
      else this.start();
    });
  }

  /** Without a reply. A remote that is started later does not get it. */
  tell<K extends Kind<P>>(kind: K, request: P[K]['request']): void {
    this.remote?.post({ kind, request });
  }

  /** Starts the remote, also during a pause, and sends it all requests. */
  protected start(): void {
    const { pause } = this;
    pause?.abort();
    this.pause = undefined;
    if (pause) this.handlePause();
    const calls = [...this.calls];
    try {
      this.remote = this.createRemote((how) => this.endRemote(how));
    } catch (error) {
      this.log.error(`${this.supervision.name} could not be started`, error);
      for (const [, call] of calls) this.fail(call, 'refused', messageOf(error));
      this.deathsInARow = Math.max(this.deathsInARow + 1, MOST_DEATHS_IN_A_ROW);
      if (this.supervision.alwaysRuns) this.startLater('could not be started');
      return;
    }
    this.silentMs = 0;
    this.calls.clear();
    this.inheritedDeaths = Math.max(0, ...calls.map(([, { deaths }]) => deaths));
    this.handleStart(this.hasEnded);
    this.hasEnded = false;
    this.inheritedDeaths = 0;
    for (const [id, call] of calls) {
      this.calls.set(id, call);
      this.send(id, call);
    }
    this.updateWatch();
  }

  /** Reads a reply, which is a sign of life. */
  protected receive(reply: Reply): void {
    this.silentMs = 0;
    if (reply.kind === 'log') this.log[reply.level](reply.message);
    const call = 'id' in reply ? this.calls.get(reply.id) : undefined;
    if (!call) return;
    if (reply.kind === 'progress') {
      this.handleProgress(call, reply.progress);
      call.onProgress?.(reply.progress as never);
    } else if (reply.kind === 'answer') {
      this.handleAnswer(call, reply.answer);
      call.settle(reply.answer as Result<never>);
    }
  }

  /** The remote is well: deaths before do not count. */
  protected worked(): void {
    this.deathsInARow = 0;
  }

  /** Ends the remote; its requests fail. */
  dispose(): void {
    void this.end();
  }

  /** The same; resolves when the remote is gone. */
  async end(graceMs = GRACE_MS): Promise<void> {
    this.disposed = true;
    this.pause?.abort();
    this.pause = undefined;
    for (const call of [...this.calls.values()]) this.fail(call, 'absent', '');
    await this.remote?.end(graceMs);
  }

  private fail({ settle }: Call<P>, ...why: Parameters<Supervisor<P>['failure']>): void {
    settle({ ok: false, error: this.failure(...why) });
  }

  private send(id: number, { kind, request, signal }: Call<P>): void {
    this.updateWatch();
    this.remote?.post({ id, kind, request });
    if (signal?.aborted) this.remote?.post({ id, kind: 'cancel' });
  }

  private endRemote(how: string): void {
    this.remote = undefined;
    if (this.disposed) return;
    this.hasEnded = true;
    this.log.warn(`${this.supervision.name} ended (${how})`);
    this.handleDeath(how);
    for (const call of [...this.calls.values()])
      if (++call.deaths >= this.supervision.mostDeaths) this.fail(call, 'died', how);
    const { alwaysRuns } = this.supervision;
    this.deathsInARow += 1;
    if (alwaysRuns && this.deathsInARow >= MOST_DEATHS_IN_A_ROW)
      this.startLater(`stopped ${this.deathsInARow} times (${how})`);
    else if (alwaysRuns || this.calls.size > 0) this.start();
  }

  private startLater(reason: string): void {
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** (this.deathsInARow - MOST_DEATHS_IN_A_ROW), LONGEST_PAUSE_MS);
    this.log.error(`${this.supervision.name} ${reason} and starts again in ${ms / 60_000} min`);
    const pause = new AbortController();
    this.pause = pause;
    this.clock.sleep(ms, pause.signal).then(
      () => this.start(),
      () => {},
    );
    this.handlePause();
  }

  /** Silence counts while there are requests. Only those that are awaited keep the owner's process alive. */
  private updateWatch(): void {
    const calls = [...this.calls.values()];
    this.remote?.hold(calls.some(({ signal }) => !(this.supervision.answersAborted && signal?.aborted)));
    if (calls.length === 0) {
      this.watching?.abort();
      this.watching = undefined;
    } else if (!this.watching) {
      this.watching = new AbortController();
      this.silentMs = 0;
      this.watchSilence(this.watching.signal).catch(() => {});
    }
  }

  private async watchSilence(signal: AbortSignal): Promise<void> {
    let last = this.clock.monotonic();
    let tooLong = 0;
    for (;;) {
      await this.clock.sleep(CHECK_INTERVAL_MS, signal);
      const now = this.clock.monotonic();
      this.silentMs += Math.min(now - last, LONGEST_GAP_MS);
      last = now;
      const limit = Math.max(...[...this.calls.values()].map(({ kind }) => this.silenceLimit(kind)));
      // If our own thread was busy, a sign may have arrived and not been read yet: check once more.
      tooLong = this.silentMs > limit ? tooLong + 1 : 0;
      if (tooLong < 2) continue;
      this.silentMs = 0;
      tooLong = 0;
      // Usually the first request blocks its thread.
      const [first] = this.calls.values();
      if (first) this.handleSilence(first);
      void this.remote?.end(0);
    }
  }
}
