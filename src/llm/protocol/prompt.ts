// The prompt of a large model for any task: text, limits, stop sequences, and how to read the answer. Tasks build it.
//
// Privacy: the blocks leave the machine. The caller must have the user's consent and redact secrets in the blocks.
import type { ModelFacts } from './models.ts';

/** A text block. `cache` asks the API to cache the prompt up to the end of this block. */
export interface PromptBlock {
  readonly text: string;
  readonly cache: boolean;
}

/** A plain value that is hashed, priced and sent unchanged. */
export interface Prompt {
  /** The path that it is about, relative to the folder. */
  readonly about: string;
  readonly system: PromptBlock;
  readonly user: readonly PromptBlock[];
  /** Start of the answer for models that support prefill, otherwise ''. */
  readonly prefill: string;
  readonly stop: readonly string[];
  /** Maximum and usual number of tokens of the answer's text. */
  readonly maxTokens: number;
  readonly usualTokens: number;
  /** Set if the model continues the only block of `user`, before this suffix. Absent if the prompt has instructions. */
  readonly infill?: { readonly suffix: string | undefined };
  /**
   * Extracts the answer from the model's text. Pure and idempotent, because stored answers are read again.
   * @param more whether the text still streams
   */
  read(written: string, more?: boolean): string;
  /** Whether the rest of the answer is not needed. Absent if the whole answer is needed. */
  enough?(written: string): boolean;
}

/** Additional tokens for models that count thinking against the limit. */
const thinkingTokens = 4_096;

/** Maximum number of tokens of the answer, including thinking. */
export function mostTokens({ maxTokens, infill }: Prompt, { thinking }: Pick<ModelFacts, 'thinking'>): number {
  return maxTokens + (thinking === 'always' && infill === undefined ? thinkingTokens : 0);
}

/** Length of the whole prompt, and of the part up to the last cache breakpoint, in the unit of `lengthOf`. */
export function promptLength(
  prompt: Prompt,
  lengthOf: (text: string) => number = (text) => text.length,
): { readonly all: number; readonly cached: number } {
  const blocks = [prompt.system, ...prompt.user];
  const last = blocks.findLastIndex((block) => block.cache);
  const length = (until: number) => blocks.slice(0, until).reduce((sum, block) => sum + lengthOf(block.text), 0);
  const outerLength =
    lengthOf(prompt.prefill) + (prompt.infill?.suffix === undefined ? 0 : lengthOf(prompt.infill.suffix));
  return { all: length(blocks.length) + outerLength, cached: length(last + 1) };
}
