// Estimated API calls and cost of an hour of typing, for the consent question.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

export interface HourlyCost {
  readonly calls: number;
  readonly usd: number;
  /** Based on this user's typing in this window, not on the default. */
  readonly isOwn: boolean;
  /** The model's price is unknown: the highest known price is used. */
  readonly isGuess: boolean;
}

/** Typical usage of a call, tokens. */
const call: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * Default until enough was typed: the typist of `npm run bench -- typing` stops 760 times an hour for 360 ms or more,
 * and a call is assumed to be worth its price at three in ten stops.
 */
const usualCalls = 230;
/** Stops per hour of the same typist. */
export const usualStops = 760;

export function hourlyCost(facts: ModelFacts, callsAnHour: number | undefined): HourlyCost {
  const calls = callsAnHour ?? usualCalls;
  return {
    calls,
    usd: calls * priceUsd(call, facts),
    isOwn: callsAnHour !== undefined,
    isGuess: facts.guessed === true,
  };
}
