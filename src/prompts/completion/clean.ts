// Post-processing: from a model's text to the text that fits at the cursor. One ordered table of pure functions, each
// with golden cases in test/golden/complete/; before it, the wrapping of a large model's answer is removed.
import type { CompletionPosition, CompletionQuery } from '../../common/completion.ts';
import { languageIdOfFence, languageOf } from '../../text/languages.ts';
import { brackets, isOnlyClosers, lineState, unpairedMarks, withoutMarks } from '../../text/line-state.ts';
import {
  indentFor,
  indentOf,
  indentWidth,
  lineAfter,
  lineBefore,
  lineStart,
  linesBelow,
  toLineFeeds,
  unitColumns,
  withIndentUnit,
} from '../../text/lines.ts';
import { closesBlock, cutToBlock, isClosedBelow, mayBeFlat, openerLine } from '../../text/syntax/blocks.ts';
import { cutOf } from '../../text/windows.ts';
import {
  type Context,
  cutCommentMarks,
  cutLinesBelow,
  cutLoops,
  cutRedacted,
  cutToSentence,
  dropCode,
  dropDoubledSpace,
  dropEcho,
  dropEchoedLine,
  dropEchoedLines,
  dropEchoedWord,
  dropLeadingLines,
  dropLineAbove,
  dropNothingNew,
  type Filter,
  fitMidLine,
  isLineAbove,
  trimOverlap,
} from './artefacts.ts';
import type { LlmRequest } from './llm-request.ts';

/** Uses the document's indent unit, and moves a block's body one unit deeper than its opener. */
function fixIndent(text: string, { query, block, indentUnit, before }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const own = withIndentUnit(lines, indentUnit);
  if (!block) return own.join('\n');
  const { languageId } = query;
  const opening = openerLine(query);
  const opener = indentWidth(opening, indentUnit);
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // The depth of the body is known only if the cursor is at the end of the opener.
  if (body === -1 || before.trim() === '') return own.join('\n');
  const first = own[body] as string;
  const width = indentWidth(first, indentUnit);
  const shift = opener + unitColumns(indentUnit) - width;
  const isRightlyFlat = width === opener && mayBeFlat(opening, first, languageId);
  if (shift === 0 || closesBlock(first, languageId) || isRightlyFlat) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const isCloser = i === own.length - 1 && closesBlock(line, languageId);
      const columns = isCloser ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      return indentFor(columns, indentUnit) + line.trimStart();
    })
    .join('\n');
}

/** Drops closers that the editor has inserted after the cursor and the text repeats, with all that follows them. */
function dropSuppliedClosers(text: string, { before, after, facts }: Context): string {
  const supplied = after.trimStart()[0];
  if (supplied === undefined) return text;
  const excess = unpairedMarks(before + text + after, facts.quotes);
  if (excess === 0) return text;
  // Of several lines only the last is followed by the inserted closers.
  const start = lineStart(text);
  const ends = [...Array(text.length).keys()].filter((i) => i >= start && text[i] === supplied);
  const left = ends.map((i) => unpairedMarks(before + text.slice(0, i) + after, facts.quotes));
  const least = Math.min(...left);
  if (!(least < excess)) return text;
  // If several cuts pair up equally well, the last closer is the inserted one: `a).then(b)`.
  const at = ends[left.lastIndexOf(least)] as number;
  // If words follow the closer, the model meant the closer to precede them.
  return /[\p{L}\p{N}]/u.test(text.slice(at)) ? text : text.slice(0, at);
}

/**
 * Cuts the text before a ')' or ']' that closes nothing. Braces stay: brackets in a template or a regular expression
 * mislead the count over several lines, and `cutToBlock` ends blocks.
 */
