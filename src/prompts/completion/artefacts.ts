// Filters that remove what a model adds: artefacts, habits of chat models, code in prose, text that is there already.
import type { CompletionPosition, CompletionQuery } from '../../common/completion.ts';
import { commonPrefix } from '../../text/edits.ts';
import type { LanguageFacts } from '../../text/languages.ts';
import { isOnlyClosers, unpairedMarks } from '../../text/line-state.ts';
import { indentOf, indentWidth, lastLines, lineAbove, lineStart, linesBelow } from '../../text/lines.ts';
import { isCode, isProse, sentenceEnd } from '../../text/prose-text.ts';
import { closesBlock, NEXT_BRANCH } from '../../text/syntax/blocks.ts';

export interface Context extends CompletionPosition {
  /** Whether a chat model wrote the text. */
  readonly chat: boolean;
  readonly facts: LanguageFacts;
  /** The cursor's line before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface Filter {
  readonly name: string;
  /** Applied only to answers of chat models. */
  readonly chatOnly?: true;
  /** Not applied in prose, where brackets and quotes have no structure. */
  readonly codeOnly?: true;
  readonly apply: (text: string, context: Context) => string;
}

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

/** Number of lines above, the cursor's included, that may be repeated. */
const LINES = 6;

/**
 * Drops leading empty lines if the cursor's line is empty or unfinished. After a finished line they stay: they mean
 * that nothing is missing on it.
 */
export function dropLeadingLines(text: string, { before, block }: Context): string {
  const goesOn = !block && !/[;,:{([>]\s*$/.test(before);
  return goesOn || before.trim() === '' ? text.replace(/^(?:[ \t]*\n)+/, '') : text;
}

/** Drops repeated lines from above, up to five and the cursor's own. */
export function dropEchoedLines(text: string, { query }: Context): string {
  const lines = lastLines(query.prefix, LINES);
  for (let count = lines.length; count >= 2; count--) {
    const echo = lines.slice(-count).join('\n');
    if (echo.trim().length >= 4 && text.startsWith(echo)) return text.slice(echo.length);
    const shifted = echo.trimStart();
    if (shifted.length >= 12 && shifted.includes('\n') && text.startsWith(shifted)) return text.slice(shifted.length);
  }
  return text;
}

/** Drops the repeated beginning of the cursor's line, with or without its indent, of any length. */
export function dropEchoedLine(text: string, { before }: Context): string {
  const bare = before.trimStart();
  if (bare.trim().length < 3) return text;
  if (text.startsWith(before)) return text.slice(before.length);
  const start = text.trimStart();
  if (start.startsWith(bare)) return start.slice(bare.length);
  // Models drop the space at the line's end, or make it a line break.
  const trimmed = bare.trimEnd();
  if (trimmed === bare || !start.startsWith(trimmed)) return text;
  const rest = start.slice(trimmed.length);
  return /^\s|^$/.test(rest) ? rest.trimStart() : text;
}

/** Drops the repeated beginning of the word at the cursor: 'con' + 'console.log'. */
export function dropEchoedWord(text: string, { query }: Context): string {
  const word = /(?<![\p{L}\p{N}_$])[\p{L}\p{N}_$]{3,}$/u.exec(query.prefix)?.[0];
  return word !== undefined && text.startsWith(word) && /[\p{L}\p{N}_$]/u.test(text.charAt(word.length))
    ? text.slice(word.length)
    : text;
}

/** Whether a line equals one of the last lines above, so that it may be an echo and not the answer. */
export function isLineAbove(line: string, prefix: string): boolean {
  return lastLines(prefix, LINES)
    .slice(0, -1)
    .some((above) => above.trim() === line.trim());
}

/** The beginning of a code block. */
const FENCE = /```|~~~/;

/** Cuts at the end of the current sentence. */
export function cutToSentence(text: string, { query, before }: Context): string {
  if (!isProse(query.languageId, query.prefix) || FENCE.test(text)) return text;
  return text.slice(0, sentenceEnd(text, before));
}

/** Drops a suggestion that is code, unless code is expected at the cursor. */
export function dropCode(text: string, { query, before }: Context): string {
  const isMeant = !isProse(query.languageId, query.prefix) || FENCE.test(text) || isInTicks(before) || isCode(before);
  return !isMeant && isCode(text) ? '' : text;
}

function isInTicks(before: string): boolean {
  return (before.match(/`/g)?.length ?? 0) % 2 === 1;
}

/** Drops a text whose first line repeats the line above the cursor. */
export function dropLineAbove(text: string, { query, before }: Context): string {
  const above = lineAbove(query.prefix).trim();
  const first = (before + (text.split('\n', 1)[0] as string)).trim();
  // Items of a list may be equal, and short lines often are.
  return above.length >= 8 && first === above && !above.endsWith(',') ? '' : text;
}

