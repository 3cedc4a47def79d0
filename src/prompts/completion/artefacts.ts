// What a model adds to its answer, or writes where it is lost: the line once more, doubled space, loops, masks, comment marks.

import { indentOf } from '../../text/indents.ts';
import { closesBlock } from '../../text/syntax/blocks.ts';
import type { Context } from './filter.ts';

/** Models like to begin with the cursor's line once more. A single word may rightly come twice; a line of two may not. */
export function dropEcho(text: string, { before }: Context): string {
  if (before.trim() === '') return text;
  if (/\S\s+\S/.test(before.trim())) {
    for (const echo of [before, before.trimStart(), before.trim()]) {
      if (text.startsWith(echo)) return text.slice(echo.length);
    }
  }
  // With its indent it cannot be anything but the line.
  return indentOf(before) !== '' && text.startsWith(before) ? text.slice(before.length) : text;
}

/**
 * White space that stands before the cursor already: the line's indent, or the space between two words. On an empty line the specialist's
 * indent is an accident; a chat model, told to write what is missing, means it.
 */
export function dropDoubledSpace(text: string, { before, chat }: Context): string {
  return (before === '' && !chat) || /\s$/.test(before) ? text.replace(/^[ \t]+/, '') : text;
}

/** A model that got stuck: the same line three times, or the same piece four times running and over 48 characters. */
export function cutLoops(text: string, { query }: Context): string {
  const lines = text.split('\n');
  // What closes one block after the other is alike but for its indent.
  const plain = lines.map((line) => (closesBlock(line, query.languageId) ? line.trimEnd() : line.trim()));
  for (const [i, line] of plain.entries()) {
    if (line.trim().length < 3 || !/[\p{L}\p{N}]/u.test(line)) continue;
    if (plain[i + 1] === line && plain[i + 2] === line) return lines.slice(0, i + 1).join('\n');
  }
  const loop = /([^\n]{2,60}?)\1{3,}/u.exec(text);
  if (loop === null || loop[0].length < 48 || !/[\p{L}\p{N}].*\P{N}|[\p{L}]/u.test(loop[1] as string)) return text;
  return text.slice(0, loop.index + (loop[1] as string).length);
}

/**
 * Models learned from masked text, and are shown it: where they write a mask they would write a secret that they do not
 * know. What stands before that line may be right. A line of asterisks alone, or a comment's frame, is none.
 */
export function cutMasked(text: string, { before }: Context): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line, i) => {
    const whole = i === 0 ? before + line : line;
    return /(?<![*/])\*{6,}(?![*/])/.test(line) && !/^[\s*/#;=-]*$/.test(whole);
  });
  return at < 0 ? text : lines.slice(0, at).join('\n');
}

/**
 * Prose, and a line comment, that was learned from block comments ends where those did; in a code block of its own the
 * mark belongs.
 */
export function cutCommentMarks(text: string, { facts, query, before }: Context): string {
  const at = text.indexOf('*/');
  const inProse = facts.family === 'prose' || facts.lineComments.some((mark) => before.trimStart().startsWith(mark));
  if (!inProse || at < 0) return text;
  const opened = text.lastIndexOf('/*', at) >= 0 || query.prefix.lastIndexOf('/*') > query.prefix.lastIndexOf('*/');
  return opened ? text : text.slice(0, at).trimEnd();
}
