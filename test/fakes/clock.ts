// A clock that only the test advances. Sleeps resolve in order when their time is reached.
import { SteppedClock, settled } from '../../bench/common/stepped-clock.ts';

export { settled };

export class ManualClock extends SteppedClock {
  constructor(start = 1_700_000_000_000) {
    super(start);
  }

  /** Advances time without waking sleepers, as when the machine sleeps; they wake late. */
  sleepThrough(ms: number): void {
    this.time += ms;
  }

  /** Advances time and wakes sleepers in order. Their promise continuations run before the next sleeper wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    // Lets pending code call sleep first.
    await settled();
    while (this.wakeNext(end)) await settled();
    this.time = end;
    await settled();
  }
}
