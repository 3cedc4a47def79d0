// What is asked at a place, and what becomes of an answer there: one path for serving, labelling, fitting and measuring.
import type { CompletionQuery, Draft, DraftOptions } from '../../common/completion.ts';
import { closedBehind, closersWritten } from '../../text/brackets.ts';
import { indentUnitOf } from '../../text/indents.ts';
import { languageOf } from '../../text/languages.ts';
import { lineAfter, lineBefore } from '../../text/lines.ts';
import { wantsBlock } from '../../text/syntax/blocks.ts';
import { clean } from './clean.ts';
import { queryOf } from './query.ts';
import type { CompletionPlace } from './types.ts';

/**
 * A place where somebody may write.
 * @param indentUnit the editor's; absent: what the text itself begins its lines with
 * @param multiline blocks are wanted where the syntax calls for one
 */
export function placeAt(
  query: CompletionQuery,
  indentUnit = indentUnitOf(query.prefix + query.suffix),
  multiline = true,
): CompletionPlace {
  return { query, indentUnit, block: multiline && wantsBlock(query, indentUnit), ...(!multiline && { alone: true }) };
}

/** A place with what its author wrote between prefix and suffix, whole documents: as the editor sees it before that is written. */
export function placeBefore({ path, languageId, prefix, suffix }: CompletionQuery, multiline = true): CompletionPlace {
  return placeAt(queryOf(prefix + suffix, prefix.length, path, languageId), undefined, multiline);
}

/** Closers that the editor has put behind the cursor of a place, and nothing else stands there; '' for none. */
function closedAt({ prefix, suffix, languageId }: CompletionQuery): string {
  return closedBehind(lineBefore(prefix), lineAfter(suffix), languageOf(languageId).quotes);
}

/** The place as if the editor had closed nothing behind the cursor: the line goes on past that, as its author would write it. */
export function unclosedPlace(place: CompletionPlace): CompletionPlace {
  const { query } = place;
  const closed = closedAt(query);
  // A body has not begun: what the lines below are is asked on the first of them.
  return closed === ''
    ? place
    : { ...place, block: false, query: { ...query, suffix: query.suffix.slice(closed.length) } };
}

/**
 * UTF-16 units behind the cursor that a text of the unclosed place takes the place of: closers that it writes itself. Undefined where it cannot
 * stand there: lines go on below, and some of the closers would end up at their end.
 */
export function writtenOver({ query }: Pick<CompletionPlace, 'query'>, text: string): number | undefined {
  const closed = closedAt(query);
  const written = closersWritten(closed, lineBefore(query.prefix), text, languageOf(query.languageId).quotes);
  return text.includes('\n') && written < closed.length ? undefined : written;
}

/** Tokens of a draft: a line, or a block. */
const LINE_TOKENS = 48;
const BLOCK_TOKENS = 160;

export function draftOptions({ block, alone }: Pick<CompletionPlace, 'block' | 'alone'>): DraftOptions {
  return { multiline: block, maxTokens: block ? BLOCK_TOKENS : LINE_TOKENS, ...(alone && { below: 'never' }) };
}

/** A local draft as it is judged and shown; undefined where nothing of it is worth showing. */
export function cleanDraft(draft: Draft | undefined, place: CompletionPlace): Draft | undefined {
  if (draft === undefined) return undefined;
  const { beyond, ...line } = draft;
  const text = clean(line.text, place);
  if (text === '') return undefined;
  const further =
    beyond === undefined || place.alone ? '' : clean(line.text + beyond.text, { ...place, further: !place.block });
  const goesOn = further.startsWith(`${text}\n`);
  return {
    ...line,
    text,
    ...(beyond !== undefined && goesOn && { beyond: { ...beyond, text: further.slice(text.length) } }),
  };
}

/** The same for who judges: an empty draft where nothing would be shown. */
export function shownDraft(written: Draft, place: CompletionPlace): Draft {
  const { model, latencyMs } = written;
  return cleanDraft(written, place) ?? { text: '', tokens: [], complete: false, model, latencyMs };
}
