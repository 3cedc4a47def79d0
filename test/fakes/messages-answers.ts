// Prompts of completions as the fake Messages API reads them, and an answer that follows from the prompt.

/** The parts of a prompt that the fake reads. */
export interface PromptFacts {
  readonly path: string;
  /** Text before and after the cursor marker, as far as the prompt shows it. */
  readonly before: string;
  readonly after: string;
  /** The whole prompt, system text first. */
  readonly text: string;
}

/** Undefined if the prompt has no cursor marker. */
export function readPrompt(system: string, user: string): PromptFacts | undefined {
  // The client explains its marker after the text: the last occurrence is its name, the first one is the cursor.
  const marker = user.match(/<\|cursor(-\d+)?\|>/g)?.at(-1);
  if (marker === undefined) return undefined;
  const at = user.indexOf(marker);
  const end = user.indexOf('\n</near_cursor>', at);
  return {
    path: /<file path="([^"]*)"/.exec(user)?.[1] ?? '',
    before: user.slice(0, at),
    after: user.slice(at + marker.length, end < 0 ? undefined : end),
    text: `${system}\n${user}`,
  };
}

/**
 * The rest of the last earlier line that begins like the cursor's line, or a call that no repository contains.
 * Deterministic, and different from the specialist's answers.
 */
export function answerFromPrompt(prompt: PromptFacts): string {
  const lines = prompt.before.split('\n');
  const start = (lines.pop() as string).trimStart();
  if (start.length >= 3) {
    for (const line of lines.reverse()) {
      const at = line.trimStart();
      if (at.startsWith(start) && at.length > start.length) return at.slice(start.length);
    }
  }
  return 'answeredByTheFakeApi();';
}
