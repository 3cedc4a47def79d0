// Estimated API calls and cost of an hour of typing.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

/** Typical usage of a call, tokens. */
const typicalUsage: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/** Calls for the edit that follows, by balance: `npm run bench -- replay --only edit-calls`. */
const EDIT_CALLS = [
  [0.05, 1],
  [0.2, 5],
  [0.3, 18],
  [0.4, 54],
  [0.5, 83],
] as const;

export function editCallsAnHour(balance: number): number {
  return EDIT_CALLS.findLast(([from]) => balance >= from)?.[1] ?? 0;
}

/**
 * At the default: `npm run bench -- typing --llm recorded --bases medium --rules pair --places 4` has 261, by folder 204
 * to 399, and the edit that follows 54 more.
 */
export const callsAnHour = 320;
/** In the folder with the most calls. */
export const mostCallsAnHour = 450;
/** Stops of the typist an hour, for 360 ms or more. */
export const stopsAnHour = 760;

/** '$0.047', '$0.47' */
export const hourPriceText = (usd: number) => `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;

/** US dollars. */
export function costOf(calls: number, facts: ModelFacts): number {
  return calls * priceUsd(typicalUsage, facts);
}
