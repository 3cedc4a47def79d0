// A neural model that scores and proposes whole lines after a prompt, with its own tokenizer.
import type { TopTokens } from '../../neural/inference/top-tokens.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';

export interface LineModel {
  readonly tokenizer: Tokenizer;
  /** The model's vocabulary size, which may be larger than the tokenizer's. */
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  /** Opens a prompt. Only one may be open at a time. */
  open(prompt: readonly number[]): PromptedLines;
}

export interface PromptedLines {
  /** Tokens of the prompt that no cache holds. */
  readonly freshTokens: number;
  /** Number of tokens that fit after the prompt. */
  readonly room: number;
  /** Runs the prompt. Rejects with the signal's reason; tokens that were run stay in the cache. */
  ready(signal?: AbortSignal): Promise<void>;
  /** How many of the first tokens of a path after the prompt are cached. */
  depthOf(path: readonly number[]): number;
  /** The distributions before each token of the path and after the last one. Rejects with the signal's reason. */
  run(path: readonly number[], signal?: AbortSignal): Promise<readonly TopTokens[]>;
  /** Closes the prompt. Tokens that were run stay in the cache for the next prompt. */
  close(): void;
}
