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

/** Parts of a plan as users read them. */
type Part = 'measuring' | 'training' | 'deciding';

/** Steps of a run, in their order, each with the part of the plan that it belongs to. */
const partOf = {
  read: 'measuring',
  look: 'measuring',
  plan: 'training',
  measure: 'measuring',
  train: 'training',
  decide: 'deciding',
} as const satisfies Readonly<Record<string, Part>>;

/** A stage of the run, in its order. */
export interface Row {
  /** As progress calls it. */
  readonly name: string;
  readonly takes: StageSeconds;
  readonly step: keyof typeof partOf;
}

/** A later estimate is told, with a sentence, only if it is so many times and so many seconds longer. */
const TOLERATED = { times: 1.25, seconds: 20 };

export class Countdown {
  private readonly rows: readonly Row[];
  private readonly steps: readonly Row['step'][];
  private readonly to: Progress;
  private readonly now: () => number;
  private seconds: readonly number[] | undefined;
  private whole = 0;
  private shown = Number.POSITIVE_INFINITY;
  private reached = 0;
  private at = 0;
  private last: { readonly update: ProgressUpdate; readonly ms: number } | undefined;

  /** @param now ms, of a monotonic clock */
  constructor(rows: readonly Row[], to: Progress, now = () => performance.now()) {
    this.rows = rows;
    this.steps = [...new Set(rows.map(({ step }) => step))];
    this.to = to;
    this.now = now;
  }

  /** A new plan: its estimate replaces the one shown, longer or not. @returns the seconds of each part */
  plan(ahead: RemainingWork): Readonly<Record<Part, number>> {
    this.shown = Number.POSITIVE_INFINITY;
    this.replan(ahead);
    const of = (part: Part) => this.after(this.at - 1, ({ step }) => partOf[step] === part);
    // Without training, the stages that would have planned it are over.
    return { measuring: of('measuring'), training: ahead.training > 0 ? of('training') : 0, deciding: of('deciding') };
  }

  /** Better figures for the plan that is shown. */
  replan(ahead: RemainingWork): void {
    this.seconds = this.rows.map(({ takes }) => (typeof takes === 'number' ? takes : takes(ahead)));
    this.whole = this.after(-1);
  }

  /** Adds to an update how far the whole run is. An update of a stage that is not in the list does not move it. */
  tell(update: ProgressUpdate): void {
    const at = this.rows.findIndex(({ name }) => name === update.stage);
    if (at > this.at) this.at = at;
    const isCurrent = at === this.at;
    const why = this.seconds && isCurrent ? this.fall(this.leftAt(at, update)) : undefined;
    if (isCurrent) this.last = { update, ms: this.now() };
    this.to({ ...update, ...(why !== undefined && { say: why }), ...this.position() });
  }

  /** Repeats the last update with the time that has passed since, for a stage that has nothing to tell for long. */
  tick(): void {
    if (!this.last || !this.seconds) return;
    const { update, ms } = this.last;
    const { say: _, isPlan: __, lines: ___, ...rest } = update;
    const later = this.leftAt(this.at, update) - (this.now() - ms) / 1000;
    // The stages after this one take their time, however late this one is.
    this.fall(Math.max(later, this.after(this.at)));
    this.to({ ...rest, ...this.position() });
  }

  private leftAt(at: number, { total, done, stageLeft }: ProgressUpdate): number {
    const planned = (this.seconds?.[at] ?? 0) * (1 - (total ? Math.min(1, done / total) : 0));
    return (stageLeft ?? planned) + this.after(at);
  }

  private position(): Pick<ProgressUpdate, 'left' | 'overall' | 'step'> {
    const { step } = this.rows[this.at] as Row;
    const at = { step: { at: this.steps.indexOf(step) + 1, of: this.steps.length } };
    return this.seconds && Number.isFinite(this.shown) ? { ...at, left: this.shown, overall: this.reached } : at;
  }

  /** Why it rose; undefined: it did not. */
  private fall(left: number): string | undefined {
    this.reached = Math.max(this.reached, 1 - left / Math.max(this.whole, left, 1));
    if (left <= this.shown) this.shown = left;
    else if (left > TOLERATED.times * this.shown + TOLERATED.seconds) {
      this.shown = left;
      return `This takes longer than planned, because the machine is slower now: ${about(left)} left.`;
    }
    return undefined;
  }

  private after(at: number, of: (row: Row) => boolean = () => true): number {
    return (this.seconds ?? []).reduce((sum, each, i) => sum + (i > at && of(this.rows[i] as Row) ? each : 0), 0);
  }
}

/** 'About 9 minutes: 2 measuring, 6 training, 1 deciding.' Of what takes half a minute or more, the others are in the sum. */
export function planInWords(parts: Readonly<Record<Part, number>>): string {
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
