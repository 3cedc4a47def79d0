// A progress bar for a terminal. Other outputs get a line for each stage, once, because stages may alternate, and one
// every ten seconds of a long stage.

import { about } from './format.ts';
import { plainLine } from './plain-text.ts';
import { type ProgressUpdate, shareDone } from './progress.ts';

export interface BarOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const barWidth = 24;
const mostColumns = 100;
/** Shortest interval between two redraws, ms: a terminal over SSH is slower than the reporting loop. */
const redrawMs = 80;
/** Time between two lines of a stage where there is no terminal, ms. */
const lineMs = 10_000;

export class ProgressBar {
  private readonly output: BarOutput;
  private readonly clock: () => number;
  private stage = '';
  /** Where there is no terminal: when the stage began and with how much done, and the time of its last line. */
  private began = { at: 0, done: 0 };
  private lineAt = 0;
  private drawnAt = Number.NEGATIVE_INFINITY;
  private drawn = false;
  private line = '';
  private readonly written = new Set<string>();

  /** @param clock ms */
  constructor(output: BarOutput, clock: () => number = () => performance.now()) {
    this.output = output;
    this.clock = clock;
  }

  update(update: ProgressUpdate): void {
    const now = this.clock();
    const isNewStage = update.stage !== this.stage;
    this.stage = update.stage;
    if (!this.output.isTTY) {
      this.writeLine(update, isNewStage, now);
      return;
    }
    if (!isNewStage && update.done !== update.total && now - this.drawnAt < redrawMs) return;
    this.drawnAt = now;
    this.line = this.render(update);
    this.draw();
  }

  private writeLine(update: ProgressUpdate, isNewStage: boolean, now: number): void {
    const { stage, done, total, left } = update;
    if (isNewStage) [this.began, this.lineAt] = [{ at: now, done }, now];
    else if (now - this.lineAt < lineMs || total === undefined) return;
    const rate = (done - this.began.done) / Math.max(1, now - this.began.at);
    const ofStage = rate > 0 && total !== undefined ? (total - done) / rate / 1000 : undefined;
    const seconds = left ?? (isNewStage ? undefined : ofStage);
    const remaining = seconds === undefined ? '' : `${about(seconds)} left`;
    const counts = isNewStage ? `${stage} ...` : `${stage} ${done}/${total}`;
    const line = [stepOf(update), counts, remaining].filter(Boolean).join('  ');
    if (isNewStage && this.written.has(line)) return;
    this.lineAt = now;
    this.written.add(line);
    this.output.write(`${line}\n`);
  }

  /** Writes something else on the same terminal without tearing the bar. */
  interrupt(text: string): void {
    const wasDrawn = this.drawn;
    this.clear();
    this.output.write(text);
    if (wasDrawn) this.draw();
  }

  /** Removes the bar from the terminal. */
  clear(): void {
    if (this.drawn) this.output.write('\r\x1b[2K');
    this.drawn = false;
  }

  private draw(): void {
    this.output.write(`\r\x1b[2K${this.line}`);
    this.drawn = true;
  }

  /** Bar and remaining time are for the whole run, if known; counts are for the stage. */
  private render(update: ProgressUpdate): string {
    const { stage, done, total, detail } = update;
    const share = shareDone(update);
    const filled = Math.round((share ?? 0) * barWidth);
    const bar = share === undefined ? ''.padEnd(barWidth, '·') : ''.padEnd(filled, '█').padEnd(barWidth, '░');
    const counts = total === undefined ? (done > 0 ? ` ${done}` : '') : ` ${done}/${total}`;
    const extra = detail === undefined ? '' : `  ${plainLine(detail)}`;
    return [stepOf(update), bar, timeLeft(update), `${stage}${counts}${extra}`]
      .filter(Boolean)
      .join('  ')
      .slice(0, Math.min(this.output.columns ?? 80, mostColumns) - 1);
  }
}

function stepOf({ step }: ProgressUpdate): string {
  return step === undefined ? '' : `step ${step.at} of ${step.of}`;
}

function timeLeft({ left }: ProgressUpdate): string {
  return left === undefined ? '' : `${about(left)} left`;
}
