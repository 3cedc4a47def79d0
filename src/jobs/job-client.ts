// Starts jobs, each in a process that ends with its job.

import { cancelledFailure } from '../adapt/cancellation.ts';
import { type AdaptOutcome, type AdaptRequest, cancelled, type Questions } from '../adapt/request/adapt-request.ts';
import { type ChildProcess, endChild, onceEnded, type StartedChild, startChild } from '../common/child.ts';
import { failed, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import type { EngineStart, FromJob, Jobs, ToJob } from './job-protocol.ts';
import { RelayOwner } from './relay.ts';

/** A cancelled job is ended after this time, ms. Files on disk stay whole (common/files.ts). */
const CANCEL_MS = 3000;
/** A finished process that does not exit is killed after this time, ms. */
const GRACE_MS = 1000;
/** V8's heap limit of a job. */
const HEAP_MEGABYTES = 3072;

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
  /** How an adaptation starts its engine; undefined: no neural part. Called for each run. */
  readonly engine?: () => EngineStart | undefined;
  readonly log?: Log;
  /** The editor's language models for jobs; absent: there is no editor. */
  readonly editor?: EditorModels;
  /** Owner of the lock, shown to others that find the folder locked. */
  readonly who?: string;
}

export class JobClient {
  private readonly options: JobOptions;
  private readonly log: Log;
  private readonly running = new Set<ChildProcess>();

  constructor(options: JobOptions) {
    this.options = options;
    this.log = options.log ?? silentLog;
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
    const call = { adapt: request, who, ...(engine && { engine }) };
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
    const started = this.start(job);
    if (started === undefined) return failed('crashed', 'A run in the background could not be started. Try again.');
    const { process: child } = started;
    this.running.add(child);
    // A message to a dead process is lost; its exit event follows.
    const send = (message: ToJob) => child.send?.(message, () => {});
    const relay = new RelayOwner(this.options.editor, send);
    const { promise, resolve } = Promise.withResolvers<Result<Jobs[K]['result']>>();
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      send({ kind: 'cancel' });
      grace = setTimeout(() => resolve(cancelled), CANCEL_MS);
    };
    let isOver = false;
    const crashed = (message: string) => {
      if (isOver) return;
      isOver = true;
      const stopped = job === 'adapt' ? 'The adaptation run stopped' : 'A run in the background stopped';
      this.log.error(`${stopped}: ${message}`);
      resolve(failed('crashed', `${stopped}: ${message}. The earlier state is unchanged; start it again.`));
    };
    child.on('message', (message: FromJob) => {
      if (isOver) return;
      if (message.kind === 'progress') progress(message.update);
      else if (message.kind === 'log') this.log[message.level](message.message);
      else if (message.kind === 'done') resolve(message.result as Result<Jobs[K]['result']>);
      else if (message.kind === 'crashed') crashed(message.message);
      else if (message.kind === 'editor-ask' || message.kind === 'editor-drop') relay.take(message);
      else if (message.kind === 'confirm')
        confirm(message.estimate).then(
          (yes) => send({ kind: 'confirmed', yes }),
          () => send({ kind: 'confirmed', yes: false }),
        );
      else if (message.kind === 'ask-plan')
        askPlan(message.offer).then(
          (answer) => send({ kind: 'plan-answered', answer }),
          () => send({ kind: 'plan-answered', answer: { kind: 'stop' } }),
        );
    });
    child.on('error', (error) => crashed(error.message));
    onceEnded(started, (how) => crashed(`its process ended (${how})`));
    signal.addEventListener('abort', cancel, { once: true });
    send({ kind: 'job', job, request } as ToJob);
    const result = await promise;
    isOver = true;
    relay.end();
    clearTimeout(grace);
    signal.removeEventListener('abort', cancel);
    await endChild(child, GRACE_MS);
    this.running.delete(child);
    return result;
  }

  /** Undefined, and a line in the log, if the system refuses another process. */
  private start(job: keyof Jobs): StartedChild | undefined {
    try {
      return startChild({ script: this.options.script, node: nodeOptions(job) });
    } catch (error) {
      this.log.error('A run in the background could not be started', error);
      return undefined;
    }
  }

  /** Ends all running jobs and resolves when they are gone. */
  async end(graceMs = GRACE_MS): Promise<void> {
    await Promise.all([...this.running].map((child) => endChild(child, graceMs)));
  }
}