/** Cuts before a line that repeats the line below the cursor. */
export function cutLinesBelow(text: string, { query, before, after, indentUnit }: Context): string {
  if (after.trim() !== '' && !isOnlyClosers(after)) return text;
  const [nextLine = '', second] = linesBelow(query.suffix, 2);
  const next = nextLine.trim();
  if (next === '' || isOnlyClosers(next)) return text;
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    const whole = i === 0 ? before + line : line;
    if (whole.trim() !== next || next.length < 3) continue;
    // The same line at a deeper indent is another statement.
    const deeper = indentWidth(whole, indentUnit) > indentWidth(nextLine, indentUnit);
    if (deeper && !(i === 0 && endsNothing(whole, query, indentUnit))) continue;
    // A line in the middle may be equal by chance, so the line after it must be equal, too.
    const following = lines.slice(i + 1).find((l) => l.trim() !== '');
    const same = following === undefined || i === 0 || second === undefined || following.trim() === second.trim();
    if (same) return lines.slice(0, i).join('\n');
  }
  return text;
}

/** Whether a closing line or a next branch is as deep as the lines of the block above, so that it ends nothing. */
function endsNothing(line: string, { prefix, languageId }: CompletionQuery, indentUnit: string): boolean {
  const ends = closesBlock(line, languageId) || NEXT_BRANCH.test(line);
  return ends && indentWidth(lineAbove(prefix), indentUnit) <= indentWidth(line, indentUnit);
}

/** An overlap that is no coincidence. */
const UNLIKELY = /\w\w\W|\W\w\w/;

/** Trims the end of the text that the rest of the cursor's line repeats. */
export function trimOverlap(text: string, { before, after, facts, chat }: Context): string {
  const rest = after.trimEnd();
  if (rest === '') return text;
  for (let length = Math.min(rest.length, text.length - lineStart(text)); length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (!text.endsWith(overlap)) continue;
    const trimmed = text.slice(0, -length);
    const whole = length === rest.length;
    if (facts.family === 'prose') return whole && /\p{L}/u.test(overlap) ? trimmed : text;
    const gain =
      unpairedMarks(before + text + after, facts.quotes) - unpairedMarks(before + trimmed + after, facts.quotes);
    // Repeated words or separators are a repetition even if the brackets pair up either way.
    const repeats = whole ? /[\p{L}\p{N}]|^[;,:.]+$/u.test(overlap) : chat && UNLIKELY.test(overlap);
    if (gain > 0 || (gain === 0 && repeats)) return trimmed;
  }
  return text;
}

const WORD = /[\p{L}\p{N}]/u;

/** Whether words follow the cursor on its line, so that a text there must fit between two texts of the author. */
export function isMidLine(after: string): boolean {
  return WORD.test(after);
}

/**
 * In the middle of a line: trims the end of the text that follows the cursor, and drops a text that begins with what
 * follows, stands there already, ends the line twice, or leaves more brackets and quotes unpaired than there were.
 */
export function fitMidLine(text: string, { before, after, facts }: Context): string {
  const rest = after.trimEnd();
  if (!isMidLine(rest)) return text;
  // Before a line's text, whole lines may be inserted.
  if (text.includes('\n')) return before.trim() === '' ? text : '';
  const unpaired = (middle: string) => unpairedMarks(before + middle + rest, facts.quotes, '');
  let fitted = text;
  for (let length = Math.min(rest.length, text.length); length > 0 && fitted === text; length--) {
    const trimmed = text.slice(0, -length);
    if (text.endsWith(rest.slice(0, length)) && unpaired(trimmed) <= unpaired(text)) fitted = trimmed;
  }
  const written = fitted.trim();
  const begun = written.slice(0, commonPrefix(written, rest.trimStart()));
  const isThere =
    /[\p{L}\p{N}]{2}/u.test(begun) || (written.length > 3 && WORD.test(written) && rest.includes(written));
  const isOneStatement = /;$/.test(rest) && !/[;{]/.test(before + rest.slice(0, -1));
  const endsTwice = isOneStatement && written.endsWith(';');
  return isThere || endsTwice || unpaired(fitted) > unpaired('') ? '' : fitted;
}

/** Drops a text that is blank or has only closers that follow the cursor already. */
export function dropNothingNew(text: string, { query, after }: Context): string {
  if (text.trim() === '') return '';
  const ahead = (after.trim() === '' ? (linesBelow(query.suffix, 1)[0] ?? '') : after).replace(/\s/g, '');
  const closers = text.replace(/\s/g, '');
  // At the end of the line a closer is new, unless the text begins a new line and the next line has the closer.
  if (after.trim() === '' && !text.startsWith('\n')) return text;
  return isOnlyClosers(text) && ahead.startsWith(closers) ? '' : text;
}
