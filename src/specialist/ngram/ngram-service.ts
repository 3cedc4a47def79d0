// The worker's queue. File changes are applied immediately, in the order of arrival. Of the waiting requests, a load
// comes first, then the newest completion.

import type { Draft } from '../../common/completion.ts';
import { messageOf } from '../../common/errors.ts';
import { followUp } from '../../edits/large-model/worth.ts';
import { draftBySyntax } from '../../text/syntax/parsing.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';
import { LiveModel } from './live-model.ts';
import type { FromWorker, Request, ToWorker, WorkerResults } from './ngram-protocol.ts';

interface Waiting {
  readonly id: number;
  readonly request: Request;
}

export class NgramService {
  private readonly send: (message: FromWorker) => void;
  private readonly live: LiveModel;
  private waiting: Waiting[] = [];
  private busy = false;

  constructor(tokenizer: Tokenizer, send: (message: FromWorker) => void) {
    this.send = send;
    this.live = new LiveModel(tokenizer, (ms) =>
      send({ kind: 'log', level: 'info', message: `specialist: index rebuilt in ${ms} ms` }),
    );
  }

  receive(message: ToWorker): void {
    try {
      this.accept(message);
    } catch (error) {
      // Otherwise the thread ends, and the next one gets the same change.
      this.send({ kind: 'log', level: 'error', message: `a change was not applied: ${messageOf(error)}` });
    }
  }

  private accept(message: ToWorker): void {
    if (message.kind === 'file') this.live.change(message.change);
    else if (message.kind === 'edit') this.live.edit(message.edit);
    else if (message.kind === 'history') this.live.setHistory(message.history);
    else if (message.kind === 'cancel') this.cancel(message.id);
    else {
      if (message.request.kind === 'load') this.live.expectLoad(message.request.changes);
      this.waiting.push({ id: message.id, request: message.request });
      this.schedule();
    }
  }

  /** A request that is being worked on is answered all the same. */
  private cancel(id: number): void {
    const waiting = this.waiting.filter((each) => each.id !== id);
    if (waiting.length < this.waiting.length) this.send({ kind: 'cancelled', id });
    this.waiting = waiting;
  }

  dispose(): void {
    this.live.dispose();
    this.waiting = [];
  }

  /**
   * One request per turn of the event loop, so that messages that arrived meanwhile (a cancellation, a newer request)
   * are seen first.
   */
  private schedule(): void {
    if (this.busy || this.waiting.length === 0) return;
    this.busy = true;
    setImmediate(async () => {
      const next = this.take();
      if (next) await this.answer(next);
      this.busy = false;
      this.schedule();
    });
  }

  private take(): Waiting | undefined {
    // Snapshots are loaded first, because later requests are meant for the new snapshot.
    const load = this.waiting.findIndex(({ request }) => request.kind === 'load');
    const newest = this.waiting.findLastIndex(({ request: { kind } }) => kind === 'complete');
    return this.waiting.splice(load >= 0 ? load : Math.max(0, newest), 1)[0];
  }

  private async answer({ id, request }: Waiting): Promise<void> {
    try {
      this.send({ kind: 'answer', id, answer: await this.work(request) });
    } catch (error) {
      this.send({ kind: 'failed', id, message: messageOf(error) });
    }
    this.live.rebuildWhenIdle();
  }

  private work(request: Request): WorkerResults[keyof WorkerResults] | Promise<WorkerResults[keyof WorkerResults]> {
    if (request.kind === 'complete') return this.complete(request);
    if (request.kind === 'next-edits') return this.live.nextEdits(request.input);
    if (request.kind === 'follow-up') return followUp(request.place);
    if (request.kind === 'check-edit') return this.live.checkedEdit(request.place, request.proposed);
    if (request.kind === 'paths') return this.live.current.paths();
    if (request.kind === 'snippets') return this.live.current.snippets(request.query, request.options);
    return this.live.load(request.snapshotPath);
  }

  private complete({ query, options }: Request & { readonly kind: 'complete' }): Promise<Draft> {
    const { current } = this.live;
    return draftBySyntax(query, options, (asked) => current.complete(query, asked));
  }
}
