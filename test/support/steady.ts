// What keeps tests of whole programs from hanging on the speed of the machine: who answers, with which model, and how long is trained, is set.
import { type Tuning, variables } from '../../src/common/tuning.ts';

/** The environment that sets this. */
export function environmentOf(tuning: Partial<Tuning>): Record<string, string> {
  const set = Object.entries(tuning).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set.map(([name, value]) => [variables[name as keyof Tuning], String(value)]));
}

/** How long a completion waits for the neural model, ms: whoever waits for a completion waits longer. */
export const patienceMs = 120_000;

/** Environment of what is started. The neural model is waited for, training ends by its steps, and what trains is an equal of the rest. */
export const steadyMachine = (maxSteps?: number): Record<string, string> =>
  environmentOf({ patienceMs, maxSteps, trainingNiceness: 0 });

/** Settings of a profile: no minutes end a training before its steps do, and the base is not what was measured, at a moment of its own. */
export const steadySettings = { 'easyAdaptation.adaptMinutes': 720, 'easyAdaptation.neuralBase': 'small' };
