// The request at a cursor position, the cleaned answer, and whether it is right: one path for serving, labelling,
// fitting and measuring.
import type { CompletionPosition, CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { exactMatch } from '../../common/quality.ts';
import { languageOf } from '../../text/languages.ts';
import { wordAtEnd, wordAtStart } from '../../text/lexemes.ts';
import { closersWritten, insertedClosers } from '../../text/line-state.ts';
import { indentUnitOf, lineAfter, lineBefore, lineEnd, toLineFeeds } from '../../text/lines.ts';
import { isProse, languageAt, sentenceEnd } from '../../text/prose-text.ts';
import { wantsBlock } from '../../text/syntax/blocks.ts';
import { boundaryBefore, QUERY_WINDOW, windowStart } from '../../text/windows.ts';
import { isMidLine } from './artefacts.ts';
import { clean } from './clean.ts';

/**
 * Line ends become '\n'. A window inside the file begins at a line start if one is near, so that no partial line looks
 * like code.
 * @param offset into `text`, UTF-16 units
 * @param languageId the document's; in a code fence the query has the fence's
 * @param before units of the document before `text`; `text` has all that is within reach of the cursor
 */
export function queryOf(text: string, offset: number, path: string, languageId: string, before = 0): CompletionQuery {
  const start = windowStart(text, offset, QUERY_WINDOW.prefix, before);
  const end = boundaryBefore(text, Math.min(text.length, offset + QUERY_WINDOW.suffix.reach));
  return {
    path,
    languageId: languageAt(languageId, text.slice(0, offset)),
    prefix: toLineFeeds(text.slice(start, offset)),
    suffix: toLineFeeds(text.slice(offset, end)),
  };
}

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

/**
 * Whether a text may be suggested where a word was typed over another one: it does not write the old word again, and in
 * the middle of a line it only completes the new word, since the rest of the line is the author's.
 * @param replaced see CompletionRequest; undefined: nothing was replaced at the cursor
 */
export function continuesReplacement(
  text: string,
  { prefix, suffix }: Pick<CompletionQuery, 'prefix' | 'suffix'>,
  replaced: string | undefined,
): boolean {
  if (replaced === undefined) return true;
  const rest = wordAtStart(text);
  const isOldWord = replaced !== '' && wordAtEnd(lineBefore(prefix)) + rest === replaced;
  return !isOldWord && (rest === text || !isMidLine(lineAfter(suffix)));
}

/** Maximum length of a draft, tokens. */
const LINE_TOKENS = 48;
const BLOCK_TOKENS = 160;

export function draftOptions({ block }: Pick<CompletionPosition, 'block'>): DraftOptions {
  return { multiline: block, maxTokens: block ? BLOCK_TOKENS : LINE_TOKENS };
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
