// The status of a run in a folder: what the next start resumes from.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointStatus } from './checkpoint.ts';
import type { CheckpointProgress } from './run.ts';

export const CHECKPOINT = 'checkpoint.safetensors';
/** Beside a finished model: its identity and result. */
export const RECORD = 'training.json';

export type TrainingStatus =
  /** `seconds`: spent so far. */
  | { readonly kind: 'training'; readonly step: number; readonly totalSteps: number; readonly seconds: number }
  /** Finished; it is not repeated. */
  | { readonly kind: 'trained' };

/** Undefined if there is neither a checkpoint nor a result. */
export function trainingStatusOf(out: string): TrainingStatus | undefined {
  const found = checkpointStatus(join(out, CHECKPOINT));
  if (found) {
    const { plan, seconds } = found.progress as CheckpointProgress;
    return { kind: 'training', step: found.step, totalSteps: plan.totalSteps, seconds };
  }
  return existsSync(join(out, RECORD)) ? { kind: 'trained' } : undefined;
}
