// Fixes which model answers and how long training runs, so that tests of whole programs do not depend on the machine's
// speed.
import { type Tuning, variables } from '../../src/common/tuning.ts';

/** Environment variables that set these tuning values. */
export function environmentOf(tuning: Partial<Tuning>): Record<string, string> {
  const set = Object.entries(tuning).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [variables[name as keyof Tuning], String(value)]));
}

/** How long a completion waits for the neural model, ms. Tests that wait for a completion wait longer. */
export const patienceMs = 120_000;

/**
 * Environment of tested programs: they wait for the neural model, write no long prompts, train a fixed number of steps,
 * and at normal priority.
 */
export const steadyMachine = (maxSteps?: number): Record<string, string> =>
  environmentOf({ patienceMs, longPromptMs: 0, maxSteps, trainingNiceness: 0 });

/**
 * Settings of a profile: training ends by its steps, not by time, and the base does not depend on a speed measurement.
 */
export const steadySettings = { 'easyAdaptation.adaptMinutes': 720, 'easyAdaptation.baseModel': 'small' };
