// Turns held-out files into training examples: single tokens for the mixture, cursor positions for the ranking.
import type { CompletionQuery } from '../../common/completion.ts';
import { expectedCalibrationError } from '../../common/statistics/calibrate.ts';
import type { ChoiceExample } from '../../common/statistics/conditional-logit.ts';
import { lineEnd } from '../../text/lines.ts';
import type { NgramDrafter } from './drafter.ts';
import { exampleOf, type MixtureExample } from './fit-mixture.ts';
import { firstLineHash, type OwnFile } from './own-file.ts';
import type { Predictor } from './predictor.ts';
import { lookupScope } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface FitFile {
  readonly path: string;
  readonly text: string;
}

/** The parts of the model that examples are made with. The files must not be in the index. */
export interface FitSource {
  readonly vocabulary: Vocabulary;
  readonly own: OwnFile;
  readonly predictor: Predictor;
}

/**
 * Predicts about `limit` tokens of the files, whole lines spread evenly. Calls `visit` with each while the predictor
 * still holds its prediction.
 */
function visitTokens(
  files: readonly FitFile[],
  limit: number,
  { vocabulary, own, predictor }: FitSource,
  visit: (token: number) => void,
): void {
  const tokenized = files.map(({ path, text }) => ({ path, tokens: vocabulary.tokenizer.encode(text) }));
  const total = tokenized.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const share = Math.min(1, limit / Math.max(1, total));
  let credit = 0;
  for (const { path, tokens: text } of tokenized) {
    const tokens = new Int32Array(text.length + 1).fill(vocabulary.separator, 0, 1);
    tokens.set(text, 1);
    own.loadWhole(tokens);
    for (let start = 1; start < tokens.length; ) {
      let lineEnd = start;
      while (lineEnd < tokens.length && vocabulary.endsLine[tokens[lineEnd] as number] === 0) lineEnd += 1;
      const end = Math.min(tokens.length, lineEnd + 1);
      credit += share * (end - start);
      if (credit >= end - start) {
        credit -= end - start;
        const scope = lookupScope(path, firstLineHash(tokens, lineEnd, tokens.length, vocabulary));
        for (let at = start; at < end; at++) own.recount(tokens[at] as number, -1);
        for (let at = start; at < end; at++) {
          const token = tokens[at] as number;
          own.moveTo(at, lineEnd);
          predictor.predict(tokens, at, scope, path, token);
          visit(token);
          own.recount(token, 1);
        }
      }
      start = end;
    }
  }
}

/** At most about `limit` tokens, whole lines spread evenly over the files. */
export function mixtureExamples(files: readonly FitFile[], limit: number, learner: FitSource): MixtureExample[] {
  const { evidence, mixture, unigrams } = learner.predictor;
  const examples: MixtureExample[] = [];
  visitTokens(files, limit, learner, (token) => {
    const base = [unigrams.own(token), unigrams.project(token), unigrams.uniform] as const;
    examples.push(exampleOf(evidence, mixture, base));
  });
  return examples;
}

/** Probability of each token of a file, as if its line were being written and the rest of the file were there. */
export function tokenProbabilities(file: FitFile, learner: FitSource): Float32Array {
  const found: number[] = [];
  visitTokens([file], Number.POSITIVE_INFINITY, learner, (token) => {
    found.push(learner.predictor.probabilityOf(token));
  });
  return Float32Array.from(found);
}

/** How good next-token probabilities are on files that are not in the index. */
export interface TokenScore {
  readonly tokens: number;
  /** Mean negative log probability of the true token, nats. */
  readonly logLoss: number;
  /** Share of tokens whose most likely candidate was right. */
  readonly accuracy: number;
  /**
   * Expected calibration error of the most likely candidate's probability, 15 bins of equal width (Guo et al. 2017).
   */
  readonly ece: number;
}

const bins = 15;

export function scoreTokens(files: readonly FitFile[], limit: number, learner: FitSource): TokenScore {
  const { predictor } = learner;
  const { evidence, mixture } = predictor;
  const [confidences, right]: [number[], number[]] = [[], []];
  let loss = 0;
  visitTokens(files, limit, learner, (token) => {
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
  return { tokens, logLoss: loss / tokens, accuracy, ece: expectedCalibrationError(confidences, right, bins) };
}

/** A cursor position in a file that is not in the index, and the text that the author wrote there. */
export interface LabeledLineQuery extends CompletionQuery {
  /** The author's text. Only its first line is used. */
  readonly truth: string;
}

/** @param load prepares the model for the query of a cursor position */
export function rankingExamples(
  queries: readonly LabeledLineQuery[],
  drafter: NgramDrafter,
  load: (query: CompletionQuery) => void,
  maxTokens: number,
): ChoiceExample[] {
  return queries.map((query) => {
    load(query);
    const { candidates, none } = drafter.choose(query, maxTokens);
    const line = query.truth.slice(0, lineEnd(query.truth, 0)).trim();
    const right = candidates.findIndex(({ text }) => text.trim() === line);
    return { candidates, none, right };
  });
}
