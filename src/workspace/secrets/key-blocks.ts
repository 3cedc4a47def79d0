// Finds private keys in Base64 between BEGIN and END: whole, in string literals, escaped, in a log, or without one end.
// A key's value is its lines joined with '\n', so that each single line is known as well.

import { bitsPerCharacter } from './noise.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { randomness } from './values.ts';

const secretBlock =
  /(?:[A-Z\d ]{0,30}PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1|[A-Z\d ]{0,30}SECRET KEY(?: BLOCK)?|SSH2 ENCRYPTED PRIVATE KEY)/
    .source;
const beginLine = new RegExp(`-----BEGIN ${secretBlock}-----|---- BEGIN ${secretBlock} ----|Private-Lines: \\d+`, 'g');
const endLine = new RegExp(`-----END ${secretBlock}-----|---- END ${secretBlock} ----`, 'g');
/** Maximum length of a key, in UTF-16 units. */
const maxKeyLength = 20_000;
const separators = /(?:\\[nrt]|&#1[03];|\/\/(?=\s)|[\s"'`+,;()>*#|\\.&-])+/y;
const base64 = /(?!\/\/\s)[A-Za-z\d+/=]+/y;
const header =
  /(?:Proc-Type|DEK-Info|Comment|Version|Hash|Charset|Subject|MessageID|Key Attributes|X-[\w-]+):[^\n\\]{0,200}/y;

export function findKeyBlocks({ text }: SearchedText): Found[] {
  const found: Found[] = [];
  if (!/--[ ]?(?:BEGIN|END) |Private-Lines: /.test(text)) return found;
  let searchedUntil = 0;
  for (const match of text.matchAll(beginLine)) {
    const from = match.index + match[0].length;
    const body = bodyAfter(text, from);
    if (body === undefined) {
      found.push(...keyInLog(text, from));
      continue;
    }
    endLine.lastIndex = body.end;
    const endMatch = endLine.exec(text);
    endLine.lastIndex = 0;
    const end = endMatch !== null && endMatch.index - body.end < 40 ? endMatch.index + endMatch[0].length : body.end;
    found.push({ start: match.index, end, value: body.value });
    searchedUntil = end;
  }
  // An END line whose BEGIN line is before the text or missing.
  for (const match of text.matchAll(endLine)) {
    if (match.index < searchedUntil && found.some(({ start, end }) => start < match.index && match.index < end))
      continue;
    const body = bodyBefore(text, match.index);
    if (body !== undefined) found.push({ ...body, end: match.index + match[0].length });
  }
  return found;
}

/** @param most the length of the body in Base64, if it is known */
export function bodyAfter(text: string, from: number, most = maxKeyLength): { end: number; value: string } | undefined {
  let at = from;
  let end = from;
  const pieces: string[] = [];
  let length = 0;
  let isDiff = false;
  const limit = from + maxKeyLength;
  while (at < limit && length < most) {
    header.lastIndex = at;
    if (header.test(text)) {
      at = header.lastIndex;
      continue;
    }
    base64.lastIndex = at;
    if (base64.test(text)) {
      const piece = `${plusBefore(text, at, base64.lastIndex - at, pieces, isDiff)}${text.slice(at, base64.lastIndex)}`;
      // Words after the key are prose or code. The last line of a key may be short.
      if (length >= 40 && !isBody(piece) && (most === maxKeyLength || length + piece.length > most)) break;
      if (pieces.length === 0) isDiff = /[-+]/.test(text[at - 1] ?? '');
      pieces.push(piece);
      length += piece.length;
      at = base64.lastIndex;
      end = at;
      continue;
    }
    separators.lastIndex = at;
    if (text.startsWith('-----', at) || text.startsWith('---- ', at) || !separators.test(text)) break;
    at = separators.lastIndex;
    // The dashes belong to the END line.
    const dashes = text.slice(end, at).search(/----/);
    if (dashes >= 0) break;
  }
  const sample = pieces.join('').slice(0, 200);
  return length >= 32 && (randomness(sample) > 0 || length > 120) ? { end, value: pieces.join('\n') } : undefined;
}

/**
 * Returns '+' if the plus before a line is part of the key, not a diff mark or an operator between literals.
 * All lines of a key but the last have the same length, so a line without its '+' is one character too short.
 * The last line gets its '+' only if the text is not a diff.
 */
function plusBefore(text: string, at: number, length: number, otherLines: readonly string[], isDiff = true): '+' | '' {
  if (text[at - 1] !== '+') return '';
  const isShort = otherLines.every((line) => line.length > length + 1);
  return otherLines.some((line) => line.length === length + 1) || (isShort && !isDiff) ? '+' : '';
}

/**
 * Finds a key that was logged line by line; returns a range for each piece. Each line has a prefix before its piece,
 * and unrelated lines may lie between them.
 */
function keyInLog(text: string, from: number): Found[] {
  const body = text.slice(from, from + 2 * maxKeyLength);
  const end = body.search(endLine);
  if (end < 0) return [];
  const lines = [...body.slice(0, end).matchAll(/[^\n]+/g)];
  const pieces = lines.slice(1, -1).flatMap((line) => {
    const piece = /(?<![A-Za-z\d+/=])([A-Za-z\d+/]{4,}={0,2})["'`\s,;)}\]\\]*$/.exec(line[0]);
    if (piece === null) return [];
    const start = from + line.index + piece.index;
    return [{ start, text: piece[1] as string }];
  });
  // The last piece may be short. Every other piece must look random.
  const keyPieces = pieces.filter(({ text }, i) =>
    i === pieces.length - 1 ? isBody(text) : text.length >= 16 && isBody(text),
  );
  const value = keyPieces.map(({ text }) => text).join('\n');
  if (value.length < 32 || randomness(value.slice(0, 200).replaceAll('\n', '')) === 0) return [];
  return keyPieces.map(({ start, text }) => ({ start, end: start + text.length, value }));
}

function isBody(piece: string): boolean {
  return piece.length >= 16
    ? bitsPerCharacter(piece) >= 4.2
    : /[\d+/=]/.test(piece) || /[a-z][A-Z]|^[A-Z]{2}/.test(piece) || piece.endsWith('=');
}

function bodyBefore(text: string, from: number): { start: number; value: string } | undefined {
  let start = from;
  /** In reverse order, last line first. */
  const lines: string[] = [];
  // Split at line ends, or at escaped line ends.
  for (let end = from; end > Math.max(0, from - maxKeyLength); ) {
    const before = text.slice(Math.max(0, end - 300), end);
    const separator = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\\n'), before.lastIndexOf('\\r'));
    const at = end - before.length + (separator < 0 ? 0 : separator + (before[separator] === '\n' ? 1 : 2));
    const line = text.slice(at, end);
    const next = separator < 0 ? at : at - (before[separator] === '\n' ? 1 : 2);
    if (!/^[\s"'`+,;()>*#|\\./-]*$/.test(line)) {
      const match =
        /^([\s"'`+,;()>*#|\\.]*(?![\s"'`+,;()>*#|\\.])(?:\/\/\s*)?)([A-Za-z\d+/]+(?![A-Za-z\d+/])={0,2})[\s"'`+,;)\\]*$/.exec(
          line,
        );
      const core = match?.[2];
      if (match === null || core === undefined || !(isBody(core) || core.length < 16)) {
        // The first line may be cut off, and the start of a literal may precede it.
        const last = /(?<![A-Za-z\d+/])([A-Za-z\d+/]{32,}(?![A-Za-z\d+/])={0,2})[\s"'`+,;)\\]*$/.exec(line);
        const lastRun = last?.[1];
        if (last === null || lastRun === undefined || randomness(lastRun) === 0) break;
        return { start: at + last.index, value: [...lines, lastRun].reverse().join('\n') };
      }
      start = at + (match[1]?.length ?? 0);
      lines.push(`${plusBefore(text, start, core.length, lines)}${core}`);
    }
    if (next <= 0 || next === end) break;
    end = next;
  }
  const value = lines.reverse().join('\n');
  return value.length >= 20 ? { start, value } : undefined;
}
