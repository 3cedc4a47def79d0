// Post-processing: from a model's text to the text that fits at the cursor. One ordered table of pure functions, each
// with golden cases in test/golden/complete/; before it, the wrapping of a large model's answer is removed.
import type { CompletionPosition } from '../../common/completion.ts';
import { languageIdOfFence, languageOf } from '../../text/languages.ts';
import { lineAfter, lineBefore, toLineFeeds } from '../../text/lines.ts';
import { cutToBlock } from '../../text/syntax/blocks.ts';
import {
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
  isLineAbove,
  trimOverlap,
} from './artefacts.ts';
import { cutStrayClosers, dropBlockClose, dropSuppliedClosers, fixIndent, trimTrailing } from './block-filters.ts';
import type { LlmRequest } from './llm-request.ts';

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
