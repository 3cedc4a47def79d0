// Windows of a long text around a cursor. A window begins at a line start if one is near, never inside a character. Its
// start stays the same between keystrokes, because caches (also the API's) need equal beginnings.
import type { CompletionQuery } from '../common/completion.ts';
import { lineEnd } from './lines.ts';

export interface WindowLimits {
  /** UTF-16 units before the cursor at most. */
  readonly reach: number;
  /** The window's start moves in steps of this many units of the text, so that caches keyed by it stay valid. */
  readonly step: number;
}

/**
 * Start of the window before a cursor at `end`: a line's start, if one is within a step.
 * @param before how many units of the document precede `text`, if `text` is only its end. `text` has to contain the
 * last `reach` units before the cursor.
 */
export function windowStart(text: string, end: number, { reach, step }: WindowLimits, before = 0): number {
  const excess = before + end - reach;
  if (excess <= 0) return 0;
  return Math.min(end, lineStartFrom(text, Math.ceil(excess / step) * step - before, step));
}

/**
 * The next line start at or after `at`. If none is within `reach`: `at`, or `at + 1` if `at` splits a surrogate pair.
 */
export function lineStartFrom(text: string, at: number, reach: number): number {
  if (at <= 0 || text[at - 1] === '\n') return Math.max(0, at);
  const end = lineEnd(text, at, reach);
  if (text[end] === '\n' && end < at + reach) return end + 1;
  return isInsideCharacter(text, at) ? at + 1 : at;
}

/**
 * The first `limit` units, cut at a line's end if that keeps more than `least` units.
 */
export function headOf(text: string, limit: number, least = limit / 2): string {
  if (text.length <= limit) return text;
  const end = text.lastIndexOf('\n', limit);
  if (end > least) return text.slice(0, end);
  return text.slice(0, isInsideCharacter(text, limit) ? limit - 1 : limit);
}

/** `at`, or the offset before it if it is inside a character or between '\r' and '\n'. */
export function boundaryBefore(text: string, at: number): number {
  return isInsideCharacter(text, at) || (text[at] === '\n' && text[at - 1] === '\r') ? at - 1 : at;
}

/** Whether `at` is between the halves of a surrogate pair. */
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
  /** Least length of `near`, UTF-16 units, if the prefix is that long. */
  readonly near: number;
}

export interface SteppedWindow {
  /** Blocks far above the cursor; a block stays the same as long as its text does. */
  readonly stable: readonly string[];
  /** The text right before the cursor. */
  readonly near: string;
  /** The text right after it. */
  readonly suffix: string;
  /** Text was left out before the first block. */
  readonly cut: boolean;
}

/** Distance within which a block's start moves to a line start, UTF-16 units. */
const EDGE_REACH = 400;

/** The part of a document for a prompt; the text far above the cursor is divided into blocks. */
export function steppedWindow(prefix: string, suffix: string, limits: SteppedLimits): SteppedWindow {
  const { step } = limits;
  const excess = prefix.length - limits.prefix;
  const start = excess > 0 ? lineStartFrom(prefix, Math.ceil(excess / step) * step, EDGE_REACH) : 0;
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

/**
 * A query's text before and after the cursor, UTF-16 units: whole files up to about 64 KB, a window of larger files. A
 * window that was cut has at least `leastCut`: its start moves by at most two steps, and carriage returns are removed.
 */
export const QUERY_WINDOW = {
  prefix: { reach: 48_000, step: 8192, leastCut: 30_000 },
  suffix: { reach: 16_000, leastCut: 12_800 },
} as const;

/** Whether the query may lack the document's start, or its end. */
export function cutOf({ prefix, suffix }: Pick<CompletionQuery, 'prefix' | 'suffix'>) {
  return {
    start: prefix.length >= QUERY_WINDOW.prefix.leastCut,
    end: suffix.length >= QUERY_WINDOW.suffix.leastCut,
  };
}

/** A copy of a slice for long storage: the slice itself keeps the whole text in memory. */
export function detachString(piece: string): string {
  // Concatenation and slicing make V8 write out a new string.
  return ` ${piece}`.slice(1);
}
