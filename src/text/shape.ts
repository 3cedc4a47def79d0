// One line or a block? Decided from the text round the cursor, without a parser; and where such a block ends.
import type { CompletionQuery } from '../common/completion.ts';
import { closeAlike, isClosingLine } from './blocks.ts';
import { brackets, isOnlyClosers } from './brackets.ts';
import { indentWidth } from './indents.ts';
import { languageOf } from './languages.ts';
import { lineState } from './line-state.ts';
import { lineAbove, lineAfter, lineBefore, lineEnd, linesBelow } from './lines.ts';

/** Words after which a block follows in languages that close it with a word or by its indent. */
const WORD_OPENER =
  /(^\s*(def|class|module|function|local function|if|elif|elsif|else|unless|while|until|for|case|begin|try|except|finally|with|match|async def|async for|async with)\b.*[:)\]\w]|\b(do|then|begin|repeat)(\s*\|[^|]*\|)?|:)\s*$/;
const WORD_OPENER_AT_END = /(:|\b(do|then|begin|repeat|else)(\s*\|[^|]*\|)?)\s*$/;
const BRACKET_OPENER = /([{([]|=>|\bthen|\bdo)\s*$/;
const TAG_OPENER = /<[a-zA-Z][\w:.-]*(\s[^<>]*)?(?<!\/)>\s*$/;

/** The line that opens the block at the cursor: the cursor's own, or the one above a blank line. */
export function openerLine(query: CompletionQuery): string {
  const before = lineBefore(query.prefix);
  return before.trim() === '' ? lineAbove(query.prefix) : before;
}

/** Whether the syntax calls for more than the rest of the line. */
export function wantsBlock(query: CompletionQuery, indentUnit: string): boolean {
  const before = lineBefore(query.prefix);
  const after = lineAfter(query.suffix);
  const { family } = languageOf(query.languageId);
  const blank = before.trim() === '';
  const below = linesBelow(query.suffix, 1)[0];
  if (family === 'prose') {
    // A new paragraph: an empty line with nothing but an empty line (or the end) below it.
    return blank && after.trim() === '' && /^\s*(\n|$)/.test(query.suffix.slice(lineEnd(query.suffix) + 1));
  }
  if (after.trim() !== '' && !isOnlyClosers(after)) return false;
  if (lineState(query.languageId, before) !== 'code') return false;
  const opener = openerLine(query);
  if (opener === '' || lineState(query.languageId, opener) === 'comment') return false;
  if (!opens(opener, family, blank)) return false;
  // An opener with a body already below it needs no second one.
  return below === undefined || indentWidth(below, indentUnit) <= indentWidth(opener, indentUnit);
}

function opens(line: string, family: string, blank: boolean): boolean {
  if (family === 'markup') return TAG_OPENER.test(line) || BRACKET_OPENER.test(line);
  if (family === 'indent') {
    return (blank ? WORD_OPENER.test(line) : WORD_OPENER_AT_END.test(line)) || BRACKET_OPENER.test(line);
  }
  // 'key: ' waits for a value on its line, 'key:' for a block below it.
  if (family === 'data') return /[{[]\s*$|:$/.test(line);
  return BRACKET_OPENER.test(line);
}

/**
 * Cuts a draft to what fits the place: the rest of the line, or up to the block's end. A line at the opener's indent or
 * further left ends the block; if it closes the block and the text below does not, it is kept.
 */
export function cutToShape(text: string, query: CompletionQuery, block: boolean, indentUnit: string): string {
  if (!block) return text.split('\n', 1)[0] as string;
  const { languageId } = query;
  const { family } = languageOf(languageId);
  if (family === 'prose') return text.split(/\n[ \t]*\n/, 1)[0] as string;
  const opener = indentWidth(openerLine(query), indentUnit);
  const lines = text.split('\n');
  const below = linesBelow(query.suffix, 1)[0];
  // An answer written without the document's indent is measured by its own first line; `indent` moves it later.
  const first = lines.find((line, i) => i > 0 && line.trim() !== '') ?? '';
  const flat = indentWidth(first, indentUnit) <= opener && !isClosingLine(first, languageId);
  const base = flat ? indentWidth(first, indentUnit) - 1 : opener;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] as string;
    if (line.trim() === '') continue;
    const closesFlat =
      flat && isClosingLine(line, languageId) && brackets(lines.slice(1, i + 1).join('\n')).strayClosers.length > 0;
    if (indentWidth(line, indentUnit) > base && !closesFlat) continue;
    const closedBelow =
      below !== undefined && closeAlike(line, below, languageId) && indentWidth(below, indentUnit) === opener;
    const keep = isClosingLine(line, languageId) && !closedBelow;
    return lines.slice(0, keep ? i + 1 : i).join('\n');
  }
  return text;
}
