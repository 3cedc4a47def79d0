// Removes artefacts of models: the repeated cursor line, doubled space, loops, redaction marks, comment marks.

import { indentOf } from '../../text/indents.ts';
import { closesBlock } from '../../text/syntax/blocks.ts';
import type { Context } from './filter.ts';

/** Drops the cursor's line if the text repeats it. A single word may be meant twice; two or more words are an echo. */
export function dropEcho(text: string, { before }: Context): string {
  if (before.trim() === '') return text;
  if (/\S\s+\S/.test(before.trim())) {
    for (const echo of [before, before.trimStart(), before.trim()]) {
      if (text.startsWith(echo)) return text.slice(echo.length);
    }
  }
  // A repeated indent shows that the whole line is repeated.
  return indentOf(before) !== '' && text.startsWith(before) ? text.slice(before.length) : text;
}

/**
 * Drops white space that is before the cursor already: the line's indent, or the space between two words. On an empty
 * line the local model's indent is dropped; a chat model's is kept, because it was told to write what is missing.
 */
export function dropDoubledSpace(text: string, { before, chat }: Context): string {
  return (before === '' && !chat) || /\s$/.test(before) ? text.replace(/^[ \t]+/, '') : text;
}

/** Cuts repetitions: a line three times in a row, or a piece four times in a row, 48 characters or more in all. */
export function cutLoops(text: string, { query }: Context): string {
  const lines = text.split('\n');
  // Closers of nested blocks differ only in their indent, and are no repetition.
  const plain = lines.map((line) => (closesBlock(line, query.languageId) ? line.trimEnd() : line.trim()));
  for (const [i, line] of plain.entries()) {
    if (line.trim().length < 3 || !/[\p{L}\p{N}]/u.test(line)) continue;
    if (plain[i + 1] === line && plain[i + 2] === line) return lines.slice(0, i + 1).join('\n');
  }
  const loop = /([^\n]{2,60}?)\1{3,}/u.exec(text);
  if (loop === null || loop[0].length < 48 || !/\p{L}|\p{N}\P{N}/u.test(loop[1] as string)) return text;
  return text.slice(0, loop.index + (loop[1] as string).length);
}

/**
 * Cuts before a line with a redaction mark, a row of asterisks. Models learn from redacted text and see it in prompts;
 * the mark stands for a secret that they do not know. A line of asterisks alone or the frame of a comment is kept.
 */
export function cutRedacted(text: string, { before }: Context): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line, i) => {
    const whole = i === 0 ? before + line : line;
    return /(?<![*/])\*{6,}(?![*/])/.test(line) && !/^[\s*/#;=-]*$/.test(whole);
  });
  return at < 0 ? text : lines.slice(0, at).join('\n');
}

/**
 * Cuts prose or a line comment before the end mark of a block comment, a habit of models. If the text itself or the
 * text above opens a block comment, the mark stays.
 */
export function cutCommentMarks(text: string, { facts, query, before }: Context): string {
  const at = text.indexOf('*/');
  const inProse = facts.family === 'prose' || facts.lineComments.some((mark) => before.trimStart().startsWith(mark));
  if (!inProse || at < 0) return text;
  const opened = text.lastIndexOf('/*', at) >= 0 || query.prefix.lastIndexOf('/*') > query.prefix.lastIndexOf('*/');
  return opened ? text : text.slice(0, at).trimEnd();
}
