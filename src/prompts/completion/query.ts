// From a document's text and an offset to the query that the models see.
import type { CompletionQuery } from '../../common/completion.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { boundaryBefore, windowStart } from '../../text/windows.ts';

/** UTF-16 units taken before and after the cursor: whole files up to 64 KB or so, in a file of 50 MB a window. */
export const maxPrefix = 48_000;
export const maxSuffix = 16_000;

/** The window's start moves in steps of this, so that one keystroke leaves prefixes, and the caches keyed by them, alone. */
const step = 8192;

/** What of a window is left at least: its start moves by two steps at most, and carriage returns are taken out. */
const leastCut = { prefix: 30_000, suffix: 12_800 };

/**
 * Line ends become '\n'. A window that does not begin at the file's start begins at a line's start where there is one near, so
 * that no half line looks like code.
 * @param offset into `text`, UTF-16 units
 * @param before units of the document before `text`, which holds all that is in reach of the cursor
 */
export function queryOf(text: string, offset: number, path: string, languageId: string, before = 0): CompletionQuery {
  const start = windowStart(text, offset, { reach: maxPrefix, step }, before);
  const end = boundaryBefore(text, Math.min(text.length, offset + maxSuffix));
  return {
    path,
    languageId,
    prefix: toLineFeeds(text.slice(start, offset)),
    suffix: toLineFeeds(text.slice(offset, end)),
  };
}

/** A query may have lost its document's beginning, or its end. */
export function cutOf({ prefix, suffix }: CompletionQuery): { readonly start: boolean; readonly end: boolean } {
  return { start: prefix.length >= leastCut.prefix, end: suffix.length >= leastCut.suffix };
}
