// Records the worker threads that our extension starts, by wrapping `Worker` in the shared extension host.
import threads from 'node:worker_threads';

export interface SeenWorker {
  readonly script: string;
  readonly worker: threads.Worker;
}

export const seen: SeenWorker[] = [];

/** Call before the extension under test is activated. */
export function watchWorkers(): void {
  const { Worker } = threads;
  class WatchedWorker extends Worker {
    constructor(script: string | URL, options?: threads.WorkerOptions) {
      super(script, options);
      seen.push({ script: String(script), worker: this });
    }
  }
  threads.Worker = WatchedWorker;
}

/** Running workers whose script has this name. An ended thread has the id -1. */
export function running(name: string): SeenWorker[] {
  return seen.filter((entry) => entry.worker.threadId !== -1 && entry.script.endsWith(name));
}
