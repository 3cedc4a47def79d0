// Decodes encoded pieces of a text: base64, hexadecimal digits, UTF-16 inside them, wrapped lines, entities,
// `\\u00e9`, and joined literals.
// Known secrets are searched for in the decoded text, so their encodings need not be listed one by one.

import { skip } from '../../text/match-at.ts';
import { expression } from './expressions.ts';
import type { Span } from './searched-text.ts';

export interface Decoded {
  readonly text: string;
  /** Maps a range of `text` to ranges in the original text. */
  readonly spans: (start: number, end: number) => Span[];
}

/** Characters of an encoded piece, including dots and percent signs of URLs. Shorter runs contain no secret. */
const encodedRun = /[\w+/=%.-]{10,}/g;
/** Base64 whose first three bytes are ASCII or a byte order mark of UTF-16 or UTF-8. Anything else is noise. */
const base64Run =
  /(?<![\w+/-])(?:[I-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589]|\/\/4|77u)[A-Za-z\d+/_-]{7,}/g;
const hexRun = /[\da-fA-F]{12,}/g;
/** `54:72`, `54 72`, `\x54\x72`, `\u0054`, `0x54, 0x72`, `%54%72`. */
const spacedHex =
  /(?:(?:\\x|\\u00|0x|%)[\da-fA-F]{2}(?:,[ ]{0,2})?){6,}|(?<![\da-fA-F])[\da-fA-F]{2}(?:[: -][\da-fA-F]{2}){5,}/g;
const hexPair = /(?:\\x|\\u00|0x|%)?([\da-fA-F]{2})/g;
/** Minimum length of the first line of a wrapped text. */
const leastLine = 16;
/** Minimum length of a secret's part on one line. */
const leastPart = 3;
const lineRest = /[\w+/=%.-]{4,}/y;
/** The text between two lines: in plain text, in a comment, between joined literals, or escaped in one literal. */
const lineJoin = expression('end of a line of encoded text', 'y');

