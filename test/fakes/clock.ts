// A clock that stands still until the test moves it: sleeps resolve in order as time passes them.
import { SteppedClock, settled } from '../../bench/common/stepped-clock.ts';

export { settled };

export class ManualClock extends SteppedClock {
  constructor(start = 1_700_000_000_000) {
    super(start);
  }

  /** Moves time on while nobody wakes, as a machine that sleeps; who is due then wakes late. */
  sleepThrough(ms: number): void {
    this.time += ms;
  }

  /** Moves time on, waking sleepers in order; what they do at once (promise continuations) happens before the next one wakes. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    // Whoever is about to call sleep gets there first.
    await settled();
    while (this.wakeNext(end)) await settled();
    this.time = end;
    await settled();
  }
}
