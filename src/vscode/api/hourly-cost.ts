// Estimated API calls and cost of an hour of typing, for the consent question.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

export interface HourlyCost {
  readonly calls: number;
  readonly usd: number;
  /** Whether it is based on this user's typing in this window, not on the default. */
  readonly isMeasured: boolean;
  /** Whether the model's price is unknown and the highest known price is used. */
  readonly isPriceGuessed: boolean;
}

/** Typical usage of a call, tokens. */
const typicalUsage: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * Default until enough was typed: the typist of `npm run bench -- typing` stops 760 times an hour for 360 ms or more,
 * and a call is assumed to be worth its price at three in ten stops.
 */
const defaultCallsAnHour = 230;
/** Stops per hour of the same typist. */
export const defaultStopsAnHour = 760;

export function hourlyCost(facts: ModelFacts, callsAnHour: number | undefined): HourlyCost {
  const calls = callsAnHour ?? defaultCallsAnHour;
  return {
    calls,
    usd: calls * priceUsd(typicalUsage, facts),
    isMeasured: callsAnHour !== undefined,
    isPriceGuessed: facts.guessed === true,
  };
}
