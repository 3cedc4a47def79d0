// The owner's side of jobs: a process each, which is gone when its job is over.

import { cancelled } from '../adaptation/cancellation.ts';
import type { AdaptOutcome, AdaptRequest, ConfirmSpending } from '../adaptation/types.ts';
import { type ChildProcess, endChild, onceEnded, startChild } from '../common/child.ts';
import { failed, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import type { EditorModels } from '../llm/protocol/wire.ts';
import type { EngineStart, FromJob, Jobs, ToJob } from './protocol.ts';
import { RelayOwner } from './relay.ts';

/** After this long a cancelled job that has not stopped by itself is ended; nothing on disk can tear (common/files.ts). */
const CANCEL_MS = 3000;
/** What is over, and does not end by itself, is killed after this, ms. */
const GRACE_MS = 1000;
/** A job that needs more than this is stopped by V8, with what it says then. */
const HEAP_MEGABYTES = 3072;

/**
 * Megabytes of each half of V8's space for what is soon thrown away, where a job reads much once: the default (16) lets a process that
 * holds 30 MB take 100, and is no faster there.
 */
const YOUNG_MEGABYTES: Partial<Record<keyof Jobs, number>> = { bringBase: 2, findModels: 2 };

/** Options of Node itself that a job's process is started with. */
export function nodeOptions(job: keyof Jobs): readonly string[] {
  const young = YOUNG_MEGABYTES[job];
  return [`--max-old-space-size=${HEAP_MEGABYTES}`, ...(young === undefined ? [] : [`--max-semi-space-size=${young}`])];
}

export interface JobOptions {
  /** Path of the job's entry: dist/job.cjs, or src/jobs/main.ts. */
  readonly script: string;
  /** How an adaptation starts its engine; undefined: a run has no neural part. Asked for each. */
  readonly engine?: () => EngineStart | undefined;
  readonly log?: Log;
  /** What jobs may ask of the editor's own models; absent: there is no editor. */
  readonly editor?: EditorModels;
  /** Runs, for whoever finds the folder locked. */
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

  /** One run in a process of its own. Expected failures, cancellation and a process that died are all values. */
  run(
    request: AdaptRequest,
    signal: AbortSignal,
    progress: Progress = noProgress,
    confirm: ConfirmSpending = async () => false,
  ): Promise<Result<AdaptOutcome>> {
    const { who = 'the editor', engine: start } = this.options;
    const engine = request.neural && start?.();
    return this.job('adapt', { adapt: request, who, ...(engine && { engine }) }, signal, progress, confirm);
  }

  /** Any other job, likewise. The process and what it has started are gone when this settles. */
  async job<K extends keyof Jobs>(
    job: K,
    request: Jobs[K]['request'],
    signal: AbortSignal,
    progress: Progress = noProgress,
    confirm: ConfirmSpending = async () => false,
  ): Promise<Result<Jobs[K]['result']>> {
    if (signal.aborted) return cancelled;
    const started = startChild({ script: this.options.script, node: nodeOptions(job) });
    const { process: child } = started;
    this.running.add(child);
    // A message to a process that has just died is lost without an error: its exit follows.
    const send = (message: ToJob) => child.send(message, () => {});
    const relay = new RelayOwner(this.options.editor, send);
    const { promise, resolve } = Promise.withResolvers<Result<Jobs[K]['result']>>();
    let grace: NodeJS.Timeout | undefined;
    const cancel = () => {
      send({ kind: 'cancel' });
      grace = setTimeout(() => resolve(cancelled), CANCEL_MS);
    };
    let over = false;
    const crashed = (message: string) => {
      if (over) return;
      over = true;
      const stopped = job === 'adapt' ? 'The adaptation run stopped' : 'A run in the background stopped';
      this.log.error(`${stopped}: ${message}`);
      resolve(failed('crashed', `${stopped}: ${message}. The earlier state is unchanged; start it again.`));
    };
    child.on('message', (message: FromJob) => {
      if (over) return;
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
    });
    child.on('error', (error) => crashed(error.message));
    onceEnded(started, (how) => crashed(`its process ended (${how})`));
    signal.addEventListener('abort', cancel, { once: true });
    send({ kind: 'job', job, request } as ToJob);
    const result = await promise;
    over = true;
    relay.end();
    clearTimeout(grace);
    signal.removeEventListener('abort', cancel);
    await endChild(child, GRACE_MS);
    this.running.delete(child);
    return result;
  }

  /** Ends all that runs. Resolves when it is gone. */
  async end(graceMs = GRACE_MS): Promise<void> {
    await Promise.all([...this.running].map((child) => endChild(child, graceMs)));
  }
}
