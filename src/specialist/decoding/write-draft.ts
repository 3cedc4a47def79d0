// From candidate lines to a draft: ranks them, compares the best one with a template, and adds a block if one is wanted.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { type Block, continueBlock, type FirstLine, textOf } from '../ngram/block.ts';
import { distinctLines, firstLine, mayContinue, wantsBlock, withBlock } from '../ngram/drafter.ts';
import type { NgramModel } from '../ngram/model.ts';
import { surroundings } from '../ngram/ranking.ts';
import type { NgramCursorPosition } from '../ngram/search.ts';
import { withTemplate } from '../ngram/template-lines.ts';
import type { MixHypothesis } from './search.ts';
import { describeMixed, type MixCandidate } from './weights.ts';

/** Candidates whose agreement with the next line is computed; each costs a few n-gram distributions. */
const RESCORED = 6;

/** A query at its position in the index. */
export interface QuerySite {
  readonly query: CompletionQuery;
  readonly maxTokens: number;
  readonly ngram: NgramModel;
  readonly position: NgramCursorPosition;
  /** The trimmed text between the cursor and the end of its line. */
  readonly rest: string;
}

export interface MixedLineChoice {
  readonly candidates: readonly MixCandidate[];
  readonly none: Float32Array;
}

export async function writeDraft(
  site: QuerySite,
  hypotheses: readonly MixHypothesis[],
  options: DraftOptions,
  model: string,
  ranking: ArrayLike<number>,
  /** A wanted block below the first line; undefined if only the n-grams write blocks. */
  writeBlock: (first: FirstLine) => Promise<Block | false | undefined>,
): Promise<Omit<Draft, 'latencyMs'>> {
  const { query, ngram, position } = site;
  const { vocabulary } = ngram;
  const { maxTokens } = options;
  const searched = firstLine(chooseLine(site, hypotheses), ranking, model, position.own.healed, vocabulary);
  const { first, block: repeated } = withTemplate(
    searched,
    ngram.template(query),
    query,
    maxTokens,
    vocabulary,
    position,
  );
  if (repeated && options.linesBelow !== 'never') return withBlock(first, repeated, options, vocabulary);
  const byNgrams = () => continueBlock(query, first, maxTokens, { ...position, vocabulary });
  // If the line needs no block, only the n-grams continue it: a pass of the neural model would delay the line.
  const block = wantsBlock(first, options)
    ? ((await writeBlock(first)) ?? byNgrams())
    : mayContinue(first, query) && byNgrams();
  return block ? withBlock(first, block, options, vocabulary) : first.draft;
}

/** @param hypotheses most probable first */
export function chooseLine(
  { query, ngram, position }: QuerySite,
  hypotheses: readonly MixHypothesis[],
): MixedLineChoice {
  const textAt = (hypothesis: MixHypothesis) => textOf(hypothesis, position.own.healed, ngram.vocabulary);
  const unranked = distinctLines(hypotheses, position, textAt, RESCORED);
  return describeMixed(unranked, surroundings(query.prefix, query.suffix));
}
