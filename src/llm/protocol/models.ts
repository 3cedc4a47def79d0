// What the client has to know about a model, whoever provides it: price, limits, and which form of prompt it takes.
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
  /** US dollars per million tokens: not cached, written to and read from the prompt cache, and the answer's. */
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
  /** Prompts over this many tokens cost `longFactor` times as much, output included. */
  readonly longAbove?: number;
  readonly longFactor?: number;
  /** Shortest prefix that the prompt cache takes, tokens; Infinity where none is asked for. */
  readonly cacheMinimum: number;
  /** Context window, tokens. */
  readonly context: number;
  /** Characters of code per token, on the low side, so that estimates err upwards. */
  readonly charactersPerToken: number;
  /**
   * How to keep it from thinking before it writes, which a completion has no time for: 'none' it does not unless asked;
   * 'disabled' / 'between_tools' the value to send; 'always' it cannot be kept, so ask for little and leave room.
   */
  readonly thinking: 'none' | 'disabled' | 'between_tools' | 'always';
  /** Continues a last assistant turn. */
  readonly prefill: boolean;
  /** The day its price was read, '2026-04-30'. */
  readonly priced?: string;
  /** The price is a guess: nobody has told it. */
  readonly guessed?: true;
  /** Asked for the middle of a text rather than told in words what to do. */
  readonly infill?: Infill;
  /** What names it in the hash of a question, where its name alone does not say who answers. */
  readonly asked?: string;
}

/** Priced as the dearest that is sold, and sent nothing that a server might not know. */
export const unknownModel: ModelFacts = {
  id: '',
  ...{ input: 10, cacheWrite: 12.5, cacheRead: 1, output: 50 },
  ...{ cacheMinimum: 4096, context: 32_000, charactersPerToken: 2.4, thinking: 'none', prefill: false },
  guessed: true,
};

const million = 1_000_000;

/** What a call costs, US dollars. */
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

/** Tokens of a text, erring upwards. */
export function estimateTokens(characters: number, facts: ModelFacts): number {
  return Math.ceil(characters / facts.charactersPerToken);
}
