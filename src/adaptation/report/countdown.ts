// How far a run is: one estimate of the time left, which falls from the plan on, and rises only with a sentence that says why.
import { about } from '../../common/format.ts';
import type { Progress, ProgressUpdate } from '../../common/progress.ts';

/** What hangs on folder and machine of what a run has still to do. */
export interface RemainingWork {
  /** Seconds of a draft with its loss at a place; and how many places there are of each kind. */
  readonly perPlace: number;
  readonly places: Readonly<Record<'fit' | 'choose' | 'test', number>>;
  /** Places where the base, and what was adapted before, are still to be asked. */
  readonly base: number;
  readonly earlier: number;
  /** Seconds of training; 0: nothing is trained. */
  readonly training: number;
  /** Places that the API may be asked about. */
  readonly api: number;
}

/** Of a run without a neural model. */
export const nothingAhead: RemainingWork = {
  ...{ perPlace: 0, places: { fit: 0, choose: 0, test: 0 } },
  ...{ base: 0, earlier: 0, training: 0, api: 0 },
};

/** Seconds that a stage takes: always the same few, or by what is ahead. */
export type StageSeconds = number | ((ahead: RemainingWork) => number);

/** A stage of the run, in its order. */
export interface Row {
  /** As progress calls it. */
  readonly name: string;
  readonly takes: StageSeconds;
  readonly part: 'measuring' | 'training' | 'deciding';
}

/** The estimate may come out so many times, and so many seconds, longer before it is said to. */
const HELD = { times: 1.25, seconds: 20 };

export class Countdown {
  private readonly rows: readonly Row[];
  private readonly to: Progress;
  private seconds: readonly number[] | undefined;
  private whole = 0;
  private shown = Number.POSITIVE_INFINITY;
  private reached = 0;
  private at = 0;

  constructor(rows: readonly Row[], to: Progress) {
    this.rows = rows;
    this.to = to;
  }

  /** What is ahead is known. @returns the seconds of each part */
  plan(ahead: RemainingWork): Readonly<Record<Row['part'], number>> {
    this.seconds = this.rows.map(({ takes }) => (typeof takes === 'number' ? takes : takes(ahead)));
    this.whole = this.after(-1);
    const of = (part: Row['part']) => this.after(this.at - 1, (row) => row.part === part);
    // Where nothing is trained, what was to find that out is over.
    return { measuring: of('measuring'), training: ahead.training > 0 ? of('training') : 0, deciding: of('deciding') };
  }

  /** Adds to an update how far the whole run is. Stages that are not in the list do no harm. */
  tell(update: ProgressUpdate): void {
    const at = this.rows.findIndex(({ name }) => name === update.stage);
    if (at > this.at) this.at = at;
    const why = this.seconds && at === this.at ? this.fall(this.leftAt(at, update)) : undefined;
    this.to({ ...update, ...(why !== undefined && { say: why }), ...this.standing() });
  }

  private leftAt(at: number, { total, done, stageLeft }: ProgressUpdate): number {
    const planned = (this.seconds?.[at] ?? 0) * (1 - (total ? Math.min(1, done / total) : 0));
    return (stageLeft ?? planned) + this.after(at);
  }

  private standing(): Pick<ProgressUpdate, 'left' | 'overall'> {
    return this.seconds && Number.isFinite(this.shown) ? { left: this.shown, overall: this.reached } : {};
  }

  /** Why it rose; undefined: it did not. */
  private fall(left: number): string | undefined {
    this.reached = Math.max(this.reached, 1 - left / Math.max(this.whole, left, 1));
    if (left <= this.shown) this.shown = left;
    else if (left > HELD.times * this.shown + HELD.seconds) {
      this.shown = left;
      return `This takes longer than was planned, the machine is slower now: ${about(left)} left.`;
    }
    return undefined;
  }

  private after(at: number, of: (row: Row) => boolean = () => true): number {
    return (this.seconds ?? []).reduce((sum, each, i) => sum + (i > at && of(this.rows[i] as Row) ? each : 0), 0);
  }
}

/** 'About 9 minutes: 2 measuring, 6 training, 1 deciding.' Of what takes half a minute or more, the others are in the sum. */
export function planInWords(parts: Readonly<Record<Row['part'], number>>): string {
  const whole = Object.values(parts).reduce((sum, each) => sum + each, 0);
  if (whole < 50) return 'Less than a minute.';
  const minutes = Math.max(1, Math.round(whole / 60));
  const [unit, by, all] = minutes < 3 ? ['second', 10, Math.round(whole / 10)] : ['minute', 60, minutes];
  const rounded = Object.entries(parts).map(([name, each]) => ({ name, units: Math.round(each / (by as number)) }));
  // What rounding has left over goes to the longest.
  const longest = rounded.reduce((high, each) => (each.units > high.units ? each : high));
  longest.units += (all as number) - rounded.reduce((sum, { units }) => sum + units, 0);
  const factor = unit === 'second' ? 10 : 1;
  const said = rounded.filter(({ units }) => units > 0).map(({ name, units }) => `${units * factor} ${name}`);
  return `About ${(all as number) * factor} ${unit}s: ${said.join(', ')}.`;
}
