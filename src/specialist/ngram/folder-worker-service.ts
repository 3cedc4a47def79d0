// What a folder's worker serves. File changes are applied immediately, in the order of arrival. Of the waiting
// requests, a load comes first, then the newest completion.

import { unwrap } from '../../common/errors.ts';
import type { Handlers, Kind } from '../../common/remote.ts';
import { followUp } from '../../edits/large-model/worth.ts';
import { draftBySyntax } from '../../text/syntax/parsing.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import type { WorkerRequests } from './folder-worker-protocol.ts';
import { LiveModel } from './live-model.ts';

interface Waiting {
  readonly kind: Kind<WorkerRequests>;
  /** Never rejects. */
  readonly work: () => Promise<void>;
}

export class FolderWorkerService {
  private readonly live: LiveModel;
  private readonly waiting: Waiting[] = [];
  private busy = false;

  constructor(tokenizer: Tokenizer, log: (message: string) => void = () => {}) {
    this.live = new LiveModel(tokenizer, (ms) => log(`specialist: index rebuilt in ${ms} ms`));
  }

  readonly handlers: Handlers<WorkerRequests> = {
    file: (change) => this.live.change(change),
    edit: (edit) => this.live.edit(edit),
    history: (history) => this.live.setHistory(history),
    load: ({ snapshotPath, changes }, { signal }) => {
      this.live.expectLoad(changes);
      return this.inTurn('load', signal, async () => unwrap(await this.live.load(snapshotPath)));
    },
    complete: ({ query, options }, { signal }) =>
      this.inTurn('complete', signal, () => {
        const { current } = this.live;
        return draftBySyntax(query, options, (asked) => current.complete(query, asked));
      }),
    snippets: ({ query, options }, { signal }) =>
      this.inTurn('snippets', signal, () => this.live.current.snippets(query, options)),
    nextEdits: (input, { signal }) => this.inTurn('nextEdits', signal, () => this.live.nextEdits(input)),
    followUp: (place, { signal }) => this.inTurn('followUp', signal, () => followUp(place)),
    checkEdit: ({ place, proposed }, { signal }) =>
      this.inTurn('checkEdit', signal, () => this.live.checkedEdit(place, proposed)),
    paths: (_, { signal }) => this.inTurn('paths', signal, () => this.live.current.paths()),
  };

  dispose(): void {
    this.live.dispose();
    this.waiting.length = 0;
  }

  /** A request that is aborted while it waits rejects with the reason. One that is worked on is answered all the same. */
  private inTurn<T>(kind: Waiting['kind'], signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiting: Waiting = { kind, work: () => Promise.resolve().then(work).then(resolve, reject) };
    this.waiting.push(waiting);
    signal.addEventListener('abort', () => {
      const at = this.waiting.indexOf(waiting);
      if (at < 0) return;
      this.waiting.splice(at, 1);
      reject(signal.reason);
    });
    this.schedule();
    return promise;
  }

  /**
   * One request per turn of the event loop, so that messages that arrived meanwhile (a cancellation, a newer request)
   * are seen first.
   */
  private schedule(): void {
    if (this.busy || this.waiting.length === 0) return;
    this.busy = true;
    setImmediate(async () => {
      await this.take()?.work();
      this.live.rebuildWhenIdle();
      this.busy = false;
      this.schedule();
    });
  }

  private take(): Waiting | undefined {
    // Snapshots are loaded first, because later requests are meant for the new snapshot.
    const load = this.waiting.findIndex(({ kind }) => kind === 'load');
    const newest = this.waiting.findLastIndex(({ kind }) => kind === 'complete');
    return this.waiting.splice(load >= 0 ? load : Math.max(0, newest), 1)[0];
  }
}
