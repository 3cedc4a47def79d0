// The time of a run that counts against its budget.
import { AwakeTime } from '../common/clock.ts';

/** Interval for reading the clock, ms. */
const READ_MS = 1000;

/** Without sleep of the machine, and without what is excluded. */
export class BudgetClock {
  private readonly awake: AwakeTime;
  private readonly reading: NodeJS.Timeout;
  private excluded = 0;
  private asked = 0;

  /** @param onRead called every second */
  constructor(now: () => number, onRead: () => void) {
    this.awake = new AwakeTime(now);
    this.reading = setInterval(() => {
      this.awake.read();
      onRead();
    }, READ_MS).unref();
  }

  /** Seconds since the start. */
  elapsed(): number {
    return (this.awake.read() - this.excluded) / 1000;
  }

  /** Seconds of work since the start: without the time in which the user was asked. */
  worked(): number {
    return (this.awake.read() - this.asked) / 1000;
  }

  /** Asks the user; the wait for the answer counts as nothing. */
  async ask<T>(question: () => Promise<T>): Promise<T> {
    const since = this.awake.read();
    try {
      return await this.exclude(question);
    } finally {
      this.asked += this.awake.read() - since;
    }
  }

  /** Runs work whose time does not count, such as the first look. */
  async exclude<T>(work: () => Promise<T>): Promise<T> {
    const since = this.awake.read();
    const before = this.excluded;
    try {
      return await work();
    } finally {
      // A nested exclusion is part of this one.
      this.excluded = before + this.awake.read() - since;
    }
  }

  stop(): void {
    clearInterval(this.reading);
  }
}
