// Progress reports of work that takes longer than a second, for a bar in the terminal or the editor.

export interface ProgressUpdate {
  /** The current work as text for the user: 'Reading files'. */
  readonly stage: string;
  /** Finished units and all units; `total` is undefined while unknown. */
  readonly done: number;
  readonly total: number | undefined;
  /** Short text at the line's end: '3.1 MB', 'opening the base'. */
  readonly detail?: string;
  /** Estimated seconds until this stage ends, if better than the plan's estimate. */
  readonly stageLeft?: number;
  /**
   * Estimated seconds until the run ends. If it rises, `say` states the reason. Absent before there is a plan.
   */
  readonly left?: number;
  /** A sentence to show prominently: why the run takes longer. */
  readonly say?: string;
  /** Which of the run's steps this is, from 1. Never falls. */
  readonly step?: { readonly at: number; readonly of: number };
  /** Share of the whole run that is done, 0..1, over all stages; never falls. Absent if unknown. */
  readonly overall?: number;
}

/**
 * Share for a bar, 0..1: of the whole run, or of the stage if the work has no steps. Undefined if unknown, as of a run
 * that has no plan yet: a stage's share would have to fall when the run's appears.
 */
export function shareDone({ done, total, overall, step }: ProgressUpdate): number | undefined {
  return overall ?? (step === undefined && total ? Math.min(1, done / total) : undefined);
}

export type Progress = (update: ProgressUpdate) => void;

export const noProgress: Progress = () => {};
