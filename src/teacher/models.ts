// What the client has to know about each model: price, limits, and which request fields it takes. One table.
//
// Prices in US dollars per million tokens, from platform.claude.com/docs/en/about-claude/pricing and the models' own
// pages, as of 25 November 2026 (5-minute cache writes); Fable 5.2's from a third party's list. Check them when you add
// a model.
import type { TeacherUsage } from './types.ts';

export interface ModelFacts {
  readonly id: string;
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
  /** Prompts over this many tokens cost `longFactor` times as much, output included. */
  readonly longAbove?: number;
  readonly longFactor?: number;
  /** Shortest prefix that the prompt cache takes, tokens. */
  readonly cacheMinimum: number;
  /** Context window, tokens. */
  readonly context: number;
  /** Characters of code per token, on the low side, so that estimates err upwards. The tokenizer changed with Opus 4.7. */
  readonly charactersPerToken: number;
  /**
   * How to keep it from thinking before it writes, which a completion has no time for: 'none' it does not unless asked;
   * 'disabled' / 'between_tools' the value to send; 'always' it cannot be kept, so ask for little and leave room.
   */
  readonly thinking: 'none' | 'disabled' | 'between_tools' | 'always';
  /** Continues a last assistant turn; 4.6 and later answer 400. */
  readonly prefill: boolean;
  /** The row is a guess: the model is not in the table. */
  readonly guessed?: true;
}

export const defaultModel = 'claude-haiku-5-5';

const million = 1_000_000;
const generation5 = { context: million, charactersPerToken: 2.4, prefill: false } as const;
const late4 = { context: million, charactersPerToken: 2.4, thinking: 'none', prefill: false } as const;
const early46 = {
  context: million,
  charactersPerToken: 3.2,
  thinking: 'none',
  prefill: false,
} as const;
const v45 = { context: 200_000, charactersPerToken: 3.2, thinking: 'none', prefill: true } as const;
const opus4 = { input: 5, cacheWrite: 6.25, cacheRead: 0.5, output: 25 } as const;
const sonnet4 = { input: 3, cacheWrite: 3.75, cacheRead: 0.3, output: 15 } as const;
const fable = {
  input: 10,
  cacheWrite: 12.5,
  output: 50,
  cacheMinimum: 512,
  thinking: 'always',
  ...generation5,
} as const;

// Columns by row; a minimum that the sources disagree on is the larger one (too large only forgoes caching).
const rows: readonly ModelFacts[] = [
  {
    id: 'claude-haiku-5-5',
    ...{ input: 0.1, cacheWrite: 0.125, cacheRead: 0.01, output: 0.5, longAbove: 100_000, longFactor: 5 },
    ...{ cacheMinimum: 512, thinking: 'disabled', ...generation5 },
  },
  {
    id: 'claude-sonnet-5-5',
    ...{ input: 2, cacheWrite: 2.5, cacheRead: 0.1, output: 10 },
    ...{ cacheMinimum: 1024, thinking: 'between_tools', ...generation5 },
  },
  {
    id: 'claude-sonnet-5',
    ...{ input: 2, cacheWrite: 2.5, cacheRead: 0.2, output: 10 },
    ...{ cacheMinimum: 1024, thinking: 'disabled', ...generation5 },
  },
  {
    id: 'claude-opus-5-5',
    ...{ input: 4, cacheWrite: 5, cacheRead: 0.2, output: 20 },
    ...{ cacheMinimum: 1024, thinking: 'always', ...generation5 },
  },
  { id: 'claude-opus-5', ...opus4, cacheMinimum: 512, thinking: 'disabled', ...generation5 },
  {
    id: 'claude-fable-5-2',
    ...{ ...fable, input: 8, cacheWrite: 10, cacheRead: 0.2, output: 40 },
  },
  { id: 'claude-fable-5-1', ...fable, cacheRead: 0.25 },
  { id: 'claude-mythos-5-1', ...fable, cacheRead: 0.25 },
  { id: 'claude-fable-5', ...fable, cacheRead: 1 },
  { id: 'claude-mythos-5', ...fable, cacheRead: 1 },
  { id: 'claude-opus-4-8', ...opus4, cacheMinimum: 1024, ...late4 },
  { id: 'claude-opus-4-7', ...opus4, cacheMinimum: 2048, ...late4 },
  { id: 'claude-opus-4-6', ...opus4, cacheMinimum: 4096, ...early46 },
  { id: 'claude-sonnet-4-6', ...sonnet4, cacheMinimum: 2048, ...early46 },
  { id: 'claude-opus-4-5', ...opus4, cacheMinimum: 4096, ...v45 },
  { id: 'claude-sonnet-4-5', ...sonnet4, cacheMinimum: 1024, ...v45 },
  {
    id: 'claude-haiku-4-5',
    ...{ input: 1, cacheWrite: 1.25, cacheRead: 0.1, output: 5 },
    ...{ cacheMinimum: 4096, ...v45 },
  },
];

/** Priced as the dearest in the table, and sent nothing that a server might not know. */
const unknown: ModelFacts = {
  id: '',
  ...{ input: 10, cacheWrite: 12.5, cacheRead: 1, output: 50 },
  ...{
    cacheMinimum: 4096,
    context: 32_000,
    charactersPerToken: 2.4,
    thinking: 'none',
    prefill: false,
  },
  guessed: true,
};

const byId = new Map(rows.map((row) => [row.id, row]));

export const knownModels: readonly string[] = rows.map((row) => row.id);

/** The row for a model name as users write it: with a date, or a cloud provider's prefix ('us.anthropic.claude-...'). */
export function modelFacts(model: string): ModelFacts {
  const bare = model.replace(/^.*?(?=claude-)/, '').replace(/[-@]20\d{6}.*$/, '');
  return byId.get(bare) ?? { ...unknown, id: model };
}

/** What a call costs, US dollars. */
export function priceUsd(usage: TeacherUsage, facts: ModelFacts): number {
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
