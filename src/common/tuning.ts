// What tests set, so that their outcome hangs on no machine's speed: through the environment, which no settings file
// and no workspace reaches. Nobody else needs to; people have settings.

export interface Tuning {
  /** How long a keystroke waits for the neural model, ms. */
  readonly patienceMs: number | undefined;
  /** Of one adaptation's training. */
  readonly maxSteps: number | undefined;
  /** Added to our own by the process that trains: 0 makes it an equal of the others. */
  readonly trainingNiceness: number | undefined;
}

export const variables: Readonly<Record<keyof Tuning, string>> = {
  patienceMs: 'EASY_ADAPTATION_PATIENCE_MS',
  maxSteps: 'EASY_ADAPTATION_MAX_STEPS',
  trainingNiceness: 'EASY_ADAPTATION_TRAINING_NICENESS',
};

/** What is not set, or is no whole number from 0, is undefined. */
export function readTuning(environment: Readonly<Record<string, string | undefined>>): Tuning {
  const read = (name: string) => (/^\d{1,9}$/.test(environment[name] ?? '') ? Number(environment[name]) : undefined);
  return {
    patienceMs: read(variables.patienceMs),
    maxSteps: read(variables.maxSteps),
    trainingNiceness: read(variables.trainingNiceness),
  };
}
