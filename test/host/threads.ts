// Sees the worker threads that our extension starts: it runs in the same extension host, so its `Worker` is ours to wrap.
import threads from 'node:worker_threads';

export interface SeenWorker {
  readonly script: string;
  readonly worker: threads.Worker;
  ended: boolean;
}

export const seen: SeenWorker[] = [];

/** Call before the extension under test is activated. */
export function watchWorkers(): void {
  const { Worker } = threads;
  class WatchedWorker extends Worker {
    constructor(script: string | URL, options?: threads.WorkerOptions) {
      super(script, options);
      const entry: SeenWorker = { script: String(script), worker: this, ended: false };
      this.once('exit', () => {
        entry.ended = true;
      });
      seen.push(entry);
    }
  }
  threads.Worker = WatchedWorker;
}

/** Running workers whose script has this name. */
export function running(name: string): SeenWorker[] {
  return seen.filter((entry) => !entry.ended && entry.script.endsWith(name));
}
