// Learns again in the background as one labels: one job at a time, after some new labels.
import { DisposableStore } from '../../common/disposable.ts';

/** New labels after which the local model is fitted again. */
const EVERY = 5;

export class BackgroundLearning extends DisposableStore {
  private readonly learn: (signal: AbortSignal) => Promise<void>;
  private readonly controller = new AbortController();
  private changes = 0;
  private isRunning = false;

  /** @param learn does not reject */
  constructor(learn: (signal: AbortSignal) => Promise<void>) {
    super();
    this.learn = learn;
    this.add({ dispose: () => this.controller.abort() });
  }

  /** A label was given or withdrawn. */
  changed(): void {
    this.changes += 1;
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.isRunning || this.changes < EVERY || this.isDisposed) return;
    this.changes = 0;
    this.isRunning = true;
    await this.learn(this.controller.signal);
    this.isRunning = false;
    // The user has gone on labelling.
    await this.next();
  }
}
