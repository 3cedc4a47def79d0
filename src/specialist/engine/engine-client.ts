// The owner's side of the engine process: starts it when first needed, restarts it when it dies, and never leaves it
// behind.
import { constants, getPriority, setPriority } from 'node:os';
import { type ChildProcess, onceEnded, remoteOf, startChild } from '../../common/child.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { type Failure, failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { memoryCeiling } from '../../common/memory.ts';
import { type Call, type Remote, Supervisor } from '../../common/supervisor.ts';
import { ggufManifest, type PackageManifest } from '../../neural/models/manifest.ts';
import {
  CEILING_ARGUMENT,
  type FromEngine,
  LONGEST_SILENCE,
  type RequestKind,
  type Requests,
  TRAINING_ARGUMENT,
} from './engine-protocol.ts';

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

/** What a request asks, without its id. */
type Asked = { [K in RequestKind]: { readonly kind: K; readonly request: Requests[K]['request'] } }[RequestKind];

/** How a process ends at an abort or a fault in native code: by a signal, on Windows with an exit code. */
const ABORTED =
  /^(?:SIG(?:ABRT|SEGV|BUS|ILL|FPE|TRAP)|code (?:134|3221225477|3221225501|3221226505))\b(?!.*heap out of memory)/;

/** A request fails after this many deaths while it was running: it may be their cause. */
const MOST_DEATHS = 3;
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

export class EngineClient extends Supervisor<Asked, FromEngine, Result<unknown>> implements Engine {
  private readonly options: EngineOptions;
  /** The model's folder of each open key. */
  private readonly openModels = new Map<string, string>();
  /** Bases at which llama.cpp aborted, by the hash of their file. */
  private readonly setAside = new Map<string, Failure>();
  private readonly restartListeners = new Set<() => void>();

  constructor(options: EngineOptions) {
    const { log, clock } = options;
    const name = 'The neural engine';
    super({ name, log, clock, alwaysRuns: false, mostDeaths: MOST_DEATHS, rejectsAborted: false });
    this.options = options;
  }

  /** Undefined while no process runs. */
  get pid(): number | undefined {
    return this.remote?.pid;
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
    if (kind === 'close' && !this.remote) return Promise.resolve(ok({}));
    const refusal = this.setAside.size > 0 ? this.refusalOf({ kind, request } as Asked) : undefined;
    if (refusal) return Promise.resolve({ ok: false, error: refusal });
    const result = this.call({ kind, request } as Asked, signal, onProgress);
    return result as Promise<Result<Requests[K]['result']>>;
  }

  protected createRemote(ended: (how: string) => void): Remote {
    const { script, memoryCeiling: ceiling = memoryCeiling(0), trains = false, lowPriority = trains } = this.options;
    const { trainingNiceness, env } = this.options;
    const started = startChild({
      script,
      args: [`${CEILING_ARGUMENT}${ceiling}`, ...(trains ? [TRAINING_ARGUMENT] : [])],
      defaults: trains ? RETURN_MEMORY : LARGE_PAGES,
      ...(env && { env }),
    });
    const { process: child } = started;
    if (lowPriority) lowerPriority(child, trainingNiceness);
    child.on('message', (message) => this.receive(message as FromEngine));
    child.on('error', (error) => this.log.error('The neural engine could not be started', error));
    onceEnded(started, ended);
    return remoteOf(child);
  }

  protected handleStart(isRestart: boolean): void {
    if (isRestart) for (const listener of [...this.restartListeners]) listener();
  }

  protected handleReply(reply: FromEngine): void {
    const call = this.calls.get(reply?.id);
    if (!call || reply.kind === 'alive') return;
    if (reply.kind === 'progress') {
      const progressCount = countDone(reply.progress);
      if (progressCount > call.progressCount) Object.assign(call, { progressCount, deaths: 0 });
      call.onProgress?.(reply.progress as never);
    } else if (reply.kind === 'failure') call.settle({ ok: false, error: reply.failure });
    else {
      this.noteOpen(call.message);
      call.settle(ok(reply.result));
    }
  }

  /** After an answer: a request in flight is of the model that was open before. */
  private noteOpen({ kind, request }: Asked): void {
    if (kind === 'open') this.openModels.set(request.key, request.model);
    else if (kind === 'close') this.openModels.delete(request.key);
  }

  protected silenceLimit({ kind }: Asked): number {
    return LONGEST_SILENCE[kind];
  }

  protected handleSilence({ message: { kind }, signal, settle }: Call<Asked, Result<unknown>>): void {
    const sentence = `The neural engine gave no sign of life for ${LONGEST_SILENCE[kind] / 60_000} minutes and was ended.`;
    this.log.error(`${sentence} It was asked '${kind}'.`);
    const advice = "Try again; if this continues, choose another base with 'Easy Adaptation: Choose the Base Model…'.";
    settle(signal?.aborted ? failed('cancelled', 'Cancelled.') : failed('timeout', `${sentence} ${advice}`));
  }

  protected override handleDeath(how: string): void {
    if (ABORTED.test(how)) this.setCauseAside(how);
    for (const { message, settle } of [...this.calls.values()]) {
      const refusal = this.refusalOf(message);
      if (refusal) settle({ ok: false, error: refusal });
    }
  }

  protected failure(cause: 'refused' | 'died' | 'absent', how: string): Result<never> {
    if (cause === 'absent') return failed('cancelled', 'Cancelled.');
    if (cause === 'refused') return failed('crashed', `The neural engine could not be started: ${how}`);
    const advice = this.options.trains
      ? 'Run the command again, or choose the CPU as its device.'
      : 'Close other programs and try again, or choose another base.';
    return failed('crashed', `The neural engine keeps ending (${how}). ${advice}`);
  }

  /** Native code aborted. Requests run one after the other, so the first of them was running. */
  private setCauseAside(reason: string): void {
    const running = [...this.calls.values()].find(({ message }) => this.modelOf(message) !== undefined);
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
}

/** Lowers the priority of the whole process below our own, if the system allows it. */
function lowerPriority({ pid }: ChildProcess, by: number = constants.priority.PRIORITY_BELOW_NORMAL): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.min(constants.priority.PRIORITY_LOW, getPriority() + by));
  } catch {
    // It has ended already, or may not be changed: training works all the same.
  }
}
