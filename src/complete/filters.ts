// Post-processing: what a model wrote -> what fits at the cursor. One ordered table of pure functions, each with golden
// cases in test/golden/complete/.
import type { CompletionQuery } from '../common/completion.ts';
import { type LanguageFacts, languageFacts, lineState } from '../coupling/languages.ts';
import { cutToShape, openerLine } from './shape.ts';
import {
  brackets,
  indentOf,
  indentWidth,
  isOnlyClosers,
  lineAfter,
  lineBefore,
  linesBelow,
  previousLine,
} from './text.ts';

/** A prefix this long may have lost its file's beginning. UTF-16 units. */
const WINDOW = 30_000;

export interface CleanOptions {
  readonly query: CompletionQuery;
  /** The place calls for a block; else the draft ends with its line. */
  readonly block: boolean;
  /** The document's: '\t' or n spaces. */
  readonly indentUnit: string;
}

interface Context extends CleanOptions {
  readonly facts: LanguageFacts;
  /** The cursor's line before and after the cursor. */
  readonly before: string;
  readonly after: string;
}

export interface Filter {
  readonly name: string;
  /** Brackets and quotes mean nothing in prose. */
  readonly codeOnly?: true;
  readonly apply: (text: string, context: Context) => string;
}

/** In order: first what a model adds round the answer, then its extent, its fit to both sides, then whether any is left. */
export const FILTERS: readonly Filter[] = [
  { name: 'line-ends', apply: (text) => text.replace(/\r\n?/g, '\n') },
  { name: 'echo', apply: dropEcho },
  { name: 'leading-space', apply: dropDoubledSpace },
  { name: 'loops', apply: cutLoops },
  { name: 'masked', apply: cutMasked },
  { name: 'comment-marks', apply: cutCommentMarks },
  { name: 'shape', apply: (text, c) => cutToShape(text, c.query, c.block, c.indentUnit) },
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

/**
 * Prose, and a line comment, that was learned from block comments ends where those did; in a code block of its own the
 * mark belongs.
 */
function cutCommentMarks(text: string, { facts, query, before }: Context): string {
  const at = text.indexOf('*/');
  const inProse = facts.family === 'prose' || facts.lineComments.some((mark) => before.trimStart().startsWith(mark));
  if (!inProse || at < 0) return text;
  const opened = text.lastIndexOf('/*', at) >= 0 || query.prefix.lastIndexOf('/*') > query.prefix.lastIndexOf('*/');
  return opened ? text : text.slice(0, at).trimEnd();
}

/** The text to insert; '' where nothing of it is worth showing. */
export function clean(raw: string, options: CleanOptions): string {
  return FILTERS.reduce((text, filter) => applyFilter(filter, text, options), raw);
}

export function applyFilter(filter: Filter, text: string, options: CleanOptions): string {
  if (text === '') return '';
  const facts = languageFacts(options.query.languageId);
  if (filter.codeOnly === true && facts.family === 'prose') return text;
  const context = { ...options, facts, before: lineBefore(options.query), after: lineAfter(options.query) };
  return filter.apply(text, context);
}

/** Models like to begin with the cursor's line once more. A single word may rightly come twice; a line of two may not. */
function dropEcho(text: string, { before }: Context): string {
  if (before.trim() === '') return text;
  if (/\S\s+\S/.test(before.trim())) {
    for (const echo of [before, before.trimStart(), before.trim()]) {
      if (text.startsWith(echo)) return text.slice(echo.length);
    }
  }
  // With its indent it cannot be anything but the line.
  return indentOf(before) !== '' && text.startsWith(before) ? text.slice(before.length) : text;
}

/** White space that stands before the cursor already: the line's indent, or the space between two words. */
function dropDoubledSpace(text: string, { before }: Context): string {
  return before === '' || /\s$/.test(before) ? text.replace(/^[ \t]+/, '') : text;
}

/** A model that got stuck: the same line three times, or the same piece four times running and over 48 characters. */
function cutLoops(text: string): string {
  const lines = text.split('\n');
  for (let i = 0; i + 2 < lines.length; i++) {
    const line = (lines[i] as string).trim();
    if (line.length < 3 || !/[\p{L}\p{N}]/u.test(line)) continue;
    if (lines[i + 1]?.trim() === line && lines[i + 2]?.trim() === line) return lines.slice(0, i + 1).join('\n');
  }
  const loop = /([^\n]{2,60}?)\1{3,}/u.exec(text);
  if (loop === null || loop[0].length < 48 || !/[\p{L}\p{N}].*\P{N}|[\p{L}]/u.test(loop[1] as string)) return text;
  return text.slice(0, loop.index + (loop[1] as string).length);
}

/**
 * Models learned from masked text, and are shown it: where they write a mask they would write a secret that they do not
 * know. What stands before that line may be right. A line of asterisks alone, or a comment's frame, is none.
 */
function cutMasked(text: string, { before }: Context): string {
  const lines = text.split('\n');
  const at = lines.findIndex((line, i) => {
    const whole = i === 0 ? before + line : line;
    return /(?<![*/])\*{6,}(?![*/])/.test(line) && !/^[\s*/#;=-]*$/.test(whole);
  });
  return at < 0 ? text : lines.slice(0, at).join('\n');
}

/** The document's indent unit, and the block one unit inside its opener. */
function fixIndent(text: string, { query, block, indentUnit }: Context): string {
  const lines = text.split('\n');
  if (lines.length === 1) return text;
  const foreign = indentUnit === '\t' ? foreignSpaces(lines) : lines.some((l) => l.startsWith('\t')) ? '\t' : '';
  const own = lines.map((line, i) => (i === 0 || foreign === '' ? line : convert(line, foreign, indentUnit)));
  if (!block) return own.join('\n');
  const opener = indentWidth(openerLine(query), indentUnit);
  const unit = indentUnit === '\t' ? 4 : indentUnit.length;
  const body = own.findIndex((line, i) => i > 0 && line.trim() !== '');
  // Only a cursor at the opener's end knows where the body's first line has to stand.
  if (body === -1 || lineBefore(query).trim() === '') return own.join('\n');
  const isCloser = (line: string) => /^\s*([)\]}]|end\b|fi\b|done\b|esac\b|<\/)/.test(line);
  if (isCloser(own[body] as string)) return own.join('\n');
  const shift = opener + unit - indentWidth(own[body] as string, indentUnit);
  if (shift === 0) return own.join('\n');
  return own
    .map((line, i) => {
      if (i === 0 || line.trim() === '') return line;
      const last = i === own.length - 1 && isCloser(line);
      const width = last ? opener : Math.max(opener, indentWidth(line, indentUnit) + shift);
      const indent = indentUnit === '\t' ? '\t'.repeat(Math.round(width / 4)) : ' '.repeat(width);
      return indent + line.trimStart();
    })
    .join('\n');
}

