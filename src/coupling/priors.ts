// What is believed before a folder has taught anything: the starting point that every fit corrects.
import type { Draft } from '../common/completion.ts';
import { type LanguageFamily, languageOf } from '../text/languages.ts';
import { lineState } from '../text/line-state.ts';
import { logit, lowestProbability, wholeProbability } from './features.ts';
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

/**
 * By so many log-odds a cut in a comment is less likely right than its tokens say: fitted on 329 places in three packages, none of them recorded, each
 * counted once, with a unit prior on none (0.51 was said of them, 0.44 were right).
 */
const COMMENT = 0.8;

/**
 * By so many log-odds it is less likely where a word that was begun becomes a name that is new to the document, which knows others that begin so:
 * of 64 such words in three packages, none of them recorded, the tokens said 0.44 and 0.28 were right.
 */
const STRANGER = 0.7;

/**
 * Log-odds that the author's text begins with a cut of a draft, for a folder without a fit: a logistic fit on 7,160 cuts of drafts at keys
 * that were typed in eight packages (TypeScript, Python, Go; none of them recorded). Further lines, of which there were few, are a
 * little less likely than their tokens say. In a comment, which is prose, a word is a guess, and the tokens say far too much.
 */
export function cutPrior(cut: Draft, { languageId, lineBefore }: PlaceFacts): number {
  const lines = cut.text.includes('\n') ? 1 : 0;
  const comment = lineState(languageId, lineBefore) === 'comment' ? 1 : 0;
  const said = 0.72 * logit(wholeProbability(cut)) + 0.33 * logit(lowestProbability(cut));
  return 0.1 + said - 0.2 * lines - COMMENT * comment - STRANGER * (cut.stranger ? 1 : 0);
}
