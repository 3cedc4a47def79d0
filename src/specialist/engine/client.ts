// The owner's side of the engine process: starts it when first needed, restarts it when it dies, and never leaves it
// behind.
import type { Socket } from 'node:net';
import { constants, getPriority, setPriority } from 'node:os';
import { type ChildProcess, endChild, onceEnded, startChild } from '../../common/child.ts';
import { type Clock, systemClock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { type Failure, failed, messageOf, ok, type Result } from '../../common/errors.ts';
import { type Log, silentLog } from '../../common/log.ts';
import { memoryCeiling } from '../../common/memory.ts';
import { SilenceWatch } from '../../common/silence-watch.ts';
import { ggufManifest, type PackageManifest } from '../../neural/models/manifest.ts';
import {
  CEILING_ARGUMENT,
  type FromEngine,
  LONGEST_SILENCE,
  type RequestKind,
  type Requests,
  type ToEngine,
  TRAINING_ARGUMENT,
} from './protocol.ts';

export interface RequestOptions<K extends RequestKind> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: Requests[K]['progress']) => void;
}

/** Answers engine requests: the owner of the process, or a wrapper that forwards requests to it. */
export interface Engine {
  /** Never rejects. */
  request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>>;
}

export interface EngineOptions {
  /** The engine's script: dist/engine.cjs, or src/specialist/engine/main.ts under Node 24. */
  readonly script: string;
  /** Bytes; default: as memoryCeiling says. */
  readonly memoryCeiling?: number;
  /** The process is for training: it runs at low priority and is marked in process lists. */
  readonly trains?: boolean;
  /** The process gives way to all others, as one that trains does. */
  readonly lowPriority?: boolean;
  /** Added to our own niceness for a process that trains. Default: enough to give way to all others. */
  readonly trainingNiceness?: number | undefined;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with a base at which llama.cpp aborted. This client does not run it again. */
  readonly onSetAside?: (base: Pick<PackageManifest, 'name' | 'weights'>, failure: Failure) => void;
}

interface Pending {
  readonly message: ToEngine;
  readonly settle: (result: Result<unknown>) => void;
  readonly progress: ((value: unknown) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  /** Progress that it has reported, over all processes; -1 before the first report. */
  progressCount: number;
  /** Deaths of the process since this request last got further than ever before. */
  deaths: number;
}

/** What a request asks, without its id. */
type Asked =
  | { [K in RequestKind]: { readonly kind: K; readonly request: Requests[K]['request'] } }[RequestKind]
  | { readonly kind: 'cancel'; readonly request?: never };

/** How a process ends at an abort or a fault in native code: by a signal, on Windows with an exit code. */
const ABORTED =
  /^(?:SIG(?:ABRT|SEGV|BUS|ILL|FPE|TRAP)|code (?:134|3221225477|3221225501|3221226505))\b(?!.*heap out of memory)/;

/** A request fails after this many deaths while it was running: it may be their cause. */
const MOST_DEATHS = 3;
/** A process that does not end by itself is killed after this, ms. */
const GRACE = 2000;
/**
 * glibc requests large pages, where the system grants them: fewer TLB misses when each token reads all weights. Other C
 * libraries ignore it.
 */
export const LARGE_PAGES = { GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1' } as const;
/**
 * For the process that trains: freed arrays of more than this many bytes go back to the system instead of into a pool.
 * Not for the process that serves: its weights would lie in small pages, and its tokens would take longer.
 */
const RETURN_MEMORY = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_ARENA_MAX: '2' };

/**
 * The count of finished steps, positions or texts in a progress report. -1 for reports that come before any work, or
 * again from each new process: a draft's estimate, a training's device.
 */
function countDone(progress: unknown): number {
  const { step, done, index } = (progress ?? {}) as Partial<Record<'step' | 'done' | 'index', number>>;
  return step ?? done ?? index ?? -1;
}

export class EngineClient implements Engine {
  private readonly options: EngineOptions;
  private readonly log: Log;
  private readonly pending = new Map<number, Pending>();
  private child: ChildProcess | undefined;
  /** The model's folder of each open key. */
  private readonly openModels = new Map<string, string>();
  /** Bases at which llama.cpp aborted, by the hash of their file. */
  private readonly setAside = new Map<string, Failure>();
  private readonly restartListeners = new Set<() => void>();
  /** A process has ended and has not been replaced yet. */
  private hasEnded = false;
  /**
   * Deaths that requests of a restart listener inherit: otherwise one that kills the process would be repeated for
   * ever.
   */
  private deaths = 0;
  private nextId = 1;
  private disposed = false;
  private readonly silence: SilenceWatch;

