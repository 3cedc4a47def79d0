// Whether an answer at a held-out position is right: the shown text against the author's.
import { exactMatch } from '../../common/quality.ts';
import { lineBefore, lineEnd } from '../../text/lines.ts';
import { isProse, sentenceEnd } from '../../text/prose-text.ts';
import type { CompletionPosition } from './types.ts';

/**
 * The part of the author's text that is asked for: its first line unless a block is wanted; in prose its first
 * sentence.
 */
export function truthAt(written: string, { block, query }: Pick<CompletionPosition, 'block' | 'query'>): string {
  const asked = block ? written : written.slice(0, lineEnd(written)).trimEnd();
  const { languageId, prefix } = query;
  return isProse(languageId, prefix) ? asked.slice(0, sentenceEnd(asked, lineBefore(prefix))) : asked;
}

/**
 * Equal to the author's text except for white space around it; an empty answer is never right.
 * @param shown the answer, cleaned
 * @param truth as `truthAt` gives it
 */
export function matchesTruth(shown: string, truth: string): boolean {
  return shown !== '' && exactMatch(shown, truth);
}

/** Whether the author's text begins with the cut, and the cut does not end inside a word of it. */
export function isBeginning(cut: string, written: string): boolean {
  const splits = /[\p{L}\p{N}_$]$/u.test(cut) && /^[\p{L}\p{N}_$]/u.test(written.slice(cut.length));
  return cut !== '' && written.startsWith(cut) && !splits;
}
