// From a query to a draft: search the line, rank the candidates by their context, continue with a block if wanted.
import { type CompletionQuery, type Draft, type DraftOptions, NGRAM_MODEL } from '../../common/completion.ts';
import { choiceProbabilities } from '../../common/statistics/conditional-logit.ts';
import { languageOf } from '../../text/languages.ts';
import { cutBeforeRest, restOfLine } from '../../text/lines.ts';
import { type Block, continueBlock, draftTokens, endProbability, type FirstLine, likelihood, textOf } from './block.ts';
import type { Predictor } from './predictor.ts';
import { describe, describeNone, type LineCandidate, surroundings, type Unranked } from './ranking.ts';
import { findLines, type Hypothesis, logNextLine } from './search.ts';

/** Below a less probable line no lines are drafted: what follows it is even less probable. */
const CONTINUE_THRESHOLD = 0.4;
/** Candidates whose agreement with the next line is computed; each costs a few distributions. */
const rescored = 8;

/**
 * The lines with different texts, for the ranking.
 * @param hypotheses most probable first
 * @param textAt undefined if the line cannot be used
 * @param most lines whose agreement with the next line is computed
 */
export function distinctLines<H extends Hypothesis>(
  hypotheses: readonly H[],
  predictor: Predictor,
  textAt: (hypothesis: H) => string | undefined,
  most: number,
): (Unranked & { readonly hypothesis: H })[] {
  const seen = new Set<string>();
  const lines: (Unranked & { readonly hypothesis: H })[] = [];
  for (const hypothesis of hypotheses) {
    const text = textAt(hypothesis);
    if (text === undefined || text.trim() === '' || seen.has(text.trimEnd())) continue;
    seen.add(text.trimEnd());
    lines.push({ hypothesis, text, logNextLine: lines.length < most ? logNextLine(predictor, hypothesis) : -20 });
  }
  return lines;
}

/** The most probable candidate. */
export function firstLine(
  choice: LineChoice,
  weights: ArrayLike<number>,
  model: string,
  { own, vocabulary }: Predictor,
): FirstLine {
  const probabilities = choiceProbabilities(choice, weights);
  const best = choice.candidates.reduce(
    (best, _, i) => ((probabilities[i] as number) > (probabilities[best] ?? 0) ? i : best),
    0,
  );
  const chosen = choice.candidates[best];
  if (chosen === undefined)
    return { draft: { text: '', tokens: [], model, complete: true }, steps: [], lineEndProbability: 0 };
  const { steps, finished } = chosen.hypothesis;
  const text = chosen.text.trimEnd();
  const tokens = draftTokens(steps, text, own.healed, vocabulary);
  const draft = { text, tokens, model, complete: finished, confidence: probabilities[best] as number };
  return { draft, steps, lineEndProbability: endProbability(chosen.hypothesis) };
}

/** Whether lines below the first are wanted. */
function wantsBlock({ draft }: FirstLine, { multiline }: DraftOptions): boolean {
  return multiline && draft.complete && draft.text !== '';
}

/** Whether lines below the first one should be drafted although nothing calls for a block. */
function mayContinue(
  { draft, steps, lineEndProbability }: FirstLine,
  { suffix, languageId }: CompletionQuery,
): boolean {
  if (!draft.complete || draft.text === '' || languageOf(languageId).family === 'prose') return false;
  return restOfLine(suffix) === '' && likelihood(steps) * lineEndProbability >= CONTINUE_THRESHOLD;
}

/**
 * The first line and the block that the n-grams write below it, if it goes on, as one draft. If no block was asked for,
 * the lines become the draft's continuation.
 */
export function withBlock(
  first: FirstLine,
  query: CompletionQuery,
  options: DraftOptions,
  predictor: Predictor,
): Omit<Draft, 'latencyMs'> {
  const { draft } = first;
  const { maxTokens, multiline } = options;
  if (!wantsBlock(first, options) && !mayContinue(first, query)) return draft;
  const block = continueBlock(query, first, maxTokens, predictor);
  const trimmedPart = ({ text, steps }: Pick<Block, 'text' | 'steps'>) => {
    const trimmed = text.trimEnd();
    return { text: trimmed, tokens: draftTokens(steps, trimmed, new Uint8Array(0), predictor.vocabulary) };
  };
  const rejected = block.rejected ?? { text: '', steps: [] };
  if (!multiline) {
    const continuation = trimmedPart({ text: block.text + rejected.text, steps: [...block.steps, ...rejected.steps] });
    return continuation.text === '' ? draft : { ...draft, continuation };
  }
  const { text, tokens } = trimmedPart(block);
  const continuation = trimmedPart(rejected);
  if (text === '') return continuation.text === '' ? draft : { ...draft, continuation };
  return {
    ...(continuation.text !== '' && { continuation }),
    text: draft.text + text,
    tokens: [...draft.tokens, ...tokens],
    model: draft.model,
    complete: block.complete,
    confidence: (draft.confidence ?? 0) * block.probability,
  };
}

/** Candidate lines with their features, and those of 'none of these'. */
interface LineChoice {
  readonly candidates: readonly LineCandidate[];
  readonly none: Float32Array;
}

/** The candidate lines of the n-grams at a query that the predictor is at. */
export function candidateLines(query: CompletionQuery, maxTokens: number, predictor: Predictor): LineChoice {
  const { own, vocabulary } = predictor;
  const around = surroundings(query.prefix, query.suffix);
  const rest = restOfLine(query.suffix);
  const found = findLines(predictor, own.before, own.healed, maxTokens);
  const textAt = (hypothesis: Hypothesis) => cutBeforeRest(textOf(hypothesis, own.healed, vocabulary), rest);
  const unranked = distinctLines(found, predictor, textAt, rescored);
  return { candidates: describe(unranked, around), none: describeNone(unranked, around) };
}

/** The n-grams' draft at a query that the predictor is at. */
export function draftByNgrams(
  query: CompletionQuery,
  options: DraftOptions,
  weights: Float32Array,
  predictor: Predictor,
): Omit<Draft, 'latencyMs'> {
  const choice = candidateLines(query, options.maxTokens, predictor);
  const first = firstLine(choice, weights, NGRAM_MODEL, predictor);
  return withBlock(first, query, options, predictor);
}
