// How likely the n-grams find each token of a file, as if its line were being written.
import type { TextFile } from '../../workspace/edits/edit.ts';
import { firstLineHash, type OwnFile } from './own-file.ts';
import type { Predictor } from './predictor.ts';
import { lookupScope } from './project-index.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The parts of a model that predict. */
export interface TokenPredictor {
  readonly vocabulary: Vocabulary;
  readonly own: OwnFile;
  readonly predictor: Predictor;
}

/**
 * Predicts about `limit` tokens of the files, whole lines spread evenly. The files must not be in the index. Calls
 * `visit` with each while the predictor still holds its prediction.
 */
export function visitTokens(
  files: readonly TextFile[],
  limit: number,
  { vocabulary, own, predictor }: TokenPredictor,
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

/** Probability of each token of a file, as if its line were being written and the rest of the file were there. */
export function tokenProbabilities(file: TextFile, learner: TokenPredictor): Float32Array {
  const found: number[] = [];
  visitTokens([file], Number.POSITIVE_INFINITY, learner, (token) => {
    found.push(learner.predictor.probabilityOf(token));
  });
  return Float32Array.from(found);
}
