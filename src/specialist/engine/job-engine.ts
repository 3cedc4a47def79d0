// The engine in a job's own process. A run of the model blocks the job, so it reads messages between two requests
// or micro-batches: a cancellation waits for one of them. If native code ends the process, the job's owner
// starts the job again.
import { CodedError, unwrap } from '../../common/errors.ts';
import { type Ask, askHere, type Handling } from '../../common/remote.ts';
import { type Adapted, adapt, type TrainingRequest } from '../../neural/training/adapt-base.ts';
import { fitMixed } from '../decoding/fit-mixed.ts';
import type { AdaptProgress, Engine, Requests } from './engine-protocol.ts';
import { EngineService, readMessages } from './engine-service.ts';
import { probeInProcess } from './probe.ts';

export interface JobEngineOptions {
  /** Bytes. */
  readonly memoryCeiling: number;
  /** Called between two runs of a training, which reports only whole steps. */
  readonly onAlive?: () => void;
}

export class JobEngine extends EngineService implements Engine {
  private readonly onAlive: () => void;
  private requests = 0;

  constructor({ memoryCeiling, onAlive = () => {} }: JobEngineOptions) {
    super(memoryCeiling);
    this.onAlive = onAlive;
  }

  /** Whether a request runs. */
  get isWorking(): boolean {
    return this.requests > 0;
  }

  readonly request: Ask<Requests> = async (...asked) => {
    this.requests += 1;
    try {
      return await this.ask(...asked);
    } finally {
      this.requests -= 1;
    }
  };

  private readonly ask = askHere<Requests>({
    ...this.handlers,
    lossAt: ({ key, labelled }, { signal }) =>
      this.runInTurn(() => this.folders.drafterOf(key).lossAt(labelled, signal), signal),
    fit: ({ key, queries, seconds }, { signal, progress }) =>
      fitMixed(this.folders.drafterOf(key), queries, (work) => this.runInTurn(work, signal), progress, seconds),
    adapt: (request, serving) => this.adapt(request, serving),
  });

  /** Closes what is open first, for its memory. */
  private async adapt(request: TrainingRequest, { signal, progress }: Handling<AdaptProgress>): Promise<Adapted> {
    await this.folders.closeAll();
    const memory = new AbortController();
    const result = await adapt(request, {
      probe: probeInProcess,
      signal: AbortSignal.any([signal, memory.signal]),
      memoryCeiling: this.memoryCeiling,
      onDevice: (choice) => progress({ kind: 'device', ...choice }),
      onNote: (note) => progress({ kind: 'note', note }),
      onStep: (report) => progress({ kind: 'step', ...report }),
      onValidated: (validated) => progress({ kind: 'validated', ...validated }),
      onPause: async () => {
        await readMessages();
        this.onAlive();
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
  }
}
