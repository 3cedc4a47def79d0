// The engine process's side. Requests run one after the other; training, in a process of its own, reads requests
// between micro-batches.

import { CodedError, type Failure, isCancelled, messageOf, unwrap } from '../../common/errors.ts';
import { pooledStates } from '../../neural/inference/hidden-states.ts';
import { type Adapted, adapt, type TrainingRequest } from '../../neural/training/adapt-base.ts';
import { fitMixed } from '../decoding/fit-mixed.ts';
import { OpenFolders } from '../decoding/open-folders.ts';
import { loadServedModel } from '../decoding/served-model.ts';
import type { AdaptProgress, EngineArguments, FromEngine, RequestKind, Requests, ToEngine } from './engine-protocol.ts';

export interface ServiceOptions extends EngineArguments {
  readonly send: (message: FromEngine) => void;
  readonly probe: () => Promise<{ ok: boolean; detail: string }>;
}

/** Answers a request, or rejects; `failureOf` says with what. */
type Handler<Request, Progress, Reply> = (
  request: Request,
  signal: AbortSignal,
  progress: (value: Progress) => void,
  alive: () => void,
) => Promise<Reply>;

type Handlers = {
  [K in RequestKind]: Handler<Requests[K]['request'], Requests[K]['progress'], Requests[K]['result']>;
};

/** Interval of the signs of life during a long training step, ms. */
const ALIVE_MS = 10_000;
const CANCELLED: Failure = { code: 'cancelled', message: 'Cancelled.' };

export class EngineService {
  private readonly options: ServiceOptions;
  private readonly running = new Map<number, AbortController>();
  private stopping = false;
  private readonly folders = new OpenFolders();
  private training = false;
  /** The end of the decoding queue. */
  private decoding: Promise<unknown> = Promise.resolve();

  constructor(options: ServiceOptions) {
    this.options = options;
  }

  receive(message: ToEngine): void {
    if (message.kind === 'cancel') this.running.get(message.id)?.abort();
    else if (this.stopping) this.options.send({ id: message.id, kind: 'failure', failure: CANCELLED });
    else this.begin(message);
  }

  private begin(message: Exclude<ToEngine, { kind: 'cancel' }>): void {
    const { id } = message;
    const controller = new AbortController();
    this.running.set(id, controller);
    const progress = (value: unknown) => this.options.send({ id, kind: 'progress', progress: value });
    // Each handler takes the request of its own kind: TypeScript cannot follow the pair through the union.
    const handler = this.handlers[message.kind] as Handler<unknown, unknown, unknown>;
    const alive = () => this.options.send({ id, kind: 'alive' });
    Promise.resolve()
      .then(() => handler(message.request, controller.signal, progress, alive))
      .then(
        (result): FromEngine => ({ id, kind: 'result', result }),
        (error: unknown): FromEngine => ({ id, kind: 'failure', failure: failureOf(error) }),
      )
      .then((answer) => {
        this.running.delete(id);
        this.options.send(answer);
      });
  }

  /** Cancels everything. Resolves when all requests are answered and the training's checkpoint is on disk. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const controller of this.running.values()) controller.abort();
    while (this.running.size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  private readonly handlers: Handlers = {
    open: (request, _, progress) => this.runInTurn(() => this.folders.load(request, (done) => progress({ done }))),
    close: ({ key }) => this.runInTurn(() => this.folders.close(key)).then(nothing),
    // Not queued: a draft that is requested later must see the change, and a running one is not affected.
    change: async ({ key, change }) => {
      this.folders.change(key, change);
      return {};
    },
    history: async ({ key, history }) => {
      this.folders.setHistory(key, history);
      return {};
    },
    draft: ({ key, query, options }, signal, progress) =>
      this.runInTurn(() => this.folders.draft(key, query, options, signal, progress), signal),
    warm: ({ key, query }, signal) =>
      this.runInTurn(() => this.folders.drafterOf(key).warm(query, signal), signal).then(nothing),
    lossAt: ({ key, labeled }, signal) =>
      this.runInTurn(() => this.folders.drafterOf(key).lossAt(labeled, signal), signal),
    // One position at a time, so that drafts can run in between.
    fit: async ({ key, queries, seconds }, signal, progress) =>
      fitMixed(this.folders.drafterOf(key), queries, (work) => this.runInTurn(work, signal), progress, seconds),
    adapt: (request, signal, progress, alive) => this.adapt(request, signal, progress, alive),
    time: (options, signal) =>
      this.runInTurn(async () => {
        const served = await loadServedModel(options, { signal });
        try {
          return await served.time(signal);
        } finally {
          await served.dispose();
        }
      }, signal),
    states: (request, signal, progress) =>
      this.runInTurn(async () => {
        let index = 0;
        for await (const states of pooledStates(request, signal)) progress({ index: index++, states });
        return {};
      }, signal),
    status: async () => ({ pid: process.pid, memory: process.memoryUsage.rss() }),
  };

  /** Runs after all decoding that was requested before; not at all if the signal is aborted by then. */
  private runInTurn<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.decoding.then(async () => {
      try {
        signal?.throwIfAborted();
        return await work();
      } finally {
        if (this.overCeiling()) this.folders.shrink();
      }
    });
    this.decoding = result.catch(() => {});
    return result;
  }

  private overCeiling(): boolean {
    return process.memoryUsage.rss() > this.options.memoryCeiling;
  }

  private async adapt(
    request: TrainingRequest,
    signal: AbortSignal,
    progress: (value: AdaptProgress) => void,
    alive: () => void,
  ): Promise<Adapted> {
    if (this.training) throw new CodedError('bad-request', 'An adaptation is running already.');
    this.training = true;
    const memory = new AbortController();
    let lastAliveAt = performance.now();
    try {
      const result = await adapt(request, {
        probe: this.options.probe,
        signal: AbortSignal.any([signal, memory.signal]),
        memoryCeiling: this.options.memoryCeiling,
        onDevice: (choice) => progress({ kind: 'device', ...choice }),
        onNote: (note) => progress({ kind: 'note', note }),
        onStep: (report) => progress({ kind: 'step', ...report }),
        onValidated: (validated) => progress({ kind: 'validated', ...validated }),
        onPause: async () => {
          await readMessages();
          if (performance.now() - lastAliveAt > ALIVE_MS) {
            lastAliveAt = performance.now();
            alive();
          }
          if (!this.overCeiling()) return;
          this.folders.shrink();
          if (this.overCeiling()) memory.abort();
        },
      });
      if (memory.signal.aborted && !result.ok) {
        const used = (process.memoryUsage.rss() / 1e9).toFixed(1);
        throw new CodedError(
          'out-of-memory',
          `Training stopped at ${used} GB, its limit. Use smaller micro-batches or a smaller model, or raise the limit.`,
        );
      }
      return unwrap(result);
    } finally {
      this.training = false;
    }
  }
}

const nothing = () => ({});

function failureOf(error: unknown): Failure {
  if (isCancelled(error)) return CANCELLED;
  if (error instanceof CodedError) return { code: error.code, message: error.message };
  return { code: 'crashed', message: `The neural engine failed: ${messageOf(error)}` };
}

/**
 * A training step blocks the thread, so messages are read between two steps. One turn reads the channel, the next one
 * starts what it brought.
 */
async function readMessages(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
