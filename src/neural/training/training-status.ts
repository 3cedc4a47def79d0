// Where a run to be adapted stands, by what lies in its folder: what the next start goes on from.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkpointStatus } from './checkpoint.ts';
import type { CheckpointProgress } from './run.ts';

export const CHECKPOINT = 'checkpoint.safetensors';
/** Beside a finished model: what it was made from, and how that went. */
export const RECORD = 'training.json';

export type TrainingStatus =
  /** `seconds` were spent until then. */
  | { readonly kind: 'training'; readonly step: number; readonly totalSteps: number; readonly seconds: number }
  /** Trained to the end: it is not repeated. */
  | { readonly kind: 'trained' };

/** Undefined where nothing is kept yet. */
export function trainingStatusOf(out: string): TrainingStatus | undefined {
  const found = checkpointStatus(join(out, CHECKPOINT));
  if (found) {
    const { plan, seconds } = found.progress as CheckpointProgress;
    return { kind: 'training', step: found.step, totalSteps: plan.totalSteps, seconds };
  }
  return existsSync(join(out, RECORD)) ? { kind: 'trained' } : undefined;
}
