// A neural model that scores and proposes whole lines behind a prompt, in tokens of its own.
import type { TopTokens } from '../../neural/llama/llama-model.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';

export interface LineModel {
  readonly tokenizer: Tokenizer;
  /** Of the model; may be larger than the tokenizer's. */
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  /** One at a time: the last prompt has to be closed before. */
  open(prompt: readonly number[]): PromptedLines;
}

export interface PromptedLines {
  /** Tokens of the prompt that no cache holds. */
  readonly freshTokens: number;
  /** Tokens that fit behind the prompt. */
  readonly room: number;
  /** Runs the prompt. Rejects with the signal's reason; what was run stays in the cache. */
  ready(signal?: AbortSignal): Promise<void>;
  /** How many of the first tokens of a path behind the prompt cost nothing any more. */
  depthOf(path: readonly number[]): number;
  /** The distributions before each token of the path, and after the last. Rejects with the signal's reason. */
  run(path: readonly number[], signal?: AbortSignal): Promise<readonly TopTokens[]>;
  /** What was run stays for the next prompt. */
  close(): void;
}
