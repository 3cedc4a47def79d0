// The estimates before any data of a folder; every fit starts from them.
import { type Draft, NGRAM_MODEL } from '../common/completion.ts';
import { logit } from '../common/statistics/logistic.ts';
import { type LanguageFamily, languageOf } from '../text/languages.ts';
import { EMPTY_DRAFT, flag, lowestProbability, type PositionFacts, wholeProbability } from './features.ts';

/**
 * Prior probability that the API's answer is exactly the rest of the line. Measured: 0.91, 0.80 and 0.93 in 439
 * recorded answers of a frontier Claude on three TypeScript packages (bench/data), 0.81 on a harder one. Taken lower,
 * because the default model is a smaller one, the packages are public and may have been known to the recorded model,
 * and people's own code is less regular. Prose has many right endings, so a literal match is rare; the figure there is
 * an assumption, not a measurement.
 */
const API_PRIOR: Readonly<Record<LanguageFamily, number>> = {
  bracket: 0.7,
  indent: 0.7,
  markup: 0.6,
  data: 0.6,
  prose: 0.3,
};

/** Log-odds. */
export function apiPrior(position: PositionFacts): number {
  return logit(API_PRIOR[languageOf(position.languageId).family]);
}

/**
 * Log-odds that a draft is right, for a folder without a fit. Where the specialist weighs rival lines against each
 * other, its own confidence is nearly calibrated already: a little too low at 1,158 positions of eight other npm packages,
 * a little too high at the recorded cursors, hence the small constant. Else the token probabilities, whose product is
 * overconfident: the weights are a logistic fit on those 1,158 positions.
 */
export function specialistPrior(draft: Draft): number {
  if (draft.confidence !== undefined) return 0.2 + logit(draft.confidence);
  return -0.7 + 0.43 * logit(wholeProbability(draft)) + 0.07 * logit(lowestProbability(draft));
}

/** After one of these, little is left of a line. */
const CLOSED = /[)\]}"'`>;,]$/;

/**
 * Characters that the author probably still writes in the line. A linear fit on 813 pauses of a simulated typist in
 * fourteen held-out packages, with drafts of the n-grams. Of the characters that calls there would bring, the half of
 * the calls that promise most brings 0.66, instead of 0.61 without the length. Eleven facts instead of three bring no
 * more.
 */
export function expectedCharacters(draft: Draft | undefined = EMPTY_DRAFT, { lineBefore }: PositionFacts): number {
  const [line = ''] = draft.text.split('\n', 1);
  const isClosed = flag(CLOSED.test(lineBefore));
  return Math.max(0, 12.3 - 12.5 * isClosed + 3.3 * Math.log1p(line.length) - 2.3 * specialistPrior(draft));
}

/** 1 if the n-grams drafted without a neural model. */
const isNgramsOnly = ({ model }: Draft): number => flag(model === NGRAM_MODEL);

/** The features of a cut's prior log-odds, each with its weight. */
const CUT_FACTS: readonly { readonly of: (cut: Draft, position: PositionFacts) => number; readonly weight: number }[] =
  [
    { of: () => 1, weight: 0.18 },
    { of: (cut) => logit(wholeProbability(cut)), weight: 0.96 },
    { of: ({ text }) => flag(/["'`]/.test(text)), weight: -0.46 },
    { of: (_, { lineBefore }) => Math.log1p(lineBefore.trim().length), weight: 0.15 },
    { of: ({ unknownIdentifier }) => flag(unknownIdentifier === true), weight: -0.34 },
    // The n-grams alone are too sure, less so of whole lines that they are sure of and of names that they can see.
    { of: isNgramsOnly, weight: -0.86 },
    { of: (cut) => isNgramsOnly(cut) * logit(wholeProbability(cut)), weight: -0.31 },
    { of: (cut) => isNgramsOnly(cut) * logit(cut.lineConfidence ?? 0.5), weight: 0.21 },
    { of: ({ knownNames }) => flag(knownNames === true), weight: 0.91 },
  ];

export const cutWeights: readonly number[] = CUT_FACTS.map(({ weight }) => weight);

export function cutFacts(cut: Draft, position: PositionFacts): number[] {
  return CUT_FACTS.map(({ of }) => of(cut, position));
}

/**
 * Log-odds that the author's text begins with a cut, for a folder without a fit. A logistic fit on 31,000 cuts in
 * thirteen held-out packages (TypeScript, Python, Go, Markdown), of medium with the n-grams and of the n-grams alone, at
 * random positions and at keystrokes. Fitted on one half of the packages and measured on the other, the loss is 0.455
 * nats instead of 0.483 with the weights before, and 0.480 instead of 0.516 for the n-grams alone. Tried and left out,
 * because the loss fell by less than 0.0007: whether the cut ends a line, its lines and length, comments, Markdown, the
 * lowest and second lowest token probability, lengths of matches, agreement of both models, an equal line nearby.
 * Names that do not exist came later: at 6,000 cuts of thirteen held-out packages the loss falls from 0.4685 to 0.4671
 * nats for the n-grams alone, and from 0.4649 to 0.4641 for small with the n-grams.
 */
export function cutPrior(cut: Draft, position: PositionFacts): number {
  return cutFacts(cut, position).reduce((sum, fact, i) => sum + fact * (cutWeights[i] as number), 0);
}
