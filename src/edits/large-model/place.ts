// Where the large model is asked for the edit that follows: what is known of the place, how long the cursor rests there
// before, and the lines that are shown.
import { lineEnd, lineStart, linesAround } from '../../text/lines.ts';
import type { RecentChange } from '../history/edit.ts';

export interface EditedPlace {
  readonly path: string;
  /** With '\n' as line end. */
  readonly text: string;
  /** Of the cursor, UTF-16 units. */
  readonly offset: number;
  /** Oldest first; the last one was just made. Not empty. */
  readonly changes: readonly RecentChange[];
  /**
   * Lines of the file in which a language server has found an error since the last change. Its words stay here: they may
   * quote a secret that only its place in the file shows.
   */
  readonly newErrors: number;
}

/**
 * Rest of the cursor after the search for other edits, ms: 1 s after the last key. A third of the stops are between two
 * edits then, and twice as many answers come in time as after 1.5 s (`npm run bench -- replay --only edit-calls`).
 */
export const REST_MS = 650;

/**
 * Whoever has just pressed Enter writes on: the next key would cancel the call (bench/replay/edit-calls.ts). Not if
 * nothing was written in this file since the last change, which was elsewhere.
 */
export function isWritingOn({ path, text, offset, changes }: EditedPlace): boolean {
  const isBlank = text.slice(lineStart(text, offset), lineEnd(text, offset)).trim() === '';
  return isBlank && changes.at(-1)?.path === path;
}

/** Lines before the cursor and after it that a large model is shown, and may change. */
const WINDOW = { before: 45, after: 55 };

/** Whole lines around the cursor, UTF-16 units. */
export function windowOf({ text, offset }: Pick<EditedPlace, 'text' | 'offset'>) {
  return linesAround(text, offset, offset, WINDOW.before, WINDOW.after);
}
