// Estimated API calls and cost of an hour of typing.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

/** Typical usage of a call, tokens. */
const typicalUsage: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * The typist of `npm run bench -- typing` stops 760 times an hour for 360 ms or more,
 * and a call is assumed to be worth its price at three in ten stops; and at one in four of 180 edits.
 */
export const callsAnHour = 275;
/** Stops per hour of the same typist. */
export const stopsAnHour = 760;

/** '$0.047', '$0.47' */
export const hourPriceText = (usd: number) => `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;

/** US dollars. */
export function costOf(calls: number, facts: ModelFacts): number {
  return calls * priceUsd(typicalUsage, facts);
}
