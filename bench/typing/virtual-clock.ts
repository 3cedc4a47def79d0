// A clock of events: it stands still while something is really computed, and jumps from one sleeper to the next otherwise. What a typist
// sees hangs on how long work is said to take, not on how long this machine took over it.
import { SteppedClock, settled } from '../common/stepped-clock.ts';

export class VirtualClock extends SteppedClock {
  private working = 0;
  private idle: () => void = () => {};

  constructor() {
    super(0);
  }

  /** Real work, during which no time passes. */
  async work<T>(work: () => Promise<T>): Promise<T> {
    this.working++;
    try {
      return await work();
    } finally {
      this.working--;
      if (this.working === 0) this.idle();
    }
  }

  /** Lets time pass until the work is done. Throws where it waits for something that nothing here will bring. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const over = work.finally(() => {
      done = true;
    });
    over.catch(() => {});
    while (!done) {
      // Promises that are due run first, whoever is about to sleep or to work among them.
      for (let i = 0; i < 3; i++) await settled();
      if (done) break;
      if (this.working > 0) {
        await new Promise<void>((resolve) => {
          this.idle = resolve;
        });
        continue;
      }
      if (!this.wakeNext()) throw new Error('Time stands still: everybody waits for somebody else.');
    }
    return over;
  }
}
