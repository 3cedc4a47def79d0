// Starts jobs, each in a process that ends with its job. An adaptation runs the neural engine in its process: if it
// dies, it is started again and resumes from its checkpoint.

import { cancelledFailure } from '../adapt/cancellation.ts';
import {
  type AdaptOutcome,
  type AdaptRequest,
  type ApiEstimate,
  cancelled,
  type Questions,
} from '../adapt/request/adapt-request.ts';
import { lowerPriority, remoteOf, startChild } from '../common/child.ts';
import type { Failure, Result } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { noProgress, type Progress, type ProgressUpdate } from '../common/progress.ts';
import { type Handlers, serve } from '../common/remote.ts';
import { type Call, type Remote, Supervisor } from '../common/supervisor.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import { ggufManifest } from '../neural/models/manifest.ts';
import { abortOf } from '../specialist/engine/engine-client.ts';
import { type EngineStart, type Jobs, type OwnerRequests, type RunRequest, stoppedMessage } from './job-protocol.ts';
import { editorHandlers } from './relay.ts';

/** A cancelled job is ended after this time, ms. Files on disk stay whole (common/files.ts). */
const CANCEL_MS = 3000;
/** A finished process that does not exit is killed after this time, ms. */
const GRACE_MS = 1000;
/** V8's heap limit of a job. */
const HEAP_MEGABYTES = 3072;
/** A micro-batch or a draft on the slowest measured machine took a tenth of it, ms. */
const LONGEST_SILENCE_MS = 30 * 60_000;
/** After as many deaths in which the run got no further, the engine is taken for their cause. */
const MOST_DEATHS = 3;
/**
 * glibc gives freed arrays of more bytes than these back to the system instead of into a pool: a training step frees
 * many.
 */
const RETURN_MEMORY = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_ARENA_MAX: '2' };

/**
 * Megabytes of V8's semi-space for jobs that read much data once. With the default (16), a process that holds 30 MB
 * takes 100 and is not faster.
 */
const YOUNG_MEGABYTES: Partial<Record<keyof Jobs, number>> = { importBase: 2, findModels: 2, downloadModel: 2 };

/** Node options of a job's process. */
function nodeOptions(job: keyof Jobs): readonly string[] {
  const young = YOUNG_MEGABYTES[job];
  return [`--max-old-space-size=${HEAP_MEGABYTES}`, ...(young === undefined ? [] : [`--max-semi-space-size=${young}`])];
}

export interface JobOptions {
  /** Path of the job's entry: dist/job.cjs, or src/jobs/main.ts. */
  readonly script: string;
  /** How an adaptation runs the engine; undefined: no neural part. Called for each run. */
  readonly engine?: () => EngineStart | undefined;
  readonly log?: Log;
  /** The editor's language models for jobs; absent: there is no editor. */
  readonly editor?: EditorModels;
  /** Owner of the lock, shown to others that find the folder locked. */
  readonly who?: string;
}

export class JobClient {
  private readonly options: JobOptions;
  private readonly running = new Set<JobProcess>();

  constructor(options: JobOptions) {
    this.options = options;
  }

  /** One adaptation in its own process. Expected failures, cancellation and a crashed process are values. */
  async run(
    request: AdaptRequest,
    signal: AbortSignal,
    progress: Progress = noProgress,
    questions: Partial<Questions> = {},
  ): Promise<Result<AdaptOutcome>> {
    const { who = 'the editor', engine: start } = this.options;
    const engine = request.neural && start?.();
    const call = { adapt: request, who, ...(engine && { engine: { ...engine } }) };
    const result = await this.job('adapt', call, signal, progress, questions);
    // A busy machine may not stop in time. What is kept is on disk all the same.
    return result === cancelled ? cancelledFailure(request.specialistFolder) : result;
  }