/** An entity, or the escape of a character as JSON writers of Python and PHP write it. */
const escapedUnit = /&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));|\\{1,4}u([\da-fA-F]{4})/g;
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The text between two joined literals. */
const literalJoin =
  /(["'`])[ \t]{0,8}(?:(?:\+|\.{1,2}|&|~|\|\|)\s{0,80}|\\?\r?\n\s{0,80}(?:[+.&][ \t]{0,8})?|[ \t])\1/g;
/** Maximum length of a literal that is joined, in UTF-16 units. */
const longestLiteral = 400;

/** Six printable characters. A run that decodes to noise was not encoded. */
const readable = /[\x20-\x7e]{6}/;

/** Yields the decoded text of each encoded piece. */
export function* decodedIn(text: string): Generator<Decoded> {
  encodedRun.lastIndex = 0;
  for (let match = encodedRun.exec(text); match !== null; match = encodedRun.exec(text)) {
    const at = match.index;
    const end = encodedRun.lastIndex;
    for (const { 0: found, index } of match[0].matchAll(base64Run))
      yield* textsInBytes(Buffer.from(found, 'base64'), spanMapper(at + index, found.length, 4 / 3));
    for (const { 0: found, index } of match[0].matchAll(hexRun)) yield* hexadecimal(found, at + index);
    const pieces = end - at < leastLine ? [] : linesFrom(text, at, end);
    if (pieces.length > 1) yield joinLines(text, pieces);
    encodedRun.lastIndex = Math.max(end, pieces.at(-1)?.end ?? end);
  }
  for (const { 0: found, index } of text.matchAll(spacedHex)) yield* hexadecimal(found, index);
  yield* unescapedIn(text);
  yield* joinedLiterals(text);
}

function characterOf([whole, decimal, hex, name, json]: RegExpExecArray): string {
  if (name !== undefined) return entities[name] ?? whole;
  const code = decimal === undefined ? Number.parseInt(hex ?? json ?? '', 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

/** The runs of text without a gap of a thousand units between two escapes. */
function* unescapedIn(text: string): Generator<Decoded> {
  const gap = 1000;
  let units: string[] = [];
  /** The offset in the original text of each unit. */
  let offsets: number[] = [];
  let end = 0;
  const copy = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      units.push(text[at] as string);
      offsets.push(at);
    }
    end = to;
  };
  const decoded = (): Decoded => {
    const [starts, last] = [offsets, end];
    return {
      text: units.join(''),
      spans: (from, to) => [{ start: starts[from] as number, end: starts[to] ?? last }],
    };
  };
  for (const match of text.matchAll(escapedUnit)) {
    if (units.length > 0 && match.index - end > gap) {
      copy(end, end + gap / 2);
      yield decoded();
      [units, offsets] = [[], []];
    }
    copy(units.length > 0 ? end : Math.max(end, match.index - gap / 2), match.index);
    for (const unit of characterOf(match).split('')) {
      units.push(unit);
      offsets.push(match.index);
    }
    end = match.index + match[0].length;
  }
  if (units.length === 0) return;
  copy(end, Math.min(text.length, end + gap / 2));
  yield decoded();
}

/** `"first half" + "second half"` */
function* joinedLiterals(text: string): Generator<Decoded> {
  let pieces: Span[] = [];
  for (const { 0: join, index } of text.matchAll(literalJoin)) {
    const last = pieces.at(-1);
    if (last !== undefined && index - last.start <= longestLiteral && index >= last.start)
      pieces[pieces.length - 1] = { start: last.start, end: index };
    else {
      if (pieces.length > 1) yield joinLines(text, pieces);
      pieces = [{ start: Math.max(last?.start ?? 0, index - longestLiteral), end: index }];
    }
    const start = index + join.length;
    pieces.push({ start, end: Math.min(text.length, start + longestLiteral) });
  }
  if (pieces.length > 1) yield joinLines(text, pieces);
}

/** @param units encoded characters per byte */
function spanMapper(at: number, length: number, units: number): (start: number, end: number) => Span {
  return (start, end) => ({
    start: at + Math.floor(start * units),
    end: at + Math.min(length, Math.ceil(end * units)),
  });
}

/** Yields the bytes as text, one character per byte, and as UTF-16. */
function* textsInBytes(bytes: Buffer, span: (start: number, end: number) => Span): Generator<Decoded> {
  const text = bytes.toString('latin1');
  if (readable.test(text)) yield { text, spans: (start, end) => [span(start, end)] };
  for (const offset of [0, 1]) {
    // In UTF-16, every other byte of ASCII text is 0.
    if (bytes[offset + 1] !== 0 && bytes[offset + 5] !== 0) continue;
    // A copy, because Node 24 corrupts memory where UTF-16 begins at an odd address or has an odd length.
    const wide = Buffer.from(bytes.subarray(offset, bytes.length - ((bytes.length - offset) % 2))).toString('utf16le');
    if (readable.test(wide)) yield { text: wide, spans: (start, end) => [span(offset + 2 * start, offset + 2 * end)] };
  }
}

function* hexadecimal(digits: string, index: number): Generator<Decoded> {
  // Without separators, pairs of digits may begin at either of two offsets.
  for (const skip of /^[\da-fA-F]{13}/.test(digits) ? [0, 1] : [0]) {
    const pairs = [...digits.slice(skip).matchAll(hexPair)];
    const bytes = Buffer.from(pairs.map((pair) => pair[1]).join(''), 'hex');
    yield* textsInBytes(bytes, (start, end) => {
      const last = pairs[end - 1] as RegExpExecArray;
      return {
        start: index + skip + (pairs[start] as RegExpExecArray).index,
        end: index + skip + last.index + last[0].length,
      };
    });
  }
}

/** A run of characters and its continuations on the next lines. */
function linesFrom(text: string, start: number, end: number): Span[] {
  const pieces: Span[] = [{ start, end }];
  for (let at = end; ; ) {
    const next = skip(lineJoin, text, at);
    if (next === at) return pieces;
    at = skip(lineRest, text, next);
    if (at === next) return pieces;
    pieces.push({ start: next, end: at });
  }
}

function joinLines(text: string, pieces: readonly Span[]): Decoded {
  return {
    text: pieces.map(({ start, end }) => text.slice(start, end)).join(''),
    spans: (start, end) => {
      const found: Span[] = [];
      let before = 0;
      for (const piece of pieces) {
        const from = Math.max(start - before, 0);
        const to = Math.min(end - before, piece.end - piece.start);
        // A few characters of a line may match by chance, so a short part counts only if it is the whole line.
        const isWhole = to - from === piece.end - piece.start;
        if (to - from >= (isWhole ? 1 : leastPart)) found.push({ start: piece.start + from, end: piece.start + to });
        before += piece.end - piece.start;
      }
      return found;
    },
  };
}
