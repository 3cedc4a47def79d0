// The worker's state and its queue: file changes in order and at once, the newest completion before older ones.

import { readFile } from 'node:fs/promises';
import { failed, messageOf, ok, type Result } from '../common/errors.ts';
import type { Tokenizer } from '../tokenizer/types.ts';
import { NgramModel } from './model.ts';
import type { Answers, FileChange, FromWorker, Loaded, Request, ToWorker } from './protocol.ts';

/** A rebuild, which takes up to a second, waits until nothing was asked for this long. */
const idleMs = 3000;

interface Waiting {
  readonly id: number;
  readonly request: Request;
}

export class NgramService {
  private readonly tokenizer: Tokenizer;
  private readonly send: (message: FromWorker) => void;
  private model: NgramModel;
  /** Open documents, to be laid over the next snapshot as well. */
  private readonly open = new Map<string, string>();
  /** What has changed since a snapshot's files were read, while its load waits or reads; laid over it at its end. */
  private over: FileChange[] = [];
  private loads = 0;
  private waiting: Waiting[] = [];
  private busy = false;
  private idle: NodeJS.Timeout | undefined;

  constructor(tokenizer: Tokenizer, send: (message: FromWorker) => void) {
    this.tokenizer = tokenizer;
    this.send = send;
    // Until a snapshot comes, the open documents alone are something to complete from.
    this.model = NgramModel.build([], tokenizer);
  }

  receive(message: ToWorker): void {
    if (message.kind === 'file') this.change(message.change);
    else if (message.kind === 'cancel') this.waiting = this.waiting.filter(({ id }) => id !== message.id);
    else {
      if (message.request.kind === 'load') {
        this.loads += 1;
        this.over.push(...message.request.over);
      }
      this.waiting.push({ id: message.id, request: message.request });
      this.schedule();
    }
  }

  dispose(): void {
    clearTimeout(this.idle);
    this.waiting = [];
  }

  private change(change: FileChange): void {
    if (this.loads > 0) this.over.push(change);
    this.apply(change);
    this.rebuildWhenIdle();
  }

  private apply(change: FileChange): void {
    const { path } = change;
    if (change.kind === 'open') {
      this.open.set(path, change.text);
      this.model.setOpenFile(path, change.text);
    } else {
      this.open.delete(path);
      if (change.kind === 'saved') this.model.setSavedFile(path, change.text);
      else if (change.kind === 'closed') this.model.setOpenFile(path, undefined);
      else this.model.removeFile(path);
    }
  }

  /** One request a turn of the event loop, so that what arrived meanwhile (a cancellation, a newer request) is seen first. */
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
    // A snapshot first: what was asked after it is meant for it.
    const load = this.waiting.findIndex(({ request }) => request.kind === 'load');
    const newest = this.waiting.findLastIndex(({ request }) => request.kind === 'complete');
    return this.waiting.splice(load >= 0 ? load : Math.max(0, newest), 1)[0];
  }

  private async answer({ id, request }: Waiting): Promise<void> {
    try {
      this.send({ kind: 'answer', id, answer: await this.work(request) });
    } catch (error) {
      this.send({ kind: 'failed', id, message: messageOf(error) });
    }
    this.rebuildWhenIdle();
  }

  private work(request: Request): Answers[keyof Answers] | Promise<Answers['load']> {
    if (request.kind === 'complete') return this.model.complete(request.query, request.options);
    if (request.kind === 'snippets') return this.model.snippets(request.query, request.options);
    return this.load(request.snapshotPath).finally(() => {
      // Where the snapshot could not be read they are news to the old index.
      for (const change of this.over) this.apply(change);
      this.loads -= 1;
      if (this.loads === 0) this.over = [];
    });
  }

  private async load(path: string): Promise<Result<Loaded>> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (error) {
      return failed('unreadable', `The stored specialist at ${path} cannot be read: ${messageOf(error)}.`);
    }
    const read = NgramModel.deserialize(bytes, this.tokenizer);
    if (!read.ok) return read;
    this.model = read.value;
    for (const [file, text] of this.open) this.model.setOpenFile(file, text);
    return ok({ files: this.model.fileCount, tokens: this.model.tokenCount });
  }

  private rebuildWhenIdle(): void {
    clearTimeout(this.idle);
    if (!this.model.needsRebuild) return;
    this.idle = setTimeout(() => {
      const started = performance.now();
      this.model = this.model.rebuilt();
      const took = Math.round(performance.now() - started);
      this.send({ kind: 'log', level: 'info', message: `specialist: index rebuilt in ${took} ms` });
    }, idleMs);
  }
}
