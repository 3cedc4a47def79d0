// Progress of anything longer than a second, from the pipeline to a bar in the terminal or the editor.

export interface ProgressUpdate {
  /** What is being done, as the user should read it: 'Reading files'. */
  readonly stage: string;
  /** Units done and in all; `total` is undefined while unknown. */
  readonly done: number;
  readonly total: number | undefined;
  /** Short extra for the line's end: '3.1 MB', 'opening the base'. */
  readonly detail?: string;
  /** Seconds until this stage is done, if the stage knows better than the plan. */
  readonly stageLeft?: number;
  /**
   * Seconds until the whole run is done. Only falls, unless `say` says why it does not. Absent before there is a plan.
   */
  readonly left?: number;
  /** A sentence to show prominently: the plan, or why it changed. */
  readonly say?: string;
  /** Whether `say` is the plan, at which the user may stop the run. */
  readonly isPlan?: true;
  /** Result so far as text for a terminal, lines of at most 100 columns; an editor does not show it. */
  readonly lines?: string;
  /** Which of the run's steps this is, from 1. Never falls. */
  readonly step?: { readonly at: number; readonly of: number };
  /** Share of the whole run that is done, 0..1, over all stages; never falls. Absent if unknown. */
  readonly overall?: number;
}

export type Progress = (update: ProgressUpdate) => void;

export const noProgress: Progress = () => {};
