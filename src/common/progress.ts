// Progress of anything longer than a second, from the pipeline to a bar in the terminal or the editor.

export interface ProgressUpdate {
  /** What is being done, as the user should read it: 'Reading files'. */
  readonly stage: string;
  /** Units done and in all; `total` is undefined while unknown. */
  readonly done: number;
  readonly total: number | undefined;
  /** Short extra for the line's end: '3.1 MB', 'loss 2.31'. */
  readonly detail?: string;
  /** Share of the whole run that is done, 0..1, over all stages; never goes back. Absent where nobody knows. */
  readonly overall?: number;
}

export type Progress = (update: ProgressUpdate) => void;

export const noProgress: Progress = () => {};
