// Post-processing: from a model's text to the text that fits at the cursor. One ordered table of pure functions, each
// with golden cases in test/golden/complete/.
import { languageOf } from '../../text/languages.ts';
import { lineAfter, lineBefore, toLineFeeds } from '../../text/lines.ts';
import { cutToBlock } from '../../text/syntax/blocks.ts';
import { cutCommentMarks, cutLoops, cutRedacted, dropDoubledSpace, dropEcho } from './artefacts.ts';
import { cutStrayClosers, dropBlockClose, dropSuppliedClosers, fixIndent, trimTrailing } from './block-filters.ts';
import { dropEchoedLine, dropEchoedLines, dropEchoedWord, dropLeadingLines, isLineAbove } from './chat-habits.ts';
import type { Filter } from './filter.ts';
import { cutLinesBelow, dropLineAbove, dropNothingNew, trimOverlap } from './repeats.ts';
import { cutToSentence, dropCode } from './sentences.ts';
import type { CompletionPosition } from './types.ts';

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
export function hasWholeLine(answer: string, position: CompletionPosition): boolean {
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
