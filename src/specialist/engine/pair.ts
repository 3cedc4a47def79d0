// The two engine processes that an owner uses: one that completes, and during a training a second one of low priority.
// A training step then delays no completion, and its failures do not reach the first process.
import type { Disposable } from '../../common/disposable.ts';
import { failed, type Result } from '../../common/errors.ts';
import { type Engine, EngineClient, type EngineOptions, type RequestOptions } from './engine-client.ts';
import type { RequestKind, Requests } from './engine-protocol.ts';

export class EnginePair implements Engine {
  private readonly options: Omit<EngineOptions, 'trains'>;
  private readonly completionClient: EngineClient;
  private trainingClient: EngineClient | undefined;
  /** Resolves when the last training process has ended. */
  private trainingEnded: Promise<void> = Promise.resolve();
  private disposed = false;

  /** The memory limit applies to each process separately. */
  constructor(options: Omit<EngineOptions, 'trains'>) {
    this.options = options;
    this.completionClient = new EngineClient(options);
  }

  /** Process id of the completion process; undefined while none runs. */
  get pid(): number | undefined {
    return this.completionClient.pid;
  }

  /** Process id of the training process; undefined while there is no training. */
  get trainingPid(): number | undefined {
    return this.trainingClient?.pid;
  }

  /** See EngineClient. It concerns the process that completes, because the other one has nothing open. */
  onRestarted(listener: () => void): Disposable {
    return this.completionClient.onRestarted(listener);
  }

  /** See EngineClient. Only one adaptation may run at a time. */
  async request<K extends RequestKind>(
    kind: K,
    request: Requests[K]['request'],
    options?: RequestOptions<K>,
  ): Promise<Result<Requests[K]['result']>> {
    // After `end`, the client of the first process reports that it is shut down.
    if (kind !== 'adapt' || this.disposed) return this.completionClient.request(kind, request, options);
    if (this.trainingClient) return failed('bad-request', 'An adaptation is running already.');
    const training = new EngineClient({ ...this.options, trains: true });
    this.trainingClient = training;
    try {
      return await training.request(kind, request, options);
    } finally {
      this.trainingEnded = training.end();
      this.trainingClient = undefined;
    }
  }

  /** See EngineClient. */
  dispose(): void {
    void this.end();
  }

  /** See EngineClient; ends both processes. */
  async end(graceMs?: number): Promise<void> {
    this.disposed = true;
    await Promise.all([this.completionClient.end(graceMs), this.trainingClient?.end(graceMs), this.trainingEnded]);
  }
}
