// The query that models see, from a document's text and an offset.
import type { CompletionQuery } from '../../common/completion.ts';
import { languageAt } from '../../text/fences.ts';
import { toLineFeeds } from '../../text/lines.ts';
import { boundaryBefore, windowStart } from '../../text/windows.ts';

/** UTF-16 units before and after the cursor: whole files up to about 64 KB, a window of larger files. See `cutOf`. */
export const maxPrefix = 48_000;
export const maxSuffix = 16_000;

/** The window's start moves in steps of this many UTF-16 units, so that caches keyed by the prefix stay valid. */
const step = 8192;

/**
 * Line ends become '\n'. A window inside the file begins at a line start if one is near, so that no partial line looks
 * like code.
 * @param offset into `text`, UTF-16 units
 * @param languageId the document's; in a code fence the query has the fence's
 * @param before units of the document before `text`; `text` has all that is within reach of the cursor
 */
export function queryOf(text: string, offset: number, path: string, languageId: string, before = 0): CompletionQuery {
  const start = windowStart(text, offset, { reach: maxPrefix, step }, before);
  const end = boundaryBefore(text, Math.min(text.length, offset + maxSuffix));
  return {
    path,
    languageId: languageAt(languageId, text.slice(0, offset)),
    prefix: toLineFeeds(text.slice(start, offset)),
    suffix: toLineFeeds(text.slice(offset, end)),
  };
}
