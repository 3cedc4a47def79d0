// The request at a cursor position, and the cleaned answer: one path for serving, labelling, fitting and measuring.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { closersWritten, insertedClosers } from '../../text/brackets.ts';
import { indentUnitOf } from '../../text/indents.ts';
import { languageOf } from '../../text/languages.ts';
import { lineAfter, lineBefore } from '../../text/lines.ts';
import { wantsBlock } from '../../text/syntax/blocks.ts';
import { clean } from './clean.ts';
import { queryOf } from './query.ts';
import type { CompletionPosition } from './types.ts';

/**
 * The position of a query, with the extent of the wanted text.
 * @param indentUnit the editor's; absent: taken from the text
 * @param multiline whether a block may be suggested
 */
export function positionAt(
  query: CompletionQuery,
  indentUnit = indentUnitOf(query.prefix + query.suffix),
  multiline = true,
): CompletionPosition {
  return { query, indentUnit, block: multiline && wantsBlock(query, indentUnit), ...(!multiline && { alone: true }) };
}

/**
 * The position between prefix and suffix of a whole document, as an editor sees it before the author's text is there.
 */
export function positionInDocument(
  { path, languageId, prefix, suffix }: CompletionQuery,
  multiline = true,
): CompletionPosition {
  return positionAt(queryOf(prefix + suffix, prefix.length, path, languageId), undefined, multiline);
}

/** The closers that an editor inserted after the cursor, if nothing else follows on the line; else ''. */
function insertedClosersAt({ prefix, suffix, languageId }: CompletionQuery): string {
  return insertedClosers(lineBefore(prefix), lineAfter(suffix), languageOf(languageId).quotes);
}

/** The position without the closers that the editor inserted, so that the model writes the line as its author would. */
export function withoutInsertedClosers(position: CompletionPosition): CompletionPosition {
  const { query } = position;
  const closed = insertedClosersAt(query);
  // No block: it is asked for when the cursor is on the first line of the body.
  return closed === ''
    ? position
    : { ...position, block: false, query: { ...query, suffix: query.suffix.slice(closed.length) } };
}

/**
 * UTF-16 units after the cursor that a text for the unclosed position replaces: the closers that it writes itself.
 * Undefined if it has several lines and does not write all closers, because the others would follow its last line.
 */
export function replacedClosers({ query }: Pick<CompletionPosition, 'query'>, text: string): number | undefined {
  const closed = insertedClosersAt(query);
  const written = closersWritten(closed, lineBefore(query.prefix), text, languageOf(query.languageId).quotes);
  return text.includes('\n') && written < closed.length ? undefined : written;
}

/** Maximum length of a draft, tokens. */
const LINE_TOKENS = 48;
const BLOCK_TOKENS = 160;

export function draftOptions({ block, alone }: Pick<CompletionPosition, 'block' | 'alone'>): DraftOptions {
  return { multiline: block, maxTokens: block ? BLOCK_TOKENS : LINE_TOKENS, ...(alone && { linesBelow: 'never' }) };
}

/** A local draft as it is judged and shown; undefined if nothing is worth showing. */
export function cleanDraft(draft: Draft | undefined, position: CompletionPosition): Draft | undefined {
  if (draft === undefined) return undefined;
  const { continuation, ...line } = draft;
  const text = clean(line.text, position);
  if (text === '') return undefined;
  const further =
    continuation === undefined || position.alone
      ? ''
      : clean(line.text + continuation.text, { ...position, further: !position.block });
  const goesOn = further.startsWith(`${text}\n`);
  return {
    ...line,
    text,
    ...(continuation !== undefined &&
      goesOn && { continuation: { ...continuation, text: further.slice(text.length) } }),
  };
}

/** The same for measurements: an empty draft if nothing would be shown. */
export function shownDraft(written: Draft, position: CompletionPosition): Draft {
  const { model, latencyMs } = written;
  return cleanDraft(written, position) ?? { text: '', tokens: [], complete: false, model, latencyMs };
}
