// The owner's side of the adaptation worker: one thread per run, killed when the run is over.

import { Worker } from 'node:worker_threads';
import { failed, type Result } from '../common/errors.ts';
import { type Log, silentLog } from '../common/log.ts';
import { noProgress, type Progress } from '../common/progress.ts';
import type { Engine } from '../engine/client.ts';
import { cancelled } from './cancellation.ts';
import { EngineRelay } from './engine-relay.ts';
import type { FromWorker, Jobs, ToWorker, WorkerData } from './messages.ts';
import type { AdaptOutcome, AdaptRequest, ConfirmSpending } from './types.ts';

/** After this long a cancelled run that has not stopped by itself is killed; nothing on disk can tear (snapshot.ts). */
const graceMs = 3000;

/** A run that needs more than this is stopped by V8 alone, instead of taking the extension host down with it. */
const resourceLimits = { maxOldGenerationSizeMb: 3072 };

export class AdaptClient {
  private readonly script: string;
  private readonly engine: Engine | undefined;
  private readonly log: Log;
  private readonly who: string;

  /**
   * @param script path of the worker's entry, bundled or not
   * @param engine asked on the worker's behalf; undefined: a run has no neural part
   * @param who runs, for whoever finds the folder locked
   */
  constructor(script: string, engine: Engine | undefined, log: Log = silentLog, who = 'the editor') {
    this.who = who;
    this.script = script;
    this.engine = engine;
    this.log = log;
  }

  /** One run in a thread of its own. Expected failures, cancellation and a crashed worker are all values. */
  run(
    request: AdaptRequest,
    signal: AbortSignal,
    progress: Progress = noProgress,
    confirm: ConfirmSpending = async () => false,
  ): Promise<Result<AdaptOutcome>> {
    return this.job('adapt', request, signal, progress, confirm);
  }

  /** Any other job, likewise. */
  job<K extends keyof Jobs>(
    job: K,
    request: Jobs[K]['request'],
    signal: AbortSignal,
    progress: Progress = noProgress,
    confirm: ConfirmSpending = async () => false,
  ): Promise<Result<Jobs[K]['result']>> {
    if (signal.aborted) return Promise.resolve(cancelled);
    return new Promise((resolve) => {
      const workerData: WorkerData = { who: this.who };
      const worker = new Worker(this.script, { resourceLimits, workerData });
      const send = (message: ToWorker) => worker.postMessage(message);
      const relay = new EngineRelay(this.engine, send);
      let grace: NodeJS.Timeout | undefined;
      const cancel = () => {
        send({ kind: 'cancel' });
        grace = setTimeout(() => end(cancelled), graceMs);
      };
      const end = (result: Result<Jobs[K]['result']>) => {
        clearTimeout(grace);
        // A run that ended in the middle of something leaves nothing running in the engine.
        relay.dispose();
        signal.removeEventListener('abort', cancel);
        worker.removeAllListeners();
        // A late error of a dying thread has nobody left to tell.
        worker.on('error', () => {});
        void worker.terminate();
        resolve(result);
      };
      const crashed = (message: string) => {
        this.log.error(`The adaptation run stopped: ${message}`);
        end(
          failed(
            'crashed',
            `The adaptation run stopped: ${message}. The earlier state is unchanged; run "Adapt to This Repo" again.`,
          ),
        );
      };
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'progress') progress(message.update);
        else if (message.kind === 'log') this.log[message.level](message.message);
        else if (message.kind === 'engine') relay.ask(message.id, message.ask);
        else if (message.kind === 'engine-cancel') relay.cancel(message.id);
        else if (message.kind === 'confirm') {
          confirm(message.estimate).then(
            (yes) => send({ kind: 'confirmed', yes }),
            () => send({ kind: 'confirmed', yes: false }),
          );
        } else if (message.kind === 'done') end(message.result as Result<Jobs[K]['result']>);
        else crashed(message.message);
      });
      worker.on('error', (error) => crashed(error.message));
      worker.on('exit', (code) => crashed(`the worker ended with code ${code}`));
      signal.addEventListener('abort', cancel, { once: true });
      send({ kind: 'job', job, request } as ToWorker);
    });
  }
}
