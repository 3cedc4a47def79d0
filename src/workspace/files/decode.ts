// Decodes a file's bytes to text in any encoding; undefined for binary files.

import { isAscii, isUtf8 } from 'node:buffer';
import { toLineFeeds } from '../../text/lines.ts';

/** Windows-1252's characters for 0x80..0x9f, where Latin-1 has control characters. https://encoding.spec.whatwg.org */
const windows1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

/** Number of bytes checked to recognise a binary file. */
const sampleBytes = 8192;
/** Maximum shares of control characters, and of non-ASCII bytes in a file that is not UTF-8. */
const maxControlShare = 0.01;
const maxNonAsciiShare = 0.3;

/**
 * Decodes UTF-8, UTF-16 with a byte order mark, or else Windows-1252. Removes the mark and converts line ends to '\n'.
 * Returns undefined for binary files, UTF-32, and encodings that cannot be distinguished (Shift-JIS, GBK).
 */
export function decodeText(bytes: Buffer): string | undefined {
  const text = decodeBytes(bytes);
  return text === undefined ? undefined : toLineFeeds(text);
}

function decodeBytes(bytes: Buffer): string | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe && !(c === 0 && d === 0)) return decodeUtf16(bytes.subarray(2), 'le');
  if (a === 0xfe && b === 0xff) return decodeUtf16(bytes.subarray(2), 'be');
  const start = a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  const body = bytes.subarray(start);
  const sample = body.subarray(0, sampleBytes);
  if (controlShare(sample) > maxControlShare) return undefined;
  if (body.includes(0)) return undefined;
  if (isAscii(body)) return body.toString('latin1');
  return isUtf8(body) ? body.toString('utf8') : decodeWindows1252(body, sample);
}

function decodeUtf16(bytes: Buffer, order: 'le' | 'be'): string | undefined {
  if (bytes.length % 2 !== 0) return undefined;
  const text = (order === 'le' ? bytes : Buffer.from(bytes).swap16()).toString('utf16le');
  if (!text.isWellFormed() || text.includes('\0')) return undefined;
  // Random byte pairs may be well formed, but nearly always contain unassigned or control characters.
  const sample = text.slice(0, sampleBytes / 2);
  const unusual = sample.match(/[\p{Cn}\p{Co}]|(?![\t\n\f\r])\p{Cc}/gu)?.length ?? 0;
  return unusual / sample.length > maxControlShare ? undefined : text;
}

function decodeWindows1252(body: Buffer, sample: Buffer): string | undefined {
  let nonAsciiBytes = 0;
  for (const byte of sample) if (byte >= 0x80) nonAsciiBytes++;
  if (nonAsciiBytes / sample.length > maxNonAsciiShare) return undefined;
  return body
    .toString('latin1')
    .replace(/[\x80-\x9f]/g, (character) => windows1252[character.charCodeAt(0) - 0x80] ?? character);
}

/** The share of bytes that are control characters other than tab, line ends, form feed and escape. */
function controlShare(sample: Buffer): number {
  let controls = 0;
  for (const byte of sample)
    if ((byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) || byte === 0x7f)
      controls++;
  return sample.length === 0 ? 0 : controls / sample.length;
}