/** The unit of spaces in a text whose document has tabs: its narrowest indent; '' when it has none. */
function foreignSpaces(lines: readonly string[]): string {
  const widths = lines.slice(1).flatMap((line) => /^ +(?=\S)/.exec(line)?.[0].length ?? []);
  if (widths.length === 0) return '';
  const narrowest = Math.min(...widths);
  return ' '.repeat(narrowest % 4 === 0 ? 4 : narrowest % 3 === 0 ? 3 : 2);
}

function convert(line: string, from: string, to: string): string {
  let units = 0;
  while (line.startsWith(from, units * from.length)) units++;
  return to.repeat(units) + line.slice(units * from.length);
}

/** A line that says again what the line above the cursor says. */
function dropLineAbove(text: string, { query, before }: Context): string {
  const above = previousLine(query).trim();
  const first = (before + (text.split('\n', 1)[0] as string)).trim();
  // Items of a list may be alike, and short lines often are.
  return above.length >= 8 && first === above && !above.endsWith(',') ? '' : text;
}

/** What stands below the cursor's line already is not written again. */
function cutLinesBelow(text: string, { query, before, after }: Context): string {
  if (after.trim() !== '' && !isOnlyClosers(after)) return text;
  const [nextLine = '', second] = linesBelow(query, 2);
  const next = nextLine.trim();
  if (next === '' || isOnlyClosers(next)) return text;
  const lines = text.split('\n');
  for (const [i, line] of lines.entries()) {
    const whole = i === 0 ? before + line : line;
    // Deeper in the text's own blocks the same line is another statement.
    const alike = i === 0 ? whole.trim() === next : whole.trimEnd() === nextLine.trimEnd();
    if (!alike || next.length < 3) continue;
    // A line in the middle may be alike by chance: then what follows it has to go on alike, too.
    const following = lines.slice(i + 1).find((l) => l.trim() !== '');
    const same = following === undefined || i === 0 || second === undefined || following.trim() === second.trim();
    if (same) return lines.slice(0, i).join('\n');
  }
  return text;
}

/** Marks that do not pair up in a line, strings left out: the fewer, the likelier it is what was meant. */
function imbalance(line: string, quotes: string): number {
  const { open, strayClosers, quote } = brackets(line, quotes);
  return open.filter((b) => b !== '{').length + strayClosers.length + (quote === '' ? 0 : 1);
}

