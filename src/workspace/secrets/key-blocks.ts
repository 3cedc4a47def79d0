// Finds private keys in Base64 between BEGIN and END: whole, in string literals, escaped, in a log, or without one end.
// A key's value is its lines joined with '\n', so that each single line is known as well.
import { matchAt, skip } from '../../text/match-at.ts';
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
    const endMatch = matchAt(endLine, text, body.end);
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
function bodyAfter(text: string, from: number, most = maxKeyLength): { end: number; value: string } | undefined {
  let at = from;
  let end = from;
  const pieces: string[] = [];
  let length = 0;
  let isDiff = false;
  const limit = from + maxKeyLength;
  while (at < limit && length < most) {
    const headerEnd = skip(header, text, at);
    if (headerEnd > at) {
      at = headerEnd;
      continue;
    }
    const pieceEnd = skip(base64, text, at);
    if (pieceEnd > at) {
      const piece = `${plusBefore(text, at, pieceEnd - at, pieces, isDiff)}${text.slice(at, pieceEnd)}`;
      // Words after the key are prose or code. The last line of a key may be short.
      if (length >= 40 && !isBody(piece) && (most === maxKeyLength || length + piece.length > most)) break;
      if (pieces.length === 0) isDiff = /[-+]/.test(text[at - 1] ?? '');
      pieces.push(piece);
      length += piece.length;
      [at, end] = [pieceEnd, pieceEnd];
      continue;
    }
    const next = skip(separators, text, at);
    if (next === at || text.startsWith('-----', at) || text.startsWith('---- ', at)) break;
    at = next;
    // The dashes belong to the END line.
    if (text.slice(end, at).includes('----')) break;
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

/** A line of wrapped Base64; programs wrap at 64 or 76 columns. */
const wrappedLine = /(?<![A-Za-z\d+/])[A-Za-z\d+/]{60,78}(?![A-Za-z\d+/])/g;
/** Words shortly before the body that mark a private key. */
const privateKeyWords = /priv(?:ate)?[ _-]?key|secret[ _-]?key|(?:ssh|rsa|ec|signing|deploy|host)[ _-]?key|\bpem\b/i;
const publicKeyWords = /public|\bcert|\bcsr\b|\bcrl\b|signature|-----/i;

export function findKeyBodies({ text }: SearchedText): Found[] {
  return [...keysInDer(text), ...keyBodies(text), ...webTokens(text)];
}

const derStart = /(?:(?<![\w+/-])|(?<=\\[nrt]))(?:M[A-P][A-Za-z\d+/]{14,}|b3BlbnNzaC1rZXktdjE)/g;
/**
 * In hexadecimal, what follows the head of the outer sequence: a version and the modulus, algorithm or octets of a key,
 * the version of a PKCS #12 store, or the algorithm of an encrypted key.
 */
const derKey = /^(?:020100(?:02|30)|020101(?:04|30)|02010330|30..06092a864886f70d0105)/;
const derInHex =
  /(?<![\da-fA-F])(?:0x)?((?:30(?:82[\da-f]{4}|81[\da-f]{2}|[\da-f]{2})02010(?:0(?:028[12]|30)|104(?:20|30|42))|6f70656e7373682d6b65792d7631)[\da-f]{40,})/gi;

/** Private keys that begin with their DER structure or with the head of an OpenSSH key, in lines of any length. */
function keysInDer(text: string): Found[] {
  const found: Found[] = [];
  for (const { 0: run, index } of text.matchAll(derStart)) {
    const length = run.startsWith('b3') ? undefined : derLength(run);
    if (length === 0) continue;
    const body = bodyAfter(text, index, length);
    if (body !== undefined) found.push({ start: index, ...body });
  }
  for (const { 0: whole, 1: value = '', index } of text.matchAll(derInHex))
    found.push({ start: index, end: index + whole.length, value });
  return found;
}

/** @returns the length of a private key in Base64, by the head of its outer sequence; 0 if it is something else */
function derLength(run: string): number {
  const bytes = Buffer.from(run.slice(0, 64), 'base64');
  const [tag, short = 0, high = 0, low = 0] = bytes;
  const [head, length] = short === 0x82 ? [4, high * 256 + low] : short === 0x81 ? [3, high] : [2, short];
  if (tag !== 0x30 || length < 40 || !derKey.test(bytes.toString('hex', head))) return 0;
  return Math.ceil((head + length) / 3) * 4;
}

function keyBodies(text: string): Found[] {
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const { 0: line, index: start } of text.matchAll(wrappedLine)) {
    if (start < searchedUntil) continue;
    const before = text.slice(Math.max(0, start - 120), start);
    if (!privateKeyWords.test(before) || publicKeyWords.test(before)) continue;
    if (randomness(line.slice(20)) === 0) continue;
    const body = bodyAfter(text, start);
    if (body === undefined || body.value.split('\n').length < 3) continue;
    found.push({ start, ...body });
    searchedUntil = body.end;
  }
  return found;
}

const tokenHeader = /eyJ[\w-]{12,300}/g;
const tokenPiece = /[\w-]{16,4000}/;
/** Maximum distance between two pieces, in UTF-16 units: quotes, a comma, the next variable's name. */
const maxGap = 48;
const maxPieces = 12;

/** Web tokens in pieces: `["eyJhbGci...", "eyJzdWIi...", "k3Jd..."]`, on lines of YAML, in consecutive variables. */
function webTokens(text: string): Found[] {
  if (!text.includes('eyJ')) return [];
  const found: Found[] = [];
  tokenHeader.lastIndex = 0;
  for (let match = tokenHeader.exec(text); match !== null; match = tokenHeader.exec(text)) {
    if (!Buffer.from(match[0], 'base64url').toString('latin1').includes('"alg"')) continue;
    const pieces = [{ start: match.index, end: tokenHeader.lastIndex }];
    for (let at = tokenHeader.lastIndex; pieces.length < maxPieces; ) {
      const next = tokenPiece.exec(text.slice(at, at + maxGap + 4000));
      if (next === null || next.index > maxGap) break;
      if (!next[0].startsWith('eyJ') && randomness(next[0]) === 0) break;
      pieces.push({ start: at + next.index, end: at + next.index + next[0].length });
      at += next.index + next[0].length;
    }
    tokenHeader.lastIndex = pieces.at(-1)?.end ?? tokenHeader.lastIndex;
    if (pieces.length > 1)
      for (const { start, end } of pieces) found.push({ start, end, value: text.slice(start, end) });
  }
  return found;
}
