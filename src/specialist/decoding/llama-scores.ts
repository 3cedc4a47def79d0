// Scores of a model that llama.cpp runs. Those after the last prompt are cached, so that a line that is requested again,
// or continued by the user, is not run again. A pass runs one path.
import type { Path } from '../../neural/inference/branches.ts';
import type { TopTokens } from '../../neural/inference/top-tokens.ts';
import type { LlamaModel } from '../../neural/llama/llama-model.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import { beginnings, type NextTokenScores, type PromptScores } from './next-token-scores.ts';

/** Maximum number of cached distributions after a prompt: more than the search for one line needs. */
const MAX_CACHED = 256;

export class LlamaScores implements NextTokenScores<TopTokens> {
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly dialect: Dialect;
  private readonly model: Pick<LlamaModel, 'contextLength' | 'heldOf' | 'distributionsAfter'>;
  private prompt: readonly number[] = [];
  /** Distributions by the path of tokens after the prompt. */
  private distributions = new Map<string, TopTokens>();

  constructor(
    model: Pick<LlamaModel, 'contextLength' | 'heldOf' | 'distributionsAfter'>,
    tokenizer: Tokenizer,
    vocabularySize: number,
    dialect: Dialect,
  ) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.vocabularySize = vocabularySize;
    this.contextLength = model.contextLength;
    this.dialect = dialect;
  }

  open(prompt: readonly number[]): PromptScores<TopTokens> {
    this.advance(prompt);
    const { model } = this;
    const freshTokens = this.distributions.has('') ? 0 : Math.max(1, prompt.length - model.heldOf(prompt));
    const run = async (paths: readonly Path[], signal?: AbortSignal): Promise<readonly TopTokens[]> => {
      // Running a path also returns the distributions after its beginnings.
      for (const path of [...paths].sort((a, b) => b.length - a.length)) {
        if (!this.distributions.has(keyOf(path))) await this.cacheDistributions(path, signal);
      }
      signal?.throwIfAborted();
      return paths.map((path) => this.distributions.get(keyOf(path)) as TopTokens);
    };
    return {
      freshTokens,
      room: model.contextLength - prompt.length,
      ready: async (signal) => void (await run([[]], signal)),
      depthOf: (path) => this.depthOf(path),
      run,
      close: () => {},
    };
  }

  /** Keeps the distributions that are still valid if the new prompt extends the last one. */
  private advance(prompt: readonly number[]): void {
    const lastPrompt = this.prompt;
    const extended = prompt.length >= lastPrompt.length && lastPrompt.every((id, i) => prompt[i] === id);
    const typed = keyOf(prompt.slice(lastPrompt.length));
    const kept = extended
      ? [...this.distributions].filter(([key]) => key === typed || key.startsWith(`${typed}${typed && ','}`))
      : [];
    this.distributions = new Map(
      kept.map(([key, top]) => [key === typed ? '' : key.slice(typed ? typed.length + 1 : 0), top]),
    );
    this.prompt = prompt;
  }

  private depthOf(path: Path): number {
    let depth = 0;
    while (depth < path.length && this.distributions.has(keyOf(path.slice(0, depth + 1)))) depth++;
    return depth;
  }

  private async cacheDistributions(path: Path, signal?: AbortSignal): Promise<void> {
    const { prompt } = this;
    // Number of the path's tokens before the first unknown distribution.
    const from = path.length === 0 ? 0 : this.depthOf(path) + 1;
    const rows = await this.model.distributionsAfter([...prompt, ...path], prompt.length + from - 1, signal);
    if (this.distributions.size > MAX_CACHED) {
      const needed = new Set(beginnings(path).map(keyOf));
      this.distributions = new Map([...this.distributions].filter(([key]) => needed.has(key)));
    }
    for (const [i, top] of rows.entries()) this.distributions.set(keyOf(path.slice(0, from + i)), top);
  }
}

const keyOf = (path: Path) => path.join();
