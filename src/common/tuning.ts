// Environment variables that only tests set, so that results do not depend on the machine's speed. Settings files and
// workspaces cannot set them.

export interface Tuning {
  /** Maximum wait of a keystroke for the neural model, and of a draft for its parser, ms. */
  readonly patienceMs: number | undefined;
  /** Longest time in which a long prompt may be read, ms; 0: prompts are not long. */
  readonly longPromptMs: number | undefined;
  /** Limit for the training steps of one adaptation. */
  readonly maxSteps: number | undefined;
  /** Limit for the positions that one adaptation asks the large model about. */
  readonly maxPositions: number | undefined;
  /** Niceness of the training process above our own; 0: same priority. */
  readonly trainingNiceness: number | undefined;
  /** 1: an adaptation that costs nothing begins as planned, without a question. An extension host's test can answer none. */
  readonly startsAtOnce: number | undefined;
  /** Physical cores of the machine, for the offer of a code model. */
  readonly cores: number | undefined;
}

export const variables: Readonly<Record<keyof Tuning, string>> = {
  patienceMs: 'EASY_ADAPTATION_PATIENCE_MS',
  longPromptMs: 'EASY_ADAPTATION_LONG_PROMPT_MS',
  maxSteps: 'EASY_ADAPTATION_MAX_STEPS',
  maxPositions: 'EASY_ADAPTATION_MAX_POSITIONS',
  trainingNiceness: 'EASY_ADAPTATION_TRAINING_NICENESS',
  startsAtOnce: 'EASY_ADAPTATION_STARTS_AT_ONCE',
  cores: 'EASY_ADAPTATION_CORES',
};

/** A value is undefined if its variable is unset or not a whole number >= 0. */
export function readTuning(environment: Readonly<Record<string, string | undefined>>): Tuning {
  const read = (name: string) => (/^\d{1,9}$/.test(environment[name] ?? '') ? Number(environment[name]) : undefined);
  return {
    patienceMs: read(variables.patienceMs),
    longPromptMs: read(variables.longPromptMs),
    maxSteps: read(variables.maxSteps),
    maxPositions: read(variables.maxPositions),
    trainingNiceness: read(variables.trainingNiceness),
    startsAtOnce: read(variables.startsAtOnce),
    cores: read(variables.cores),
  };
}
