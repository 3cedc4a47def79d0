// Estimated API calls and cost of an hour of typing, for the consent question.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

export interface HourlyCost {
  readonly calls: number;
  readonly usd: number;
  /** Whether the model's price is unknown and the highest known price is used. */
  readonly isPriceGuessed: boolean;
}

/** Typical usage of a call, tokens. */
const typicalUsage: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * The typist of `npm run bench -- typing` stops 760 times an hour for 360 ms or more,
 * and a call is assumed to be worth its price at three in ten stops.
 */
const callsAnHour = 230;
/** Stops per hour of the same typist. */
export const stopsAnHour = 760;

export function hourlyCost(facts: ModelFacts, calls = callsAnHour): HourlyCost {
  return {
    calls,
    usd: calls * priceUsd(typicalUsage, facts),
    isPriceGuessed: facts.guessed === true,
  };
}
