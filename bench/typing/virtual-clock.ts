// A clock of events: it stands still while something is really computed, and jumps from one sleeper to the next otherwise. What a typist
// sees hangs on how long work is said to take, not on how long this machine took over it.
import type { Clock } from '../../src/common/clock.ts';

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

export class VirtualClock implements Clock {
  private time = 0;
  private sleepers: Sleeper[] = [];
  private working = 0;
  private idle: () => void = () => {};

  now(): number {
    return this.time;
  }

  monotonic(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const sleeper: Sleeper = {
        at: this.time + ms,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = () => {
        this.sleepers = this.sleepers.filter((other) => other !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.sleepers.push(sleeper);
    });
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
    const settled = work.finally(() => {
      done = true;
    });
    settled.catch(() => {});
    while (!done) {
      // Promises that are due run first, whoever is about to sleep or to work among them.
      for (let i = 0; i < 3; i++) await turn();
      if (done) break;
      if (this.working > 0) {
        await new Promise<void>((resolve) => {
          this.idle = resolve;
        });
        continue;
      }
      const next = this.sleepers.reduce<Sleeper | undefined>(
        (first, each) => (first && first.at <= each.at ? first : each),
        undefined,
      );
      if (next === undefined) throw new Error('Time stands still: everybody waits for somebody else.');
      this.sleepers = this.sleepers.filter((other) => other !== next);
      this.time = Math.max(this.time, next.at);
      next.wake();
    }
    return settled;
  }
}
