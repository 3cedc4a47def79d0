// Scores of the next token, with one interface to the models of both engines: they are the logits of our engine, or the
// likeliest tokens of llama.cpp, which returns no more of a row.
import type { Path } from '../../neural/inference/branches.ts';
import type { Dialect } from '../../neural/models/manifest.ts';
import type { Tokenizer } from '../../text/tokenizer/bpe.ts';

export interface NextTokenScores<Scores> {
  readonly tokenizer: Tokenizer;
  /** The model's vocabulary size, which may be larger than the tokenizer's. */
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  /** Opens a prompt. Only one may be open at a time. */
  open(prompt: readonly number[]): PromptScores<Scores>;
}

export interface PromptScores<Scores> {
  /** Tokens of the prompt that no cache holds. */
  readonly freshTokens: number;
  /** Number of tokens that fit after the prompt. */
  readonly room: number;
  /** Runs the prompt. Rejects with the signal's reason; tokens that were run stay in the cache. */
  ready(signal?: AbortSignal): Promise<void>;
  /** How many of the first tokens of a path after the prompt are cached. */
  depthOf(path: Path): number;
  /**
   * The scores after each path. Unknown paths are run, each after its beginning. Rejects with the signal's reason.
   * @param ahead paths that are probably requested next. An engine that runs several paths in a pass adds them to it
   */
  run(paths: readonly Path[], signal?: AbortSignal, ahead?: () => readonly Path[]): Promise<readonly Scores[]>;
  /** Closes the prompt. Tokens that were run stay in the cache for the next prompt. */
  close(): void;
}

/** All beginnings of a path, the empty one and the whole path included. */
export function beginnings(path: Path): Path[] {
  return [[], ...path.map((_, i) => path.slice(0, i + 1))];
}
