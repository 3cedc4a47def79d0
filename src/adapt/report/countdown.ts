// Progress of a run: the one estimate of the time left. There is none before the plan; after it, it falls, and rises
// only with a sentence that says why.
import type { Progress, ProgressUpdate } from '../../common/progress.ts';

/** Remaining work of a run, as far as it depends on folder and machine. */
export interface RemainingWork {
  /** Seconds of a draft with its loss at a position, and number of positions in each split. */
  readonly secondsPerDraft: number;
  readonly places: Readonly<Record<'fit' | 'choose' | 'test' | 'testedBase', number>>;
  /** Positions without a stored draft of the base, and of the earlier model. */
  readonly base: number;
  readonly earlier: number;
  /** Seconds of training; 0: nothing is trained. */
  readonly training: number;
  /** Maximum positions that the large model labels. */
  readonly api: number;
}

/** For a run without a neural model. */
export const noWork: RemainingWork = {
  secondsPerDraft: 0,
  places: { fit: 0, choose: 0, test: 0, testedBase: 0 },
  base: 0,
  earlier: 0,
  training: 0,
  api: 0,
};

/** Expected seconds of a stage: a constant, or computed from the remaining work. */
export type StageSeconds = number | ((remaining: RemainingWork) => number);

/** Parts of a plan as users read them. */
type Part = 'measuring' | 'training' | 'deciding';
export type PlanParts = Readonly<Record<Part, number>>;

/** Steps of a run in their order, with their parts of the plan. */
const partOf = {
  read: 'measuring',
  look: 'measuring',
  plan: 'training',
  measure: 'measuring',
  train: 'training',
  decide: 'deciding',
} as const satisfies Readonly<Record<string, Part>>;

/** A stage of the run. */
export interface Row {
  /** Its name in progress updates. */
  readonly name: string;
  readonly takes: StageSeconds;
  readonly step: keyof typeof partOf;
}

/** A longer estimate is shown, with a sentence, only if it exceeds the shown one by this factor plus these seconds. */
const TOLERATED = { times: 1.25, seconds: 20 };

/** Share of a stage after which its speed corrects the plan. */
const MEASURED_SHARE = 0.2;

export class Countdown {
  private readonly rows: readonly Row[];
  private readonly steps: readonly Row['step'][];
  private readonly progress: Progress;
  private readonly now: () => number;
  private seconds: readonly number[] | undefined;
  private whole = 0;
  private shown = Number.POSITIVE_INFINITY;
  private reached = 0;
  private at = 0;
  /** The first update of the present stage, and how many times longer than planned stages take. */
  private first: { readonly done: number; readonly ms: number } | undefined;
  private slowness = 1;
  private last: { readonly update: ProgressUpdate; readonly ms: number } | undefined;

  /** @param now ms, of a monotonic clock */
  constructor(rows: readonly Row[], progress: Progress, now = () => performance.now()) {
    this.rows = rows;
    this.steps = [...new Set(rows.map(({ step }) => step))];
    this.progress = progress;
    this.now = now;
  }

  /** Seconds of each part of a plan, from the present stage on. */
  partsOf(remaining: RemainingWork): PlanParts {
    const seconds = this.secondsOf(remaining);
    const parts = { measuring: 0, training: 0, deciding: 0 };
    for (const [i, { step }] of this.rows.entries()) if (i >= this.at) parts[partOf[step]] += seconds[i] as number;
    // Without training, the stages that plan it are over.
    return { ...parts, training: remaining.training > 0 ? parts.training : 0 };
  }

  /** Sets or updates the figures behind the time left. */
  plan(remaining: RemainingWork): void {
    this.seconds = this.secondsOf(remaining);
    this.whole = this.after(-1);
  }

