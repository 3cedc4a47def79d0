// The two engine processes that an owner uses: one that completes, and during a training a second one of low priority.
// A training step then delays no completion, and its failures do not reach the first process.
import type { Disposable } from '../../common/disposable.ts';
import { failed, type Result } from '../../common/errors.ts';
import { type Engine, EngineClient, type EngineOptions, type RequestOptions } from './client.ts';
import type { RequestKind, Requests } from './protocol.ts';

export class EnginePair implements Engine {
  private readonly options: Omit<EngineOptions, 'trains'>;
  private readonly completing: EngineClient;
  private training: EngineClient | undefined;
  /** Resolves when the last training process has ended. */
  private trained: Promise<void> = Promise.resolve();
  private disposed = false;

  /** Each process has the memory ceiling for itself. */
  constructor(options: Omit<EngineOptions, 'trains'>) {
    this.options = options;
    this.completing = new EngineClient(options);
  }

  /** Of the process that completes; undefined while none runs. */
  get pid(): number | undefined {
    return this.completing.pid;
  }

  /** Of the process that trains; undefined while there is no training. */
  get trainingPid(): number | undefined {
    return this.training?.pid;
  }

  /** As EngineClient's, for the process that completes: nothing is open in the other one. */
  onRestarted(listener: () => void): Disposable {
    return this.completing.onRestarted(listener);
  }

  /** As EngineClient's. One adaptation at a time. */
  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>> {
    // The process that completes also reports that it has been shut down.
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

  /** As EngineClient's, for both processes. */
  async end(graceMs?: number): Promise<void> {
    this.disposed = true;
    await Promise.all([this.completing.end(graceMs), this.training?.end(graceMs), this.trained]);
  }
}
