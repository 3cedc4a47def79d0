// Properties of a model that the client needs, for all providers: price, limits, and the form of prompt.
import type { Infill } from './infill.ts';

export interface LlmUsage {
  /** Tokens neither written to nor read from the prompt cache. */
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export interface ModelFacts {
  readonly id: string;
  /** US dollars per million tokens: uncached, written to the prompt cache, read from it, and output. */
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
  /** Prompts with more tokens cost `longFactor` times as much, including the output. */
  readonly longAbove?: number;
  readonly longFactor?: number;
  /** Shortest prefix that the prompt cache accepts, tokens. Infinity: no caching is requested. */
  readonly cacheMinimum: number;
  /** Characters of code per token, a low value, so that estimates are rather too high. */
  readonly charactersPerToken: number;
  /**
   * How to prevent thinking, which takes too long for a completion. 'none': the model thinks only on request.
   * 'disabled' and 'between_tools': the value to send. 'always': it cannot be prevented, so request little thinking and
   * reserve tokens for it.
   */
  readonly thinking: 'none' | 'disabled' | 'between_tools' | 'always';
  /** Whether the model continues a last assistant message. */
  readonly prefill: boolean;
  /** Date of the price, '2026-04-30'. */
  readonly priced?: string;
  /** The price is unknown and only assumed. */
  readonly guessed?: true;
  /** Set if the model fills in the middle of a text and gets no instructions in words. */
  readonly infill?: Infill;
  /** The name in the request hash, if the model's name does not identify the server. */
  readonly asked?: string;
}

/** Assumes the highest price of any model, and uses no optional request fields. */
export const unknownModel: ModelFacts = {
  id: '',
  ...{ input: 10, cacheWrite: 12.5, cacheRead: 1, output: 50 },
  ...{ cacheMinimum: 4096, charactersPerToken: 2.4, thinking: 'none', prefill: false },
  guessed: true,
};

const million = 1_000_000;

/** The cost of a call, US dollars. */
export function priceUsd(usage: LlmUsage, facts: ModelFacts): number {
  const prompt = usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens;
  const factor = prompt > (facts.longAbove ?? Number.POSITIVE_INFINITY) ? (facts.longFactor ?? 1) : 1;
  const perMillion =
    usage.inputTokens * facts.input +
    usage.cacheWriteTokens * facts.cacheWrite +
    usage.cacheReadTokens * facts.cacheRead +
    usage.outputTokens * facts.output;
  return (factor * perMillion) / million;
}

/** Estimates the tokens of a text, rather too high. */
export function estimateTokens(characters: number, facts: ModelFacts): number {
  return Math.ceil(characters / facts.charactersPerToken);
}