  /** Reports an update with the progress of the whole run. Stages that are not in the list do not change that. */
  tell(update: ProgressUpdate): void {
    const at = this.rows.findIndex(({ name }) => name === update.stage);
    const isCurrent = at >= this.at;
    if (isCurrent && (at > this.at || !this.first)) this.first = { done: update.done, ms: this.now() };
    if (isCurrent) this.at = at;
    if (isCurrent) this.measureSpeed(update);
    const say = this.seconds && isCurrent ? this.showLeft(this.leftAt(at, update)) : undefined;
    if (isCurrent) this.last = { update, ms: this.now() };
    this.progress({ ...update, ...(say !== undefined && { say }), ...this.position() });
  }

  /** Repeats the last update with the time left now, for a stage that reports nothing for long. */
  tick(): void {
    if (!this.last || !this.seconds) return;
    const { update, ms } = this.last;
    const { say: _, ...rest } = update;
    const later = this.leftAt(this.at, update) - (this.now() - ms) / 1000;
    // However late this stage is, the later stages still need their time.
    this.showLeft(Math.max(later, this.after(this.at)));
    this.progress({ ...rest, ...this.position() });
  }

  private measureSpeed({ done, total }: ProgressUpdate): void {
    if (!total || !this.first) return;
    const share = (done - this.first.done) / total;
    const expected = share * (this.seconds?.[this.at] ?? 0);
    // A short time says little of the speed.
    if (share < MEASURED_SHARE || expected === 0) return;
    this.slowness = Math.max(1, (this.now() - this.first.ms) / 1000 / expected);
  }

  private leftAt(at: number, { total, done, stageLeft }: ProgressUpdate): number {
    const seconds = this.slowness * (this.seconds?.[at] ?? 0);
    const planned = seconds * (1 - (total ? Math.min(1, done / total) : 0));
    return (stageLeft ?? planned) + this.slowness * this.after(at);
  }

  private position(): Pick<ProgressUpdate, 'left' | 'overall' | 'step'> {
    const { step } = this.rows[this.at] as Row;
    const at = { step: { at: this.steps.indexOf(step) + 1, of: this.steps.length } };
    return this.seconds && Number.isFinite(this.shown) ? { ...at, left: this.shown, overall: this.reached } : at;
  }

  /** Sets the time left that is shown. Returns a sentence if it rose. */
  private showLeft(left: number): string | undefined {
    this.reached = Math.max(this.reached, 1 - left / Math.max(this.whole, left, 1));
    if (left <= this.shown) this.shown = left;
    else if (left > TOLERATED.times * this.shown + TOLERATED.seconds) {
      this.shown = left;
      return 'This takes longer than planned, because the machine is slower now.';
    }
    return undefined;
  }

  private secondsOf(remaining: RemainingWork): number[] {
    return this.rows.map(({ takes }) => (typeof takes === 'number' ? takes : takes(remaining)));
  }

  private after(at: number): number {
    return (this.seconds ?? []).reduce((sum, each, i) => sum + (i > at ? each : 0), 0);
  }
}

/** 'About 9 minutes: 2 measuring, 6 training, 1 deciding.' Parts below half a minute are only in the sum. */
export function planInWords(parts: PlanParts): string {
  const whole = Object.values(parts).reduce((sum, each) => sum + each, 0);
  if (whole < 50) return 'Less than a minute.';
  const minutes = Math.max(1, Math.round(whole / 60));
  const [unit, by, all] = minutes < 3 ? ['second', 10, Math.round(whole / 10)] : ['minute', 60, minutes];
  const rounded = Object.entries(parts).map(([name, each]) => ({ name, units: Math.round(each / (by as number)) }));
  // The longest part takes the rounding error.
  const longest = rounded.reduce((best, each) => (each.units > best.units ? each : best));
  longest.units += (all as number) - rounded.reduce((sum, { units }) => sum + units, 0);
  const factor = unit === 'second' ? 10 : 1;
  const texts = rounded.filter(({ units }) => units > 0).map(({ name, units }) => `${units * factor} ${name}`);
  return `About ${(all as number) * factor} ${unit}s: ${texts.join(', ')}.`;
}