function cutStrayClosers(text: string, { query, facts, before }: Context): string {
  if (!/[)\]]/.test(text) || lineState(query.languageId, before) !== 'code') return text;
  // In a shell's `case`, a ')' ends a pattern.
  if (query.languageId === 'shellscript') return text;
  // Templates contain code, and an odd backtick in a comment must not hide the rest of the file.
  const quotes = facts.quotes.replaceAll('`', '');
  const start = query.prefix.length;
  const whole = withoutMarks(query.prefix + text, query.languageId);
  const { open } = brackets(whole.slice(0, start), quotes);
  // If the prefix is cut off at its start, the opener may be above it.
  if (open.length === 0 && cutOf(query).start) return text;
  const stray = brackets(whole, quotes).strayClosers.find((at) => at >= start && whole[at] !== '}');
  return stray === undefined ? text : text.slice(0, stray - start);
}

/** Drops the closing line of a block that the line below closes. */
function dropBlockClose(text: string, { query, before, after, indentUnit }: Context): string {
  if (isClosedBehind(text, after)) return text;
  const below = linesBelow(query.suffix, 1)[0];
  if (below === undefined) return text;
  const lines = text.split('\n');
  const last = lines.length === 1 ? before + text : (lines.at(-1) as string);
  if (!isClosedBelow(last, below, query.languageId, indentUnit)) return text;
  // If the text opens more than one block, this line closes an inner one and the line below an outer one.
  const isInner = lines.length > 1 && brackets(before + lines.slice(0, -1).join('\n')).open.length > 1;
  return isInner ? text : lines.slice(0, -1).join('\n');
}

/** Whether the text has several lines and only closers follow the cursor. */
function isClosedBehind(text: string, after: string): boolean {
  return text.includes('\n') && after.trim() !== '' && isOnlyClosers(after);
}

/**
 * Trims white space at the ends of lines. A body that begins on its own line keeps a last line end if a closer follows
 * the cursor. In prose only the text's end is trimmed: two spaces at a line's end are a line break there.
 */
function trimTrailing(text: string, { facts, before, after }: Context): string {
  if (facts.family === 'prose') return text.trimEnd();
  const trimmed = text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
  return trimmed.startsWith('\n') && isClosedBehind(trimmed, after) ? `${trimmed}\n${indentOf(before)}` : trimmed;
}

/** Filters for what a model writes before the actual answer. */
const BEFORE_ANSWER: readonly Filter[] = [
  { name: 'line-ends', apply: toLineFeeds },
  { name: 'leading-lines', chatOnly: true, apply: dropLeadingLines },
  { name: 'echoed-lines', chatOnly: true, apply: dropEchoedLines },
  { name: 'echoed-line', chatOnly: true, apply: dropEchoedLine },
  { name: 'echoed-word', chatOnly: true, apply: dropEchoedWord },
  { name: 'echo', apply: dropEcho },
  { name: 'leading-space', apply: dropDoubledSpace },
];

const MID_LINE: Filter = { name: 'mid-line', apply: fitMidLine };

/** Whether a beginning of a cleaned text fits the rest of the cursor's line, as the whole text does. */
export function fitsLine(beginning: string, query: CompletionQuery): boolean {
  return applyFilter(MID_LINE, beginning, { query, block: false, indentUnit: '' }, false) === beginning;
}

/**
 * The filters in order: they remove additions around the answer, limit its length, and fit it to the text on both
 * sides. The last one drops an answer with nothing new.
 */
export const FILTERS: readonly Filter[] = [
  ...BEFORE_ANSWER,
  { name: 'loops', apply: cutLoops },
  { name: 'masked', apply: cutRedacted },
  { name: 'comment-marks', apply: cutCommentMarks },
  { name: 'shape', apply: (text, c) => (c.further ? text : cutToBlock(text, c.query, c.block, c.indentUnit)) },
  { name: 'sentence', apply: cutToSentence },
  { name: 'code-in-prose', apply: dropCode },
  { name: 'indent', codeOnly: true, apply: fixIndent },
  { name: 'line-above', apply: dropLineAbove },
  { name: 'lines-below', apply: cutLinesBelow },
  { name: 'overlap', apply: trimOverlap },
  { name: 'closers', codeOnly: true, apply: dropSuppliedClosers },
  { name: 'stray-closers', codeOnly: true, apply: cutStrayClosers },
  { name: 'block-close', codeOnly: true, apply: dropBlockClose },
  MID_LINE,
  { name: 'trailing-space', apply: trimTrailing },
  { name: 'nothing-new', apply: dropNothingNew },
];

