// A run's stages: a row each, in the order in which it comes to them. How far it is as a whole: each has its part of the bar, and the
// bar never goes back. A stage that has no row does not compile.
import type { Progress, ProgressUpdate } from '../common/progress.ts';
import type { AdaptRequest } from './types.ts';

interface Row {
  /** As progress calls it, for people. */
  readonly stage: string;
  /** About how long it takes, seconds; only the proportions matter. */
  readonly seconds: number | 'the minutes of training';
  /** Which runs come to it. */
  readonly of: 'all' | 'adapting' | 'neural' | 'api';
}

const table = [
  { stage: 'Finding files', seconds: 1, of: 'all' },
  { stage: 'Reading files', seconds: 3, of: 'all' },
  { stage: 'Indexing', seconds: 2, of: 'adapting' },
  { stage: 'Learning the mixture', seconds: 4, of: 'adapting' },
  { stage: 'Calibrating', seconds: 2, of: 'adapting' },
  { stage: 'Measuring', seconds: 2, of: 'adapting' },
  { stage: 'Mixing the base with the n-grams', seconds: 15, of: 'neural' },
  { stage: 'Measuring the base', seconds: 30, of: 'neural' },
  { stage: 'Mixing the earlier model with the n-grams', seconds: 5, of: 'neural' },
  { stage: 'Measuring the earlier model', seconds: 30, of: 'neural' },
  { stage: 'Training', seconds: 'the minutes of training', of: 'neural' },
  { stage: 'Mixing the adapted model with the n-grams', seconds: 15, of: 'neural' },
  { stage: 'Measuring the adapted model', seconds: 30, of: 'neural' },
  { stage: 'Testing the adapted model', seconds: 25, of: 'neural' },
  { stage: 'Testing the earlier model', seconds: 25, of: 'neural' },
  { stage: 'Testing the base', seconds: 25, of: 'neural' },
  { stage: 'Asking the API', seconds: 30, of: 'api' },
  { stage: 'Indexing every file', seconds: 2, of: 'all' },
] as const satisfies readonly Row[];

export type StageName = (typeof table)[number]['stage'];

/** Progress as a run's own code tells it. */
export type StageProgress = (update: ProgressUpdate & { readonly stage: StageName }) => void;

export interface Stage {
  readonly stage: StageName;
  readonly seconds: number;
}

/** Adds the share of the whole run to every update. Stages that a run leaves out, or that are not in the list, do no harm. */
export function overall(stages: readonly Stage[], progress: Progress): Progress {
  const total = stages.reduce((sum, { seconds }) => sum + seconds, 0);
  let reached = 0;
  return (update: ProgressUpdate) => {
    const at = stages.findIndex(({ stage }) => stage === update.stage);
    if (at >= 0) {
      const before = stages.slice(0, at).reduce((sum, { seconds }) => sum + seconds, 0);
      const within = update.total ? Math.min(1, update.done / update.total) : 0;
      reached = Math.max(reached, (before + within * (stages[at] as Stage).seconds) / total);
    }
    progress({ ...update, overall: reached });
  };
}

/** In the order in which a run comes to them. */
export function stagesOf({ effort, neural, api }: Pick<AdaptRequest, 'effort' | 'neural' | 'api'>): Stage[] {
  const adapting = effort === 'adapt';
  const comes = { all: true, adapting, neural: adapting && neural !== undefined, api: adapting && api !== undefined };
  const training = 60 * (neural?.budgetMinutes ?? 10);
  return table
    .filter(({ of }) => comes[of])
    .map(({ stage, seconds }) => ({ stage, seconds: typeof seconds === 'number' ? seconds : training }));
}
