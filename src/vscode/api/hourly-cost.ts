// What an hour of typing would come to at the API, as numbers, for who is asked whether it may be called.
import { type LlmUsage, type ModelFacts, priceUsd } from '../../llm/protocol/models.ts';

export interface HourlyCost {
  readonly calls: number;
  readonly usd: number;
  /** By how this user has typed in this window; else by how one types as a rule. */
  readonly isOwn: boolean;
  /** Nobody has told the model's price: it is counted as the dearest that is sold. */
  readonly isGuess: boolean;
}

/** Of a call, tokens: the text round the cursor and snippets, and a line. */
const call: LlmUsage = { inputTokens: 1500, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 40 };
/**
 * Assumed of who has typed too little yet: the typist of `npm run bench -- typing` stops 760 times in an hour of typing for 360 ms or more, and
 * at three in ten of its stops a call is taken to be worth its price.
 */
const usualCalls = 230;
/** Of the same typist: moments in an hour at which a call could be made. */
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
