// What decides how a training is done and how long it may take, besides the files.
import { sha256Of } from '../neural/models/manifest.ts';
import { weightsOf } from './models/folder-models.ts';
import type { NeuralAccess } from './request/adapt-request.ts';
import { accessOf, type Run } from './run.ts';
import { type Samples, windowTokens } from './training-data/samples.ts';

/** Windows in a step. */
export const microBatches = 4;
/** Passes over all samples. A token of running text may come again around a middle. */
export const epochs = 2;
const defaultMinutes = 10;

/** Budget of the whole run, seconds. */
export function budgetSeconds({ budgetMinutes = defaultMinutes }: NeuralAccess): number {
  return 60 * budgetMinutes;
}

/** Settings that decide a timing and a training, besides the files. */
export function trainingSettings(run: Run): unknown {
  const { base, budgetMinutes, maxSteps, device } = accessOf(run);
  return [weightsOf(base), budgetMinutes, maxSteps, device, sha256Of(run.request.tokenizerPath)];
}

/** Steps of all epochs. */
export function stepsOf({ tokensPerEpoch }: Samples, maxSteps = Number.POSITIVE_INFINITY): number {
  return Math.min(maxSteps, Math.ceil((epochs * tokensPerEpoch) / (windowTokens * microBatches)));
}
