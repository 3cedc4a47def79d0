// Estimated API calls and cost of an hour of typing.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

/** Typical usage of a call, tokens. */
const typicalUsage: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * `npm run bench -- typing --llm recorded --bases medium --rules pair --places 4`: 261, by folder 204 to 399; and 5 for
 * edits, by `npm run bench -- replay --only edit-calls`.
 */
export const callsAnHour = 270;
/** In the folder with the most calls. */
export const mostCallsAnHour = 400;
/** Stops of the typist an hour, for 360 ms or more. */
export const stopsAnHour = 760;

/** '$0.047', '$0.47' */
export const hourPriceText = (usd: number) => `$${usd.toFixed(usd < 0.1 ? 3 : 2)}`;

/** US dollars. */
export function costOf(calls: number, facts: ModelFacts): number {
  return calls * priceUsd(typicalUsage, facts);
}
