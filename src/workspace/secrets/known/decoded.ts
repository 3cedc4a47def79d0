// Pieces of a text that hold another text: base64, base32 and hexadecimal digits, UTF-16 in them, and lines that were
// wrapped.
// A known secret is looked for in what they hold, so that its encodings need not be listed one by one.

export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Decoded {
  readonly text: string;
  /** Where these characters of `text` stand in the text that was decoded. */
  readonly spans: (start: number, end: number) => Span[];
}

/** What one encoded piece is made of, an address's dots and percent signs included. Shorter runs hold no secret. */
const run = /[\w+/=%.-]{10,}/g;
/**
 * Beginnings of ASCII by the bits of its first three bytes, and of the byte order marks of UTF-16 and UTF-8; the rest
 * is noise.
 */
const base64Run =
  /(?<![\w+/-])(?:[I-Za-f][A-HQ-Xg-nw-z0-3][ABEFIJMNQRUVYZcdghklopstwx014589]|\/\/4|77u)[A-Za-z\d+/_-]{7,}/g;
/** Letters of one case and a digit, else it is a word. */
const base32Run = /(?<![A-Za-z\d])(?:(?=[A-Z]*\d)[A-Z2-7]{10,}|(?=[a-z]*\d)[a-z2-7]{10,})/g;
const hexRun = /[\da-fA-F]{12,}/g;
/** `54:72`, `54 72`, `\x54\x72`, `\u0054`, `0x54, 0x72`, `%54%72`. */
const spacedHex =
  /(?:(?:\\x|\\u00|0x|%)[\da-fA-F]{2}(?:,[ ]{0,2})?){6,}|(?<![\da-fA-F])[\da-fA-F]{2}(?:[: -][\da-fA-F]{2}){5,}/g;
const hexPair = /(?:\\x|\\u00|0x|%)?([\da-fA-F]{2})/g;
/** The first line of a wrapped one, and the others. */
const leastLine = 16;
/** Of a secret that goes on in another line. */
const leastPart = 3;
const lineRest = /[\w+/=%.-]{4,}/y;
/** Between two lines: in a text, in a comment, in literals that are joined, or escaped in one literal. */
const joint =
  /(?:\\r)?\\n(?!["'`]?[ \t]{0,8}[+\\]?[ \t]{0,8}\r?\n)|(?:\\r)?(?:\\n)?["'`]?[ \t]{0,8}(?:[+\\&.,][ \t]{0,8})?\r?\n[ \t]{0,80}(?:(?:[+.&>#*;]|\/\/)[ \t]{0,8})?["'`]?/y;

/** Six characters that a keyboard has: what decodes to noise was not encoded. */
const readable = /[\x20-\x7e]{6}/;

export function* decodedIn(text: string): Generator<Decoded> {
  run.lastIndex = 0;
  for (let match = run.exec(text); match !== null; match = run.exec(text)) {
    const at = match.index;
    const end = run.lastIndex;
    for (const { 0: found, index } of match[0].matchAll(base64Run))
      yield* ofBytes(Buffer.from(found, 'base64'), within(at + index, found.length, 4 / 3));
    for (const { 0: found, index } of match[0].matchAll(base32Run))
      yield* ofBytes(base32Decoded(found), within(at + index, found.length, 8 / 5));
    for (const { 0: found, index } of match[0].matchAll(hexRun)) yield* hexadecimal(found, at + index);
    const pieces = end - at < leastLine ? [] : linesFrom(text, at, end);
    if (pieces.length > 1) yield joined(text, pieces);
    run.lastIndex = Math.max(end, pieces.at(-1)?.end ?? end);
  }
  for (const { 0: found, index } of text.matchAll(spacedHex)) yield* hexadecimal(found, index);
}

/** @param units of the encoded text for a byte */
function within(at: number, length: number, units: number): (start: number, end: number) => Span {
  return (start, end) => ({
    start: at + Math.floor(start * units),
    end: at + Math.min(length, Math.ceil(end * units)),
  });
}

/** What bytes hold in UTF-8, of which a character is a byte here, and in UTF-16. */
function* ofBytes(bytes: Buffer, span: (start: number, end: number) => Span): Generator<Decoded> {
  const text = bytes.toString('latin1');
  if (readable.test(text)) yield { text, spans: (start, end) => [span(start, end)] };
  for (const offset of [0, 1]) {
    // Of ASCII in UTF-16 every other byte is 0.
    if (bytes[offset + 1] !== 0 && bytes[offset + 5] !== 0) continue;
    const wide = bytes.subarray(offset).toString('utf16le');
    if (readable.test(wide)) yield { text: wide, spans: (start, end) => [span(offset + 2 * start, offset + 2 * end)] };
  }
}

const base32Digits = 'abcdefghijklmnopqrstuvwxyz234567';

function base32Decoded(run: string): Buffer {
  const bytes = Buffer.alloc(Math.floor((run.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of run.toLowerCase()) {
    held = ((held << 5) | base32Digits.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (held >> bits) & 0xff;
  }
  return bytes;
}

function* hexadecimal(run: string, index: number): Generator<Decoded> {
  // Digits without separators may begin at either of two.
  for (const skip of /^[\da-fA-F]{13}/.test(run) ? [0, 1] : [0]) {
    const pairs = [...run.slice(skip).matchAll(hexPair)];
    const bytes = Buffer.from(pairs.map((pair) => pair[1]).join(''), 'hex');
    yield* ofBytes(bytes, (start, end) => {
      const last = pairs[end - 1] as RegExpExecArray;
      return {
        start: index + skip + (pairs[start] as RegExpExecArray).index,
        end: index + skip + last.index + last[0].length,
      };
    });
  }
}

/** A run of characters and those that it goes on with in the next lines. */
function linesFrom(text: string, start: number, end: number): Span[] {
  const pieces: Span[] = [{ start, end }];
  for (let at = end; ; ) {
    joint.lastIndex = at;
    if (!joint.test(text)) return pieces;
    lineRest.lastIndex = joint.lastIndex;
    if (!lineRest.test(text)) return pieces;
    at = lineRest.lastIndex;
    pieces.push({ start: joint.lastIndex, end: at });
  }
}

function joined(text: string, pieces: readonly Span[]): Decoded {
  return {
    text: pieces.map(({ start, end }) => text.slice(start, end)).join(''),
    spans: (start, end) => {
      const found: Span[] = [];
      let before = 0;
      for (const piece of pieces) {
        const from = Math.max(start - before, 0);
        const to = Math.min(end - before, piece.end - piece.start);
        // The next line's first characters may equal a known value's by chance: a part that ends there is no part of
        // it.
        const isWhole = to - from === piece.end - piece.start;
        if (to - from >= (isWhole ? 1 : leastPart)) found.push({ start: piece.start + from, end: piece.start + to });
        before += piece.end - piece.start;
      }
      return found;
    },
  };
}