  /**
   * Runs any job. When this settles, its process and the children of that have ended. Without answers to its questions
   * it spends nothing, and begins with its first plan.
   */
  async job<K extends keyof Jobs>(
    job: K,
    request: Jobs[K]['request'],
    signal: AbortSignal,
    progress: Progress = noProgress,
    { confirm = async () => false, askPlan = async () => ({ kind: 'start', api: false }) }: Partial<Questions> = {},
  ): Promise<Result<Jobs[K]['result']>> {
    if (signal.aborted) return cancelled;
    const { script, log, editor } = this.options;
    const process = new JobProcess(job, script, log, job === 'adapt' ? (request as RunRequest) : undefined, {
      ...editorHandlers(editor),
      confirm: (estimate: ApiEstimate) => confirm(estimate).catch(() => false),
      askPlan: (offer) => askPlan(offer).catch(() => ({ kind: 'stop' })),
    });
    this.running.add(process);
    const { promise: tooLate, resolve } = Promise.withResolvers<typeof cancelled>();
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      grace = setTimeout(() => resolve(cancelled), CANCEL_MS);
    };
    signal.addEventListener('abort', cancel, { once: true });
    const result = await Promise.race([process.ask(job, request, { signal, onProgress: progress }), tooLate]);
    clearTimeout(grace);
    signal.removeEventListener('abort', cancel);
    await process.end(GRACE_MS);
    this.running.delete(process);
    return result;
  }

  /** Ends all running jobs and resolves when they are gone. */
  async end(graceMs = GRACE_MS): Promise<void> {
    await Promise.all([...this.running].map((process) => process.end(graceMs)));
  }
}

class JobProcess extends Supervisor<Jobs> {
  private readonly job: keyof Jobs;
  private readonly script: string;
  private readonly adaptation: RunRequest | undefined;
  private readonly questions: Handlers<OwnerRequests>;
  /** How far each stage has come, over all processes; deaths of processes that came no further. */
  private readonly reached = new Map<string, number>();
  private deaths = 0;
  /** Whether the present process runs without the engine. */
  private isRefused = false;

  constructor(
    job: keyof Jobs,
    script: string,
    log: Log | undefined,
    adaptation: RunRequest | undefined,
    questions: Handlers<OwnerRequests>,
  ) {
    // A run with an engine is started again until the engine is given up.
    const mostDeaths = adaptation?.engine ? Number.POSITIVE_INFINITY : 1;
    super({ name: `The job '${job}'`, log, alwaysRuns: false, mostDeaths, answersAborted: false });
    this.job = job;
    this.script = script;
    this.adaptation = adaptation;
    this.questions = questions;
  }

  protected createRemote(ended: (how: string) => void): Remote {
    const { script, job, adaptation } = this;
    const engine = adaptation?.adapt.effort === 'adapt' ? adaptation.engine : undefined;
    this.isRefused = engine?.refused !== undefined;
    const started = startChild({ script, node: nodeOptions(job), ...(engine && { defaults: RETURN_MEMORY }) });
    if (engine) lowerPriority(started.process, engine.niceness);
    return remoteOf(started, {
      ended,
      receive: (reply) => this.receive(reply),
      serves: (send) => serve(this.questions, send),
    });
  }

  protected override handleProgress(_call: Call<Jobs>, progress: unknown): void {
    const { stage, done } = progress as ProgressUpdate;
    if (done <= (this.reached.get(stage) ?? -1)) return;
    this.reached.set(stage, done);
    this.deaths = 0;
  }

  protected override handleDeath(how: string): void {
    const [call] = this.calls.values();
    const engine = this.adaptation?.engine;
    if (!call) return;
    this.log.error(stoppedMessage(this.job, `its process ended (${how})`));
    if (call.signal?.aborted) call.settle(cancelled);
    else if (this.isRefused) call.settle({ ok: false, error: this.failure('died', how) });
    else if (engine) engine.refused ??= this.refusalAfter(how);
  }

  /** Why the engine is given up after this death; undefined: the next process tries again. */
  private refusalAfter(how: string): Failure | undefined {
    const base = this.adaptation?.adapt.neural?.base;
    const gguf = base === undefined ? undefined : ggufManifest(base);
    const aborted = gguf && abortOf(gguf, how);
    this.deaths += 1;
    if (aborted || this.deaths < MOST_DEATHS) return aborted;
    const advice = 'Run the command again, or choose the CPU as its device.';
    return { code: 'crashed', message: `The neural engine keeps ending (${how}). ${advice}` };
  }

  protected silenceLimit(): number {
    return LONGEST_SILENCE_MS;
  }

  protected handleSilence(call: Call<Jobs>): void {
    const message = `A run in the background gave no sign of life for ${LONGEST_SILENCE_MS / 60_000} minutes and was ended. Try again.`;
    this.log.error(message);
    const engine = this.adaptation?.engine;
    if (engine) engine.refused ??= { code: 'timeout', message };
    else call.settle({ ok: false, error: { code: 'timeout', message } });
  }

  protected failure(cause: 'refused' | 'died' | 'absent', how: string): Failure {
    if (cause === 'absent') return cancelled.error;
    if (cause === 'died') return { code: 'crashed', message: stoppedMessage(this.job, `its process ended (${how})`) };
    return { code: 'crashed', message: 'A run in the background could not be started. Try again.' };
  }
}
