// The engine as a run in a worker thread sees it: requests go to the thread's owner, who has the process, and come back as answers.
import { failed, type Result } from '../common/errors.ts';
import type { Engine, RequestOptions } from '../engine/client.ts';
import type { RequestKind, Requests } from '../engine/protocol.ts';
import type { EngineAsk, FromWorker, ToWorker } from './messages.ts';

/** In the worker. */
export class RemoteEngine implements Engine {
  private readonly send: (message: FromWorker) => void;
  private readonly pending = new Map<
    number,
    { readonly settle: (result: Result<unknown>) => void; readonly progress: ((value: unknown) => void) | undefined }
  >();
  private next = 1;

  constructor(send: (message: FromWorker) => void) {
    this.send = send;
  }

  request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    { signal, onProgress }: RequestOptions<K> = {},
  ): Promise<Result<Requests[K]['result']>> {
    if (signal?.aborted) return Promise.resolve(failed('cancelled', 'Cancelled.'));
    const id = this.next++;
    return new Promise((resolve) => {
      const cancel = () => this.send({ kind: 'engine-cancel', id });
      signal?.addEventListener('abort', cancel, { once: true });
      const settle = (result: Result<unknown>) => {
        signal?.removeEventListener('abort', cancel);
        this.pending.delete(id);
        resolve(result as Result<Requests[K]['result']>);
      };
      this.pending.set(id, { settle, progress: onProgress as ((value: unknown) => void) | undefined });
      this.send({ kind: 'engine', id, ask: { kind, request } as EngineAsk });
    });
  }

  receive(message: Extract<ToWorker, { id: number }>): void {
    const request = this.pending.get(message.id);
    if (message.kind === 'engine-progress') request?.progress?.(message.value);
    else request?.settle(message.result);
  }
}

/** At the worker's owner. */
export class EngineRelay {
  private readonly engine: Engine | undefined;
  private readonly send: (message: ToWorker) => void;
  private readonly running = new Map<number, AbortController>();

  constructor(engine: Engine | undefined, send: (message: ToWorker) => void) {
    this.engine = engine;
    this.send = send;
  }

  ask(id: number, { kind, request }: EngineAsk): void {
    const { engine, send } = this;
    if (!engine) {
      send({ kind: 'engine-result', id, result: failed('unsupported', 'There is no neural engine here.') });
      return;
    }
    const controller = new AbortController();
    this.running.set(id, controller);
    const onProgress = (value: unknown) => {
      if (this.running.has(id)) send({ kind: 'engine-progress', id, value });
    };
    void engine.request(kind, request, { signal: controller.signal, onProgress }).then((result) => {
      if (this.running.delete(id)) send({ kind: 'engine-result', id, result });
    });
  }

  cancel(id: number): void {
    this.running.get(id)?.abort();
  }

  /** Cancels what is still running; nothing is sent any more. */
  dispose(): void {
    const running = [...this.running.values()];
    this.running.clear();
    for (const controller of running) controller.abort();
  }
}
