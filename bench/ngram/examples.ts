// Examples for the fit of the weights that the n-grams ship, and the quality of their next-token probabilities.
import { expectedCalibrationError } from '../../src/common/statistics/calibrate.ts';
import type { ChoiceExample } from '../../src/common/statistics/conditional-logit.ts';
import { candidateLines } from '../../src/specialist/ngram/drafter.ts';
import { type NgramModel, type TextFile, visitTokens } from '../../src/specialist/ngram/model.ts';
import { lineEnd } from '../../src/text/lines.ts';
import type { LabelledLineQuery } from '../common/sampled-positions.ts';
import { exampleOf, type MixtureExample } from './fit-mixture.ts';

const LINE_TOKENS = 40;
/** Bins of equal width (Guo et al. 2017). */
const BINS = 15;

const NOWHERE = { path: '', languageId: '', prefix: '', suffix: '' };

/** Of about `limit` tokens of files that are not in the index. */
export function mixtureExamples(model: NgramModel, files: readonly TextFile[], limit: number): MixtureExample[] {
  const predictor = model.predictorAt(NOWHERE, 0);
  const { evidence, mixture, unigrams } = predictor;
  const examples: MixtureExample[] = [];
  visitTokens(files, limit, predictor, (token) => {
    const base = [unigrams.own(token), unigrams.project(token), unigrams.uniform] as const;
    examples.push(exampleOf(evidence, mixture, base));
  });
  return examples;
}

export function rankingExamples(model: NgramModel, queries: readonly LabelledLineQuery[]): ChoiceExample[] {
  return queries.map((query) => {
    const { candidates, none } = candidateLines(query, LINE_TOKENS, model.predictorAt(query, LINE_TOKENS));
    const line = query.truth.slice(0, lineEnd(query.truth, 0)).trim();
    return { candidates, none, right: candidates.findIndex(({ text }) => text.trim() === line) };
  });
}

/** How good next-token probabilities are on files that are not in the index. */
export interface TokenScore {
  readonly tokens: number;
  /** Mean negative log probability of the true token, nats. */
  readonly logLoss: number;
  /** Share of tokens whose most likely candidate was right. */
  readonly accuracy: number;
  /** Expected calibration error of the most likely candidate's probability. */
  readonly ece: number;
}

export function scoreTokens(model: NgramModel, files: readonly TextFile[], limit: number): TokenScore {
  const predictor = model.predictorAt(NOWHERE, 0);
  const { evidence, mixture } = predictor;
  const [confidences, right]: [number[], number[]] = [[], []];
  let loss = 0;
  visitTokens(files, limit, predictor, (token) => {
    loss -= Math.log(Math.max(1e-12, predictor.probabilityOf(token)));
    let best = -1;
    for (let slot = 0; slot < evidence.size; slot++) {
      if (best < 0 || (mixture.probabilities[slot] as number) > (mixture.probabilities[best] as number)) best = slot;
    }
    confidences.push(best < 0 ? 0 : (mixture.probabilities[best] as number));
    right.push(Number(best >= 0 && evidence.candidates[best] === token));
  });
  const tokens = right.length;
  const accuracy = right.reduce((sum, value) => sum + value, 0) / tokens;
  return { tokens, logLoss: loss / tokens, accuracy, ece: expectedCalibrationError(confidences, right, BINS) };
}
