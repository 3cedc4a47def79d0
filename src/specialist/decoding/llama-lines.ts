// Lines of a model that llama.cpp serves. Distributions after the last prompt are cached, so that a line that is
// requested again, or continued by the user, is not run again.
import type { TopTokens } from '../../neural/inference/top-tokens.ts';
import type { LlamaModel } from '../../neural/llama/llama-model.ts';
import type { Dialect } from '../../neural/models/dialects.ts';
import type { Tokenizer } from '../../text/tokenizer/types.ts';
import type { LineModel, PromptedLines } from './line-model.ts';

/** Maximum number of cached distributions after a prompt: more than the search for one line needs. */
const MAX_CACHED = 256;

export class LlamaLines implements LineModel {
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

  open(prompt: readonly number[]): PromptedLines {
    this.advance(prompt);
    const { model } = this;
    const freshTokens = this.distributions.has('') ? 0 : Math.max(1, prompt.length - model.heldOf(prompt));
    return {
      freshTokens,
      room: model.contextLength - prompt.length,
      ready: async (signal) => {
        if (!this.distributions.has('')) await this.cacheDistributions(prompt, [], 0, signal);
        signal?.throwIfAborted();
      },
      depthOf: (path) => this.depthOf(path),
      run: async (path, signal) => {
        const depth = this.depthOf(path);
        if (depth < path.length) await this.cacheDistributions(prompt, path, depth + 1, signal);
        signal?.throwIfAborted();
        return [0, ...path.map((_, i) => i + 1)].map(
          (end) => this.distributions.get(keyOf(path.slice(0, end))) as TopTokens,
        );
      },
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

  private depthOf(path: readonly number[]): number {
    let depth = 0;
    while (depth < path.length && this.distributions.has(keyOf(path.slice(0, depth + 1)))) depth++;
    return depth;
  }

  /** @param from number of tokens of the path before the first distribution that is not cached */
  private async cacheDistributions(
    prompt: readonly number[],
    path: readonly number[],
    from: number,
    signal?: AbortSignal,
  ): Promise<void> {
    const rows = await this.model.distributionsAfter([...prompt, ...path], prompt.length + from - 1, signal);
    if (this.distributions.size > MAX_CACHED) {
      const needed = new Set([0, ...path.map((_, i) => i + 1)].map((end) => keyOf(path.slice(0, end))));
      this.distributions = new Map([...this.distributions].filter(([key]) => needed.has(key)));
    }
    for (const [i, top] of rows.entries()) this.distributions.set(keyOf(path.slice(0, from + i)), top);
  }
}

const keyOf = (path: readonly number[]) => path.join();
