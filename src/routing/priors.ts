// What is believed before a folder has taught anything: the starting point that every fit corrects.
import type { Draft } from '../common/completion.ts';
import { type LanguageFamily, languageOf } from '../text/languages.ts';
import { lineState } from '../text/line-state.ts';
import { flag, logit, lowestProbability, wholeProbability } from './features.ts';
import type { PlaceFacts } from './types.ts';

/**
 * Prior probability that the API's answer is exactly the rest of the line. Measured: 0.91, 0.80 and 0.93 in 439 recorded
 * answers of a frontier Claude on three TypeScript packages (bench/data), 0.81 on a harder one. Taken lower, because
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
  return logit(API_PRIOR[languageOf(place.languageId).family]);
}

/**
 * Log-odds that a draft is right, for a folder without a fit. Where the specialist weighs rival lines against each other,
 * its own confidence is nearly calibrated already: a little modest on 1,158 places of eight other npm packages, a little
 * bold on the recorded cursors, hence the small constant. Else the token probabilities, whose product says too much: the
 * weights are a logistic fit on those 1,158 places.
 */
export function specialistPrior(draft: Draft): number {
  if (draft.confidence !== undefined) return 0.2 + logit(draft.confidence);
  return -0.7 + 0.43 * logit(wholeProbability(draft)) + 0.07 * logit(lowestProbability(draft));
}

/** What the log-odds of a cut hang on before a folder has taught anything, each with its weight. */
const CUT_FACTS: readonly { readonly of: (cut: Draft, place: PlaceFacts) => number; readonly weight: number }[] = [
  { of: () => 1, weight: 0.1 },
  { of: (cut) => logit(wholeProbability(cut)), weight: 0.72 },
  { of: (cut) => logit(lowestProbability(cut)), weight: 0.33 },
  { of: ({ text }) => flag(text.includes('\n')), weight: -0.2 },
  // In a comment, which is prose, a word is a guess: of 329 places in three packages, each counted once, 0.51 was said and 0.44 were right.
  { of: (_, place) => flag(lineState(place.languageId, place.lineBefore) === 'comment'), weight: -0.8 },
  // A name that is new to the document, which knows others that begin so: of 64 in three packages 0.44 was said and 0.28 were right.
  { of: ({ stranger }) => flag(stranger === true), weight: -0.7 },
];

export const cutWeights: readonly number[] = CUT_FACTS.map(({ weight }) => weight);

export function cutFacts(cut: Draft, place: PlaceFacts): number[] {
  return CUT_FACTS.map(({ of }) => of(cut, place));
}

/**
 * Log-odds that the author's text begins with a cut of a draft, for a folder without a fit: the first four weights are a logistic fit on 7,160 cuts of
 * drafts at keys that were typed in eight packages (TypeScript, Python, Go), those of the rest were fitted with them held; no package is a recorded
 * one. `bench/typing/fit-cut-prior.ts` says what a fit of all at once would make of them.
 */
export function cutPrior(cut: Draft, place: PlaceFacts): number {
  return cutFacts(cut, place).reduce((sum, fact, i) => sum + fact * (cutWeights[i] as number), 0);
}
