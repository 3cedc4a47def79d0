// Whether an edit leaves a document with no more syntax errors than it has.
import { outerWindow } from '../../text/syntax/cursor-document.ts';
import { parserFor } from '../../text/syntax/grammars.ts';

/** @param deadline of performance.now(), ms; after it the answer is false. Languages without a grammar are not checked. */
export async function parsesNoWorse(
  languageId: string,
  text: string,
  { start, end, replacement }: { readonly start: number; readonly end: number; readonly replacement: string },
  deadline: number,
): Promise<boolean> {
  const parser = await parserFor(languageId);
  if (parser === undefined) return true;
  const window = outerWindow(text.slice(0, start), text.slice(end));
  const errorsBefore = parser.errorsIn(window.before + text.slice(start, end) + window.after, deadline);
  if (errorsBefore === undefined) return false;
  const errors = parser.errorsIn(window.before + replacement + window.after, deadline);
  return errors !== undefined && errors <= errorsBefore;
}
