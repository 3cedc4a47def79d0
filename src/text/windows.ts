// What is cut out of a longer text round a cursor. Windows begin at a line where one begins near, never inside a character, and stay
// where they are from keystroke to keystroke: caches, the API's too, find a text again only if it begins with the same character.
import { lineEnd } from './lines.ts';

export interface WindowLimits {
  /** UTF-16 units before the cursor at most. */
  readonly reach: number;
  /** The window's start moves in steps of this many units of the text. */
  readonly step: number;
}

/**
 * Where the window before a cursor at `end` begins: at a line's start, where one comes within a step.
 * @param before units of a longer text before this one, which holds all that is within reach of the cursor
 */
export function windowStart(text: string, end: number, { reach, step }: WindowLimits, before = 0): number {
  const over = before + end - reach;
  if (over <= 0) return 0;
  return Math.min(end, lineStartFrom(text, Math.ceil(over / step) * step - before, step));
}

/** The next line's start at or after `at`; `at` itself (not inside a character) where no line ends within `reach`. */
export function lineStartFrom(text: string, at: number, reach: number): number {
  if (at <= 0 || text[at - 1] === '\n') return Math.max(0, at);
  const end = lineEnd(text, at, reach);
  if (text[end] === '\n' && end < at + reach) return end + 1;
  return isInsideCharacter(text, at) ? at + 1 : at;
}

/**
 * The first `limit` units, cut at a line's end where one is near.
 * @param least more than this is kept for a cut at a line's end: of a longer line, its first part
 */
export function headOf(text: string, limit: number, least = limit / 2): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit);
  if (end > least) return text.slice(0, end);
  return text.slice(0, isInsideCharacter(text, limit) ? limit - 1 : limit);
}

/** `at`, or the place before it where it lies inside a character, or inside a line end of two. */
export function boundaryBefore(text: string, at: number): number {
  return isInsideCharacter(text, at) || (text[at] === '\n' && text[at - 1] === '\r') ? at - 1 : at;
}

/** `at` lies between the halves of a character. */
function isInsideCharacter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}

export interface SteppedLimits {
  /** UTF-16 units before and after the cursor. */
  readonly prefix: number;
  readonly suffix: number;
  /** Blocks begin at multiples of this many units of the text, moved to the next line start. */
  readonly step: number;
  /** At least this many units before the cursor belong to `near`, where there are so many. */
  readonly near: number;
}

export interface SteppedWindow {
  /** Blocks of the text far above the cursor; each starts and ends at the same place as long as the text there does. */
  readonly stable: readonly string[];
  /** The text right before the cursor. */
  readonly near: string;
  /** The text right after it. */
  readonly suffix: string;
  /** Text was left out before the first block. */
  readonly cut: boolean;
}

/** How far on a line's start is looked for where a block may begin. */
const EDGE_REACH = 400;

/** What a prompt holds of a document, the part far above the cursor in blocks. */
export function steppedWindow(prefix: string, suffix: string, limits: SteppedLimits): SteppedWindow {
  const { step } = limits;
  const over = prefix.length - limits.prefix;
  const start = over > 0 ? lineStartFrom(prefix, Math.ceil(over / step) * step, EDGE_REACH) : 0;
  const stable: string[] = [];
  let from = start;
  for (let edge = (Math.floor(start / step) + 1) * step; edge <= prefix.length - limits.near; edge += step) {
    const to = lineStartFrom(prefix, edge, EDGE_REACH);
    if (to > prefix.length - limits.near / 2) break;
    if (to > from && prefix.slice(from, to).trim() !== '') {
      stable.push(prefix.slice(from, to));
      from = to;
    }
  }
  return { stable, near: prefix.slice(from), suffix: headOf(suffix, limits.suffix), cut: start > 0 };
}

/** The same text for who keeps it: a piece of a longer one holds all of that in memory. */
export function apart(piece: string): string {
  // A text that is put together anew is written out before it is cut.
  return ` ${piece}`.slice(1);
}
