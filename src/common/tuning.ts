// Environment variables that only tests set, so that results do not depend on the machine's speed. Settings files and
// workspaces cannot set them.

export const variables = {
  /** Maximum wait of a keystroke for the neural model, and of a draft for its parser, ms. */
  patienceMs: 'EASY_ADAPTATION_PATIENCE_MS',
  /** Longest time in which a long prompt may be read, ms; 0: prompts are not long. */
  longPromptMs: 'EASY_ADAPTATION_LONG_PROMPT_MS',
  /** Limit for the training steps of one adaptation. */
  maxSteps: 'EASY_ADAPTATION_MAX_STEPS',
  /** Limit for the positions that one adaptation asks the large model about. */
  maxPositions: 'EASY_ADAPTATION_MAX_POSITIONS',
  /** Niceness of the training process above our own; 0: same priority. */
  trainingNiceness: 'EASY_ADAPTATION_TRAINING_NICENESS',
  /**
   * 1: an adaptation that costs nothing begins as planned, without a question. An extension host's test can answer
   * none.
   */
  startsAtOnce: 'EASY_ADAPTATION_STARTS_AT_ONCE',
  /** Physical cores of the machine, for the offer of a code model. */
  cores: 'EASY_ADAPTATION_CORES',
} as const;

/** A value is undefined if its variable is unset or not a whole number >= 0. */
export type Tuning = { readonly [K in keyof typeof variables]: number | undefined };

export function readTuning(environment: Readonly<Record<string, string | undefined>>): Tuning {
  const rows = Object.entries(variables).map(([name, variable]) => {
    const text = environment[variable] ?? '';
    return [name, /^\d{1,9}$/.test(text) ? Number(text) : undefined] as const;
  });
  return Object.fromEntries(rows) as Tuning;
}