/** The end of the text that the rest of the line repeats. */
function trimOverlap(text: string, { before, after, facts }: Context): string {
  const rest = after.trimEnd();
  if (rest === '' || text.includes('\n')) return text;
  for (let length = Math.min(rest.length, text.length); length > 0; length--) {
    const overlap = rest.slice(0, length);
    if (!text.endsWith(overlap)) continue;
    const trimmed = text.slice(0, -length);
    const whole = length === rest.length;
    if (facts.family === 'prose') return whole && /\p{L}/u.test(overlap) ? trimmed : text;
    const gain = imbalance(before + text + after, facts.quotes) - imbalance(before + trimmed + after, facts.quotes);
    // Words or separators of the rest, repeated to its end, are a repetition even where both ways pair up.
    if (gain > 0 || (gain === 0 && whole && /[\p{L}\p{N}]|^[;,:.]+$/u.test(overlap))) return trimmed;
  }
  return text;
}

/** Closers that the editor has put behind the cursor and that the text writes again, with what follows them. */
function dropSuppliedClosers(text: string, { before, after, facts }: Context): string {
  const supplied = after.trimStart()[0];
  const [first, ...others] = text.split('\n');
  if (supplied === undefined || first === undefined || others.length > 0) return text;
  const excess = imbalance(before + text + after, facts.quotes);
  if (excess === 0) return text;
  const at = [...Array(text.length).keys()].find(
    (i) => text[i] === supplied && imbalance(before + text.slice(0, i) + after, facts.quotes) < excess,
  );
  if (at === undefined) return text;
  // Real text after the closer means that the closer was meant to stand before it.
  return /[\p{L}\p{N}]/u.test(text.slice(at)) ? text : text.slice(0, at);
}

/**
 * A ')' or ']' that closes nothing ends the text before it. Braces are left alone: a mark in a template or a regular
 * expression misleads the count of lines, and `shape` ends blocks already.
 */
function cutStrayClosers(text: string, { query, facts, before }: Context): string {
  if (!/[)\]]/.test(text) || lineState(query.languageId, before) !== 'code') return text;
  // Templates hold code as well, and an odd backtick in a comment must not hide the rest of the file.
  const quotes = facts.quotes.replaceAll('`', '');
  const start = query.prefix.length;
  const whole = query.prefix + text;
  const { open } = brackets(query.prefix, quotes);
  // Where only a window is known, what closes more than it opened may have been opened above it.
  if (open.length === 0 && start >= WINDOW) return text;
  const stray = brackets(whole, quotes).strayClosers.find((at) => at >= start && whole[at] !== '}');
  return stray === undefined ? text : text.slice(0, stray - start);
}

/** The closing line of a block that is closed already, behind the cursor or below. */
function dropBlockClose(text: string, { query, before, after, indentUnit }: Context): string {
  if (closesBlock(text, after)) {
    const end = text.lastIndexOf('\n');
    const last = text.slice(end + 1).trim();
    return isOnlyClosers(last) && after.trim().startsWith(last) ? text.slice(0, end) : text;
  }
  const below = linesBelow(query, 1)[0];
  if (below === undefined || !/^\s*([)\]}]|end\b|fi\b|done\b|esac\b|<\/)/.test(below)) return text;
  const lines = text.split('\n');
  const last = lines.length === 1 ? before + text : (lines.at(-1) as string);
  const closes =
    last.trim() !== '' &&
    below.trim().startsWith(last.trim()) &&
    !/[\p{L}\p{N}]/u.test(last.replace(/\b(end|fi|done|esac)\b|<\/.*>/, ''));
  if (!closes) return text;
  const same = indentWidth(last, indentUnit) === indentWidth(below, indentUnit);
  // Openers in the text may need this very line: then the one below closes something further out.
  const unclosed = lines.length > 1 && brackets(before + lines.slice(0, -1).join('\n'), '').open.length > 1;
  return same && !unclosed ? lines.slice(0, -1).join('\n') : text;
}

/** The editor has put the block's end right behind the cursor, and the text is the block's body. */
function closesBlock(text: string, after: string): boolean {
  return text.includes('\n') && after.trim() !== '' && isOnlyClosers(after);
}

/**
 * Ghost text ends in white space only where a closer behind the cursor has to come on a line of its own. Lines of code
 * do not either; in prose two spaces at a line's end mean something.
 */
function trimTrailing(text: string, { facts, before, after }: Context): string {
  if (facts.family === 'prose') return text.trimEnd();
  const trimmed = text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trimEnd();
  return closesBlock(trimmed, after) ? `${trimmed}\n${indentOf(before)}` : trimmed;
}

/** Nothing, or only closers that stand behind the cursor already. */
function dropNothingNew(text: string, { query, after }: Context): string {
  if (text.trim() === '') return '';
  const ahead = (after.trim() === '' ? (linesBelow(query, 1)[0] ?? '') : after).replace(/\s/g, '');
  const closers = text.replace(/\s/g, '');
  // On an empty rest of line, a closer is new unless the next line begins with it and the block has nothing to close.
  if (after.trim() === '' && !text.startsWith('\n')) return text;
  return isOnlyClosers(text) && ahead.startsWith(closers) ? '' : text;
}