/** The text to insert, from the local model's text; '' if nothing is worth showing. */
export function clean(raw: string, position: CompletionPosition): string {
  return FILTERS.reduce((text, filter) => applyFilter(filter, text, position, false), raw);
}

/** The text to insert, from a chat model's answer that `parseAnswer` has read. */
export function cleanAnswer(answer: string, position: CompletionPosition): string {
  return FILTERS.reduce((text, filter) => applyFilter(filter, text, position, true), answer);
}

/**
 * Whether a streamed answer has the whole rest of the line, so that the stream may end. A first line that may be an
 * echo of a line above does not count.
 */
function hasWholeLine(answer: string, position: CompletionPosition): boolean {
  const text = BEFORE_ANSWER.reduce((left, filter) => applyFilter(filter, left, position, true), answer);
  const line = /^[^\S\n]*\S.*(?=\n)/.exec(text)?.[0];
  return line !== undefined && !isLineAbove(line, position.query.prefix);
}

export function applyFilter(filter: Filter, text: string, position: CompletionPosition, chat: boolean): string {
  if (text === '' || (filter.chatOnly === true && !chat)) return text;
  const facts = languageOf(position.query.languageId);
  if (filter.codeOnly === true && facts.family === 'prose') return text;
  const { prefix, suffix } = position.query;
  const context = { ...position, chat, facts, before: lineBefore(prefix), after: lineAfter(suffix) };
  return filter.apply(text, context);
}

export const openTag = '<insert>';
export const closeTag = '</insert>';

/** The answer without its wrapping. Pure. */
export function parseAnswer(raw: string, request: LlmRequest): string {
  return unwrapped(raw, request).trimEnd();
}

function unwrapped(raw: string, { query }: LlmRequest): string {
  return withoutMarkers(withoutFences(toLineFeeds(inserted(raw)), query.languageId));
}

/**
 * The text between the tags; the whole text if the model left them out.
 * @param more whether the answer still streams: then an incomplete tag at its end is left out
 */
export function inserted(raw: string, more = false): string {
  const open = raw.indexOf(openTag);
  const begun = open >= 0 ? raw.slice(open + openTag.length) : raw;
  const close = begun.indexOf(closeTag);
  if (close >= 0) return begun.slice(0, close);
  if (!more) return begun;
  const tag = open >= 0 ? closeTag : openTag;
  for (let length = Math.min(tag.length - 1, begun.length); length > 0; length--) {
    if (tag.startsWith(begun.slice(-length))) return begun.slice(0, -length);
  }
  return begun;
}

/** Whether an answer for one line is complete although the model continues. */
export function lineIsComplete(raw: string, request: LlmRequest): boolean {
  if (!inserted(raw).includes('\n')) return false;
  const { query, multiline: block } = request;
  return hasWholeLine(unwrapped(raw, request), { query, block, indentUnit: '' });
}

/**
 * Removes a code fence around the text. In Markdown a fence may be the answer itself, so only a 'markdown' fence is
 * removed.
 */
function withoutFences(text: string, languageId: string): string {
  const fence = /^\s*(```+|~~~+)([\w+#.-]*)[ \t]*\n/.exec(text);
  if (fence === null) return text;
  const [head, bar, info] = fence as unknown as [string, string, string];
  if (languageId === 'markdown' && languageIdOfFence(info) !== 'markdown') return text;
  const body = text.slice(head.length);
  const end = body.search(new RegExp(`^[ \\t]*${bar}[ \\t]*$`, 'm'));
  return end < 0 ? body : body.slice(0, end).replace(/\n$/, '');
}

function withoutMarkers(text: string): string {
  return text.replace(/<\|cursor(-\d+)?\|>/g, '');
}
