// Whether an edit leaves a document with no more syntax errors than it has.
import { outerWindow } from '../../text/syntax/cursor-document.ts';
import type { IncrementalParser } from '../../text/syntax/incremental-parser.ts';

/** @param deadline of performance.now(), ms; after it the answer is false */
export function parsesNoWorse(
  parser: IncrementalParser,
  text: string,
  { start, end, replacement }: { readonly start: number; readonly end: number; readonly replacement: string },
  deadline: number,
): boolean {
  const window = outerWindow(text.slice(0, start), text.slice(end));
  const errorsBefore = parser.errorsIn(window.before + text.slice(start, end) + window.after, deadline);
  if (errorsBefore === undefined) return false;
  const errors = parser.errorsIn(window.before + replacement + window.after, deadline);
  return errors !== undefined && errors <= errorsBefore;
}
