// Whether others compute on this machine: what its processors have done since it was looked at before. An average of the last minute would
// call a window quiet that is still starting.
import { type CpuInfo, cpus } from 'node:os';

/** Share of the processors' time. */
const BUSY = 0.5;
/** What was before that says nothing of now, ms. */
const LONGEST_MS = 60_000;

export class Load {
  private readonly read: () => readonly Pick<CpuInfo, 'times'>[];
  private readonly now: () => number;
  private before: { readonly at: number; readonly all: number; readonly idle: number } | undefined;

  constructor(read: () => readonly Pick<CpuInfo, 'times'>[] = cpus, now = () => performance.now()) {
    this.read = read;
    this.now = now;
  }

  /** True also where it was not asked in the last minute: then it is known the next time. */
  isBusy(): boolean {
    const { before } = this;
    const read = this.read();
    const after = {
      at: this.now(),
      all: sum(read.flatMap(({ times }) => Object.values(times))),
      idle: sum(read.map(({ times }) => times.idle)),
    };
    this.before = after;
    if (before === undefined || after.at - before.at > LONGEST_MS) return true;
    return after.idle - before.idle <= (1 - BUSY) * (after.all - before.all);
  }
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
