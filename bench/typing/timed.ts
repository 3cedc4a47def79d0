// Both models on a virtual clock: they run in this process, one thread each, and a draft takes the processor time that it took, however many
// others the machine works for meanwhile. What one rule has asked is not computed again for the next: it takes what it took then.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompletionQuery, Draft, DraftOptions, Snippet } from '../../src/common/completion.ts';
import { failed, ok, type Result } from '../../src/common/errors.ts';
import { OpenFolders } from '../../src/specialist/decoding/open-folders.ts';
import type {
  Engine,
  LatencyEstimate,
  RequestKind,
  RequestOptions,
  Requests,
} from '../../src/specialist/engine/engine-protocol.ts';
import type { EditHistory } from '../../src/specialist/ngram/folder-worker-protocol.ts';
import type { NgramModel } from '../../src/specialist/ngram/model.ts';
import type { NgramSpecialist } from '../../src/suggest/racing-specialist.ts';
import { draftBySyntax } from '../../src/text/syntax/parsing.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Processor time of this process so far, ms. */
function used(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

interface Done {
  readonly draft: Draft | undefined;
  readonly foreseen: LatencyEstimate | undefined;
  readonly ms: number;
}

/** A folder's models, and what they have answered; shared by the rules that are compared. */
export class Models {
  readonly ngram: NgramModel;
  readonly snapshot: string;
  readonly folders = new OpenFolders();
  private readonly done = new Map<string, Done>();
  private underWay: Promise<unknown> = Promise.resolve();

  constructor(ngram: NgramModel, snapshot: string) {
    this.ngram = ngram;
    this.snapshot = snapshot;
  }

  /** What a typist who has gone asked for last is still worked on, and what waits behind it begins then. */
  async close(key: string): Promise<void> {
    for (let last: unknown; last !== this.underWay; ) {
      last = this.underWay;
      await this.underWay;
      await new Promise(setImmediate);
    }
    await this.folders.close(key);
  }

  /** To be called when the models know something else than before. */
  forget(): void {
    this.done.clear();
  }

  async answer(
    kind: string,
    { path, prefix, suffix }: CompletionQuery,
    options: DraftOptions | undefined,
    work: (foreseen: (of: LatencyEstimate) => void) => Promise<Draft | undefined>,
  ): Promise<Done> {
    const key = JSON.stringify([kind, path, prefix, suffix, options]);
    let done = this.done.get(key);
    if (done === undefined) {
      let foreseen: LatencyEstimate | undefined;
      const began = used();
      const drafting = work((of) => {
        foreseen = of;
      });
      this.underWay = drafting.catch(() => {});
      const draft = await drafting;
      done = { draft, foreseen, ms: used() - began };
      this.done.set(key, done);
    }
    return done;
  }
}

/** Gives the work a folder's models, which are open under the key at most. */
export async function withModels<T>(ngram: NgramModel, key: string, work: (models: Models) => Promise<T>): Promise<T> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-typing-'));
  const models = new Models(ngram, join(scratch, 'others.ngram'));
  writeFileSync(models.snapshot, ngram.serialize());
  try {
    return await work(models);
  } finally {
    await models.close(key);
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Models, clock and costs that the engine and the n-grams of one window share. */
export interface Timed {
  readonly models: Models;
  readonly clock: VirtualClock;
  /** Processor time of all requests, ms. */
  readonly cost: { cpuMs: number };
}

export class TimedNgram implements NgramSpecialist {
  readonly name = 'n-gram';
  readonly snapshot: string;
  private readonly at: Timed;

  constructor(at: Timed) {
    this.at = at;
    this.snapshot = at.models.snapshot;
  }

  changed = () => [];

  async complete(query: CompletionQuery, options: DraftOptions, signal: AbortSignal): Promise<Draft | undefined> {
    const { models, clock, cost } = this.at;
    const work = () => draftBySyntax(query, options, (asked) => models.ngram.complete(query, asked));
    const { draft, ms } = await clock.work(() => models.answer('n-gram', query, options, work));
    cost.cpuMs += ms;
    await clock.sleep(ms, signal);
    return draft;
  }

  async snippets(): Promise<Snippet[]> {
    return [];
  }

  setHistory(history: EditHistory): void {
    this.at.models.ngram.setHistory(history);
  }

  // The one file that changes is in every query.
  setOpenFile(): void {}
  setSavedFile(): void {}
  removeFile(): void {}
}

/** One thing at a time, as the engine's process does it; what is given up frees it at once. */
export class TimedEngine implements Engine {
  private readonly at: Timed;
  private readonly faster: number;
  private busyUntil = 0;
  private turn: Promise<unknown> = Promise.resolve();

  /** @param faster A draft takes its processor time divided by this. */
  constructor(at: Timed, faster = 1) {
    this.at = at;
    this.faster = faster;
  }

  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal, onProgress }: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    const { models, clock } = this.at;
    if (kind === 'open') {
      const opened = await clock.work(() => models.folders.load(request as Requests['open']['request']));
      return ok(opened as Requests[K]['result']);
    }
    if (kind === 'history') {
      const { key, history } = request as Requests['history']['request'];
      this.at.models.folders.setHistory(key, history);
    }
    if (kind !== 'draft' && kind !== 'warm') return ok({} as Requests[K]['result']);
    const { query, options } = request as Requests['draft']['request'];
    // What is asked in the same moment waits for its turn.
    const mine = this.turn.then(() =>
      signal?.aborted
        ? undefined
        : clock.work(() => models.answer(kind, query, options, this.work(kind, request as never))),
    );
    this.turn = mine.catch(() => {});
    const done = await mine;
    const cancelled = failed('cancelled', 'Cancelled.');
    if (done === undefined) return cancelled;
    this.at.cost.cpuMs += done.ms;
    const { foreseen } = done;
    if (foreseen) {
      const ms = foreseen.ms === undefined ? {} : { ms: foreseen.ms / this.faster };
      onProgress?.({ ...foreseen, ...ms } as Requests[K]['progress']);
    }
    const began = Math.max(clock.monotonic(), this.busyUntil);
    const end = began + done.ms / this.faster;
    this.busyUntil = end;
    try {
      await clock.sleep(end - clock.monotonic(), signal);
      return ok((done.draft ?? {}) as Requests[K]['result']);
    } catch {
      if (this.busyUntil === end) this.busyUntil = Math.max(began, clock.monotonic());
      return cancelled;
    }
  }

  private work(kind: 'draft' | 'warm' | string, { key, query, options }: Requests['draft']['request']) {
    const { folders } = this.at.models;
    const never = new AbortController().signal;
    return async (foreseen: (of: LatencyEstimate) => void): Promise<Draft | undefined> => {
      if (kind === 'draft') return folders.draft(key, query, options, never, foreseen);
      await folders.drafterOf(key).warm(query, never);
      return undefined;
    };
  }
}
