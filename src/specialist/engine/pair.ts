// The engine as its owners use it: a process that completes, and beside it, for as long as training lasts, one of low priority that
// trains. A step of training then holds up no completion, nor does what goes wrong in it.
import type { Disposable } from '../../common/disposable.ts';
import { failed, type Result } from '../../common/errors.ts';
import { type Engine, EngineClient, type EngineOptions, type RequestOptions } from './client.ts';
import type { RequestKind, Requests } from './protocol.ts';

export class EnginePair implements Engine {
  private readonly options: Omit<EngineOptions, 'trains'>;
  private readonly completing: EngineClient;
  private training: EngineClient | undefined;
  /** The end of what trained last. */
  private trained: Promise<void> = Promise.resolve();
  private disposed = false;

  /** Both processes have the memory ceiling, each for itself. */
  constructor(options: Omit<EngineOptions, 'trains'>) {
    this.options = options;
    this.completing = new EngineClient(options);
  }

  /** Of the process that completes; undefined while none runs. */
  get pid(): number | undefined {
    return this.completing.pid;
  }

  /** Of the process that trains; undefined while nothing is trained. */
  get trainingPid(): number | undefined {
    return this.training?.pid;
  }

  /** As EngineClient's, of the process that completes: nothing is open in the other one. */
  onRestarted(listener: () => void): Disposable {
    return this.completing.onRestarted(listener);
  }

  /** As EngineClient's. One adaptation at a time. */
  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>> {
    // The one that completes also says that it has been shut down.
    if (kind !== 'adapt' || this.disposed) return this.completing.request(kind, request, options);
    if (this.training) return failed('bad-request', 'An adaptation is running already.');
    const training = new EngineClient({ ...this.options, trains: true });
    this.training = training;
    try {
      return await training.request(kind, request, options);
    } finally {
      this.trained = training.end();
      this.training = undefined;
    }
  }

  /** As EngineClient's. */
  dispose(): void {
    void this.end();
  }

  /** As EngineClient's, of both processes. */
  async end(graceMs?: number): Promise<void> {
    this.disposed = true;
    await Promise.all([this.completing.end(graceMs), this.training?.end(graceMs), this.trained]);
  }
}