  constructor(options: EngineOptions) {
    this.options = options;
    this.log = options.log ?? silentLog;
    const longest = () => Math.max(0, ...[...this.pending.values()].map(({ message }) => silenceLimitOf(message)));
    this.silence = new SilenceWatch(options.clock ?? systemClock, longest, () => this.endSilent());
  }

  /** Undefined while no process runs. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Called when a new process has replaced a dead one, before any other request: the moment to open specialists again.
   * A process that dies without requests is replaced with the next request.
   */
  onRestarted(listener: () => void): Disposable {
    this.restartListeners.add(listener);
    return { dispose: () => this.restartListeners.delete(listener) };
  }

  /**
   * Never rejects. A process that dies is restarted and its requests are repeated: training then continues from its
   * checkpoint. A request that has seen three deaths without progress fails with 'crashed'. A process that is silent
   * for longer than LONGEST_SILENCE is ended, and its first request fails with 'timeout'.
   */
  request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    const { signal, onProgress } = options;
    if (this.disposed) return Promise.resolve(failed('crashed', 'The neural engine has been shut down.'));
    if (signal?.aborted) return Promise.resolve(failed('cancelled', 'Cancelled.'));
    // Without a process nothing is open, and none is started to close it.
    if (kind === 'close' && !this.child) return Promise.resolve(ok({}));
    const refusal = this.setAside.size > 0 ? this.refusalOf({ kind, request } as Asked) : undefined;
    if (refusal) return Promise.resolve({ ok: false, error: refusal });
    return new Promise((resolve) => {
      const id = this.nextId++;
      const message = { id, kind, request } as ToEngine;
      const cancel = () => this.post({ id, kind: 'cancel' });
      signal?.addEventListener('abort', cancel, { once: true });
      const settle = (result: Result<unknown>) => {
        signal?.removeEventListener('abort', cancel);
        this.pending.delete(id);
        this.updateKeepAlive();
        resolve(result as Result<Requests[K]['result']>);
      };
      const progress = onProgress as ((value: unknown) => void) | undefined;
      if (!this.child) {
        const failure = this.tryToStart();
        if (failure) return settle(failure);
      }
      this.pending.set(id, { message, settle, progress, signal, progressCount: -1, deaths: this.deaths });
      this.updateKeepAlive();
      this.post(message);
    });
  }

  /**
   * A message to a process that has just died is lost without an error. Its exit event follows, and its requests are
   * repeated.
   */
  private post(message: ToEngine): void {
    // A process without a channel could not be started.
    this.child?.send?.(message, () => {});
  }

  /** Only pending requests keep the owner's process alive. */
  private updateKeepAlive(): void {
    if (this.pending.size > 0) this.silence.begin();
    else this.silence.stop();
    const { child } = this;
    if (!child) return;
    const verb = this.pending.size > 0 ? 'ref' : 'unref';
    child[verb]();
    child.channel?.[verb]?.();
    (child.stderr as Socket | null)?.[verb]();
  }

  /** The failure if the system refuses another process. */
  private tryToStart(): Result<never> | undefined {
    try {
      this.startProcess();
      return undefined;
    } catch (error) {
      this.log.error('The neural engine could not be started', error);
      return failed('crashed', `The neural engine could not be started: ${messageOf(error)}`);
    }
  }

  private startProcess(): void {
    this.child = this.fork();
    if (!this.hasEnded) return;
    this.hasEnded = false;
    this.deaths = Math.max(0, ...[...this.pending.values()].map(({ deaths }) => deaths));
    for (const listener of [...this.restartListeners]) listener();
    this.deaths = 0;
  }

  private fork(): ChildProcess {
    const { script, memoryCeiling: ceiling = memoryCeiling(0), trains = false, lowPriority = trains } = this.options;
    const { trainingNiceness, env } = this.options;
    const started = startChild({
      script,
      args: [`${CEILING_ARGUMENT}${ceiling}`, ...(trains ? [TRAINING_ARGUMENT] : [])],
      defaults: trains ? RETURN_MEMORY : LARGE_PAGES,
      ...(env && { env }),
    });
    const { process: child } = started;
    this.silence.resetSilence();
    if (lowPriority) lowerPriority(child, trainingNiceness);
    child.on('message', (message) => this.receive(message as FromEngine));
    child.on('error', (error) => this.log.error('The neural engine could not be started', error));
    onceEnded(started, (reason) => this.handleDeath(child, reason));
    return child;
  }

  private receive(message: FromEngine): void {
    this.silence.resetSilence();
    if (message?.kind === 'alive') return;
    const request = this.pending.get(message?.id);
    if (!request) return;
    if (message.kind === 'progress') {
      const progressCount = countDone(message.progress);
      if (progressCount > request.progressCount) Object.assign(request, { progressCount, deaths: 0 });
      request.progress?.(message.progress);
    } else if (message.kind === 'failure') request.settle({ ok: false, error: message.failure as Failure });
    else {
      this.noteOpen(request.message);
      request.settle({ ok: true, value: message.result });
    }
  }

