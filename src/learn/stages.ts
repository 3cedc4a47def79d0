// How far a run is as a whole: each stage has its part of the bar, and the bar never goes back.
import type { Progress, ProgressUpdate } from '../common/progress.ts';
import type { AdaptRequest } from './types.ts';

export interface Stage {
  readonly stage: string;
  /** About how long it takes, seconds; only the proportions matter. */
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
  const training = 60 * (neural?.budgetMinutes ?? 10);
  const adapting = effort === 'adapt';
  const rows: (Stage & { readonly when: boolean })[] = [
    { stage: 'Finding files', seconds: 1, when: true },
    { stage: 'Reading files', seconds: 3, when: true },
    { stage: 'Indexing', seconds: 2, when: adapting },
    { stage: 'Learning the mixture', seconds: 4, when: adapting },
    { stage: 'Calibrating', seconds: 2, when: adapting },
    { stage: 'Measuring', seconds: 2, when: adapting },
    { stage: 'Mixing the base with the n-grams', seconds: 15, when: adapting && neural !== undefined },
    { stage: 'Measuring the base', seconds: 30, when: adapting && neural !== undefined },
    { stage: 'Measuring the earlier model', seconds: 30, when: adapting && neural !== undefined },
    { stage: 'Training', seconds: training, when: adapting && neural !== undefined },
    { stage: 'Mixing the adapted model with the n-grams', seconds: 15, when: adapting && neural !== undefined },
    { stage: 'Measuring the adapted model', seconds: 30, when: adapting && neural !== undefined },
    { stage: 'Testing the adapted model', seconds: 25, when: adapting && neural !== undefined },
    { stage: 'Testing the earlier model', seconds: 25, when: adapting && neural !== undefined },
    { stage: 'Testing the base', seconds: 25, when: adapting && neural !== undefined },
    { stage: 'Asking the API', seconds: 30, when: adapting && api !== undefined },
    { stage: 'Indexing every file', seconds: 2, when: true },
  ];
  return rows.filter(({ when }) => when);
}
