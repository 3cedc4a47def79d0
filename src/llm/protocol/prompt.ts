// What a large model is asked, whatever the task: the text, its limits, where it stops, and how what it writes is read. Tasks make it.
//
// Privacy: what is in its blocks leaves the machine. Whoever asks has the user's consent, and has masked secrets in them.
import type { ModelFacts } from './models.ts';

/** A text block; `cache` asks the API to keep the prompt up to and including it. */
export interface PromptBlock {
  readonly text: string;
  readonly cache: boolean;
}

/** A value: it is hashed, priced and sent as it is. What names its task is for the record alone. */
export interface Prompt {
  /** A path in its folder. */
  readonly about: string;
  readonly system: PromptBlock;
  readonly user: readonly PromptBlock[];
  /** Start of the answer, for models that continue one; '' for the others. */
  readonly prefill: string;
  readonly stop: readonly string[];
  /** Tokens of the answer's text at most, and as a rule. */
  readonly maxTokens: number;
  readonly usualTokens: number;
  /** The one block of `user` is to be gone on with, before this text; absent: it tells in words what to do. */
  readonly infill?: { readonly suffix: string | undefined };
  /**
   * What of the text was meant. Pure, and the same for what it has read already: answers are stored as they are read.
   * @param more it still streams
   */
  read(written: string, more?: boolean): string;
  /** Nothing that follows is wanted; absent: it is heard to its end. */
  enough?(written: string): boolean;
}

/** For models that think first and count it against the limit. */
const thinkingTokens = 4_096;

/** Tokens of the answer at most, thinking included. */
export function mostTokens({ maxTokens, infill }: Prompt, { thinking }: Pick<ModelFacts, 'thinking'>): number {
  return maxTokens + (thinking === 'always' && infill === undefined ? thinkingTokens : 0);
}

/** Length of the whole prompt, and of the part up to the last cache breakpoint; characters, or as `lengthOf` has it. */
export function promptLength(
  prompt: Prompt,
  lengthOf: (text: string) => number = (text) => text.length,
): { readonly all: number; readonly cached: number } {
  const blocks = [prompt.system, ...prompt.user];
  const last = blocks.findLastIndex((block) => block.cache);
  const length = (until: number) => blocks.slice(0, until).reduce((sum, block) => sum + lengthOf(block.text), 0);
  const ends = lengthOf(prompt.prefill) + (prompt.infill?.suffix === undefined ? 0 : lengthOf(prompt.infill.suffix));
  return { all: length(blocks.length) + ends, cached: length(last + 1) };
}
