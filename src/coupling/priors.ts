// What is believed before a folder has taught anything: the starting point that every fit corrects.
import type { Draft } from '../common/completion.ts';
import { logit, lowestProbability } from './features.ts';
import { type LanguageFamily, languageFacts } from './languages.ts';
import type { PlaceFacts } from './types.ts';

/**
 * Prior probability that the API's answer is exactly the rest of the line. Measured: 0.91, 0.80 and 0.93 in 439 recorded
 * answers of a frontier Claude on three TypeScript packages (shared/bench), 0.81 on a harder one. Taken lower, because
 * the default model is a smaller one, the packages are public and may have been known to the recorded model, and
 * people's own code is less regular. Prose has many right endings, so a literal match is rare; the figure there is an
 * assumption, not a measurement.
 */
const API_PRIOR: Readonly<Record<LanguageFamily, number>> = {
  bracket: 0.7,
  indent: 0.7,
  markup: 0.6,
  data: 0.6,
  prose: 0.3,
};

/** Log-odds. */
export function apiPrior(place: PlaceFacts): number {
  return logit(API_PRIOR[languageFacts(place.languageId).family]);
}

/**
 * Log-odds that a draft is right, for a folder without a fit. The product of the token probabilities would be the
 * answer if each were calibrated and the draft's end certain; the weights below one and the negative constant say that
 * neither is. An adaptation replaces this by what it measures.
 */
export function specialistPrior(draft: Draft): number {
  const whole = draft.tokens.reduce((product, token) => product * token.probability, 1);
  return -0.7 + 0.6 * logit(whole) + 0.2 * logit(lowestProbability(draft));
}
