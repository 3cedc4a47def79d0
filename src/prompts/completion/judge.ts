// How good an answer is at a held-out place: what would be shown there against what the author wrote.
import { editSimilarity, exactMatch } from '../../common/quality.ts';
import { lineBefore, lineEnd } from '../../text/lines.ts';
import { isProse, sentenceEnd } from '../../text/prose-text.ts';
import type { CompletionPlace } from './types.ts';

export interface JudgedDraft {
  /** Equal to what the author wrote, but for white space round it; an empty answer never is. */
  readonly right: boolean;
  /** 0..1 */
  readonly similarity: number;
}

/**
 * As much of what the author wrote as the place calls for: of a block where the rest of a line is asked, its first line; in prose its
 * first sentence.
 */
export function truthAt(written: string, { block, query }: Pick<CompletionPlace, 'block' | 'query'>): string {
  const asked = block ? written : written.slice(0, lineEnd(written)).trimEnd();
  const { languageId, prefix } = query;
  return isProse(languageId, prefix) ? asked.slice(0, sentenceEnd(asked, lineBefore(prefix))) : asked;
}

/**
 * @param shown the answer, cleaned
 * @param truth as `truthAt` gives it
 */
export function judge(shown: string, truth: string): JudgedDraft {
  return { right: shown !== '' && exactMatch(shown, truth), similarity: editSimilarity(shown, truth) };
}

/** What the author wrote begins with this, and does not end inside one of his words. */
export function isBeginning(cut: string, written: string): boolean {
  const splits = /[\p{L}\p{N}_$]$/u.test(cut) && /^[\p{L}\p{N}_$]/u.test(written.slice(cut.length));
  return cut !== '' && written.startsWith(cut) && !splits;
}
