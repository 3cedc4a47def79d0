// Answers the editor's requests in the engine's process. Those that decode run one after the other.
import type { Handlers } from '../../common/remote.ts';
import { OpenFolders } from '../decoding/open-folders.ts';
import { loadServedModel } from '../decoding/served-model.ts';
import type { EditorRequests } from './engine-protocol.ts';

export class EngineService {
  /** Resident memory above which caches are dropped and training stops, bytes. */
  protected readonly memoryCeiling: number;
  protected readonly folders = new OpenFolders();
  /** The end of the decoding queue. */
  private decoding: Promise<unknown> = Promise.resolve();

  constructor(memoryCeiling: number) {
    this.memoryCeiling = memoryCeiling;
  }

  readonly handlers: Handlers<EditorRequests> = {
    open: (request, { progress }) => this.runInTurn(() => this.folders.load(request, (done) => progress({ done }))),
    close: ({ key }) => this.runInTurn(() => this.folders.close(key)).then(nothing),
    // Not queued: a draft that is requested later must see the change, and a running one is not affected.
    change: ({ key, change }) => {
      this.folders.change(key, change);
      return {};
    },
    history: ({ key, history }) => {
      this.folders.setHistory(key, history);
      return {};
    },
    draft: ({ key, query, options }, { signal, progress }) =>
      this.runInTurn(() => this.folders.draft(key, query, options, signal, progress), signal),
    warm: ({ key, query }, { signal }) =>
      this.runInTurn(() => this.folders.drafterOf(key).warm(query, signal), signal).then(nothing),
    time: (options, { signal }) =>
      this.runInTurn(async () => {
        const served = await loadServedModel(options, { signal });
        try {
          return await served.time(signal);
        } finally {
          await served.dispose();
        }
      }, signal),
  };

  /** Runs after all decoding that was requested before; not at all if the signal is aborted by then. */
  protected runInTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.decoding.then(async () => {
      try {
        await readMessages();
        signal?.throwIfAborted();
        return await work();
      } finally {
        if (this.overCeiling()) this.folders.shrink();
      }
    });
    this.decoding = result.catch(() => {});
    return result;
  }

  protected overCeiling(): boolean {
    return process.memoryUsage.rss() > this.memoryCeiling;
  }
}

export const nothing = () => ({});

/**
 * A run of the model blocks the thread, so messages are read between two runs. One turn reads the channel, the next one
 * starts what it brought.
 */
export async function readMessages(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
