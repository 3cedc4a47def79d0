// The status of a training run, from the files in its folder.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointStatus } from './checkpoint.ts';
import type { CheckpointProgress } from './run.ts';

export const CHECKPOINT_FILE = 'checkpoint.safetensors';
/** Stores the identity and the result of a finished run. */
export const TRAINING_RECORD = 'training.json';

export type TrainingStatus =
  /** There is a checkpoint. `seconds`: spent so far. */
  | { readonly kind: 'training'; readonly step: number; readonly totalSteps: number; readonly seconds: number }
  /** It has finished and is not repeated. */
  | { readonly kind: 'trained' };

/** Undefined if there is neither a checkpoint nor a result. */
export function trainingStatusOf(out: string): TrainingStatus | undefined {
  const found = checkpointStatus(join(out, CHECKPOINT_FILE));
  if (found) {
    const { plan, seconds } = found.progress as CheckpointProgress;
    return { kind: 'training', step: found.step, totalSteps: plan.totalSteps, seconds };
  }
  return existsSync(join(out, TRAINING_RECORD)) ? { kind: 'trained' } : undefined;
}
