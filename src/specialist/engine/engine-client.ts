// The editor's side of the engine process: starts it when first needed, restarts it when it dies, and never leaves it
// behind.
import { lowerPriority, remoteOf, startChild } from '../../common/child.ts';
import type { Clock } from '../../common/clock.ts';
import type { Disposable } from '../../common/disposable.ts';
import { type Failure, failed, ok, type Result } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import { memoryCeiling } from '../../common/memory.ts';
import type { AskOptions, Kind } from '../../common/remote.ts';
import { type Call, type Remote, Supervisor } from '../../common/supervisor.ts';
import { ggufManifest, type PackageManifest } from '../../neural/models/manifest.ts';
import { CEILING_ARGUMENT, type EditorEngine, type EditorRequests } from './engine-protocol.ts';

export interface EngineOptions {
  /** The engine's script: dist/engine.cjs, or src/specialist/engine/main.ts under Node 24. */
  readonly script: string;
  /** Bytes; default: as memoryCeiling says. */
  readonly memoryCeiling?: number;
  /** The process gives way to all others. */
  readonly lowPriority?: boolean;
  readonly log?: Log;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with a base at which llama.cpp aborted. This client does not run it again. */
  readonly onSetAside?: (base: Pick<PackageManifest, 'name' | 'weights'>, failure: Failure) => void;
}

const minute = 60_000;
/**
 * Limits for the silence of the whole process, ms, not for the time of a request: an answer ends the silence. At least
 * ten times what the slowest measured machine took.
 */
export const LONGEST_SILENCE: Readonly<Record<Kind<EditorRequests>, number>> = {
  change: 5 * minute,
  history: 5 * minute,
  close: 5 * minute,
  draft: 5 * minute,
  warm: 5 * minute,
  open: 15 * minute,
  time: 15 * minute,
};

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

export class EngineClient extends Supervisor<EditorRequests> implements EditorEngine {
  private readonly options: EngineOptions;
  /** The model's folder of each open key. */
  private readonly openModels = new Map<string, string>();
  /** Bases at which llama.cpp aborted, by the hash of their file. */
  private readonly setAside = new Map<string, Failure>();
  private readonly restartListeners = new Set<() => void>();

  constructor(options: EngineOptions) {
    const { log, clock } = options;
    const name = 'The neural engine';
    super({ name, log, clock, alwaysRuns: false, mostDeaths: MOST_DEATHS, answersAborted: false });
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
   * Never rejects. A process that dies is restarted and its requests are repeated. A request that has seen three deaths
   * fails with 'crashed'. A process that is silent for longer than LONGEST_SILENCE is ended, and its first request fails
   * with 'timeout'.
   */
  async request<K extends Kind<EditorRequests>>(
    kind: K,
    request: EditorRequests[K]['request'],
    options: AskOptions<EditorRequests[K]['progress']> = {},
  ): Promise<Result<EditorRequests[K]['result']>> {
    if (this.disposed) return failed('crashed', 'The neural engine has been shut down.');
    // Without a process nothing is open, and none is started to close it.
    if (kind === 'close' && !this.remote) return ok({} as EditorRequests[K]['result']);
    const refusal = this.refusalOf({ kind, request });
    return refusal ? { ok: false, error: refusal } : this.ask(kind, request, options);
  }

  protected createRemote(ended: (how: string) => void): Remote {
    const { script, memoryCeiling: ceiling = memoryCeiling(0), lowPriority = false, env = {} } = this.options;
    const started = startChild({ script, args: [`${CEILING_ARGUMENT}${ceiling}`], defaults: LARGE_PAGES, env });
    if (lowPriority) lowerPriority(started.process);
    return remoteOf(started, { ended, receive: (reply) => this.receive(reply) });
  }

  protected override handleStart(isRestart: boolean): void {
    if (isRestart) for (const listener of [...this.restartListeners]) listener();
  }

  /** After an answer: a request in flight is of the model that was open before. */
  protected override handleAnswer({ kind, request }: Call<EditorRequests>, answer: Result<unknown>): void {
    const { key, model } = request as EditorRequests['open']['request'];
    if (!answer.ok) return;
    if (kind === 'open') this.openModels.set(key, model);
    else if (kind === 'close') this.openModels.delete(key);
  }

  protected silenceLimit(kind: Kind<EditorRequests>): number {
    return LONGEST_SILENCE[kind];
  }

  protected handleSilence({ kind, signal, settle }: Call<EditorRequests>): void {
    const sentence = `The neural engine gave no sign of life for ${LONGEST_SILENCE[kind] / minute} minutes and was ended.`;
    this.log.error(`${sentence} It was asked '${kind}'.`);
    const advice = "Try again; if this continues, choose another base with 'Easy Adaptation: Choose the Base Model…'.";
    settle(signal?.aborted ? failed('cancelled', 'Cancelled.') : failed('timeout', `${sentence} ${advice}`));
  }

  protected override handleDeath(how: string): void {
    this.setCauseAside(how);
    for (const call of [...this.calls.values()]) {
      const refusal = this.refusalOf(call);
      if (refusal) call.settle({ ok: false, error: refusal });
    }
  }

  protected failure(cause: 'refused' | 'died' | 'absent', how: string): Failure {
    if (cause === 'absent') return { code: 'cancelled', message: 'Cancelled.' };
    if (cause === 'refused') return { code: 'crashed', message: `The neural engine could not be started: ${how}` };
    const advice = 'Close other programs and try again, or choose another base.';
    return { code: 'crashed', message: `The neural engine keeps ending (${how}). ${advice}` };
  }

  /** Native code aborted. Requests run one after the other, so the first of them was running. */
  private setCauseAside(how: string): void {
    const model = [...this.calls.values()].map((call) => this.modelOf(call)).find((each) => each !== undefined);
    const base = model && ggufManifest(model);
    const failure = base && abortOf(base, how);
    if (!failure) return;
    this.setAside.set(base.weights, failure);
    this.log.error(failure.message);
    this.options.onSetAside?.(base, failure);
  }

  /** Why the base of a request is not run; undefined if it is. */
  private refusalOf(call: Pick<Call<EditorRequests>, 'kind' | 'request'>): Failure | undefined {
    const model = this.setAside.size > 0 ? this.modelOf(call) : undefined;
    const base = model === undefined ? undefined : ggufManifest(model);
    return base && this.setAside.get(base.weights);
  }

  /** Folder of the model that llama.cpp may run for a request. */
  private modelOf({ kind, request }: Pick<Call<EditorRequests>, 'kind' | 'request'>): string | undefined {
    const { model, key } = request as { readonly model?: string; readonly key?: string };
    if (kind === 'open' || kind === 'time') return model;
    return kind === 'draft' || kind === 'warm' ? this.openModels.get(key ?? '') : undefined;
  }
}

/** The failure of a base at which native code aborted; undefined if the process ended otherwise. */
export function abortOf({ name }: Pick<PackageManifest, 'name'>, how: string): Failure | undefined {
  if (!ABORTED.test(how)) return undefined;
  // Without the folders of the machine on which the library was built.
  const cause = how.replace(/(?<!\S)\S*[/\\](?=[\w.-]+:\d)/g, '');
  return {
    code: 'crashed',
    message:
      `The base '${name}' ended the neural engine: llama.cpp cannot run its file (${cause}). It is set aside ` +
      'until the window is reloaded or the command is run again. Choose another base, or download the file again.',
  };
}
