// The time of a run that counts against its budget.
import { AwakeTime } from '../common/clock.ts';

/** Interval for reading the clock, ms. */
const READ_MS = 1000;

/** Without sleep of the machine, and without the user's answers. */
export class BudgetClock {
  private readonly awake: AwakeTime;
  private readonly reading: NodeJS.Timeout;
  private asked = 0;

  /** @param onRead called every second */
  constructor(now: () => number, onRead: () => void) {
    this.awake = new AwakeTime(now);
    this.reading = setInterval(() => {
      this.awake.read();
      onRead();
    }, READ_MS).unref();
  }

  /** Seconds since the start, without the time in which the user was asked. */
  elapsed(): number {
    return (this.awake.read() - this.asked) / 1000;
  }

  /** Asks the user; the wait for the answer counts as nothing. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const since = this.awake.read();
    try {
      return await question();
    } finally {
      this.asked += this.awake.read() - since;
    }
  }

  stop(): void {
    clearInterval(this.reading);
  }
}