  /** After an answer: a request in flight is of the model that was open before. */
  private noteOpen({ kind, request }: Asked): void {
    if (kind === 'open') this.openModels.set(request.key, request.model);
    else if (kind === 'close') this.openModels.delete(request.key);
  }

  /** Usually the first request blocks its thread. The other requests are repeated in a new process. */
  private endSilent(): void {
    const [first] = this.pending.values();
    if (!first) return;
    const minutes = Math.round(silenceLimitOf(first.message) / 60_000);
    const sentence = `The neural engine gave no sign of life for ${minutes} minutes and was ended.`;
    this.log.error(`${sentence} It was asked '${first.message.kind}'.`);
    const advice = "Try again; if this continues, choose another base with 'Easy Adaptation: Choose the Base Model…'.";
    first.settle(
      first.signal?.aborted ? failed('cancelled', 'Cancelled.') : failed('timeout', `${sentence} ${advice}`),
    );
    this.child?.kill('SIGKILL');
  }

  private handleDeath(child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.disposed) return;
    this.hasEnded = true;
    this.log.warn(`The neural engine ended (${reason})`);
    if (ABORTED.test(reason)) this.setCauseAside(reason);
    const advice = this.options.trains
      ? 'Run the command again, or choose the CPU as its device.'
      : 'Close other programs and try again, or choose another base.';
    for (const request of [...this.pending.values()]) {
      const refusal = this.refusalOf(request.message);
      request.deaths++;
      if (refusal) request.settle({ ok: false, error: refusal });
      else if (request.deaths >= MOST_DEATHS)
        request.settle(failed('crashed', `The neural engine keeps ending (${reason}). ${advice}`));
    }
    if (this.pending.size === 0) return;
    const unanswered = [...this.pending.values()];
    const failure = this.tryToStart();
    if (failure) {
      for (const { settle } of unanswered) settle(failure);
      return;
    }
    this.updateKeepAlive();
    for (const { message, signal } of unanswered) {
      this.post(message);
      if (signal?.aborted) this.post({ id: message.id, kind: 'cancel' });
    }
  }

  /** Native code aborted. Requests run one after the other, so the first of them was running. */
  private setCauseAside(reason: string): void {
    const running = [...this.pending.values()].find(({ message }) => this.modelOf(message) !== undefined);
    const model = running && this.modelOf(running.message);
    const base = model && ggufManifest(model);
    if (!base) return;
    // Without the folders of the machine on which the library was built.
    const cause = reason.replace(/(?<!\S)\S*[/\\](?=[\w.-]+:\d)/g, '');
    const failure: Failure = {
      code: 'crashed',
      message:
        `The base '${base.name}' ended the neural engine: llama.cpp cannot run its file (${cause}). It is set aside ` +
        'until the window is reloaded or the command is run again. Choose another base, or download the file again.',
    };
    this.setAside.set(base.weights, failure);
    this.log.error(failure.message);
    this.options.onSetAside?.(base, failure);
  }

  /** Why the base of a request is not run; undefined if it is. */
  private refusalOf(asked: Asked): Failure | undefined {
    const model = this.setAside.size > 0 ? this.modelOf(asked) : undefined;
    const base = model === undefined ? undefined : ggufManifest(model);
    return base && this.setAside.get(base.weights);
  }

  /** Folder of the model that llama.cpp may run for a request. */
  private modelOf(asked: Asked): string | undefined {
    switch (asked.kind) {
      case 'open':
      case 'time':
        return asked.request.model;
      case 'draft':
      case 'warm':
      case 'lossAt':
      case 'fit':
        return this.openModels.get(asked.request.key);
      default:
        return undefined;
    }
  }

  /** Ends the process; pending requests fail silently. */
  dispose(): void {
    void this.end();
  }

  /**
   * The same; resolves when the process is gone. A process that does not end by itself, for instance a suspended one,
   * is killed after `graceMs`.
   */
  end(graceMs = GRACE): Promise<void> {
    this.disposed = true;
    for (const request of [...this.pending.values()]) request.settle(failed('cancelled', 'Cancelled.'));
    return this.child ? endChild(this.child, graceMs) : Promise.resolve();
  }
}

function silenceLimitOf({ kind }: ToEngine): number {
  return kind === 'cancel' ? 0 : LONGEST_SILENCE[kind];
}

/** Lowers the priority of the whole process below our own, if the system allows it. */
function lowerPriority({ pid }: ChildProcess, by: number = constants.priority.PRIORITY_BELOW_NORMAL): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + by));
  } catch {
    // It has ended already, or may not be changed: training works all the same.
  }
}
