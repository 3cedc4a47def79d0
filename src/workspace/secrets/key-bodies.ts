// Finds private keys without a BEGIN line, as lines of Base64, and JSON web tokens that are split into pieces.

import { bodyAfter } from './key-blocks.ts';
import type { Found, SearchedText } from './searched-text.ts';
import { randomness } from './values.ts';

/** Line length of wrapped Base64; programs wrap at 64 or 76 columns. */
const shortestLine = 60;
const longestLine = 78;
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
  // A run as long as a line covers at least one of every 60 offsets, so only those are tested.
  for (let at = shortestLine - 1; at < text.length; at += shortestLine) {
    if (!isBase64(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && at - start < longestLine && isBase64(text.charCodeAt(start - 1))) start--;
    let end = at;
    while (end < text.length && end - start <= longestLine && isBase64(text.charCodeAt(end))) end++;
    if (end - start < shortestLine || end - start > longestLine) continue;
    const before = text.slice(Math.max(0, start - 120), start);
    if (!privateKeyWords.test(before) || publicKeyWords.test(before)) continue;
    if (randomness(text.slice(start + 20, end)) === 0) continue;
    const body = bodyAfter(text, start);
    if (body === undefined || body.value.split('\n').length < 3) continue;
    found.push({ start, ...body });
    at = Math.max(at, body.end);
  }
  return found;
}

function isBase64(unit: number): boolean {
  return (
    (unit >= 97 && unit <= 122) ||
    (unit >= 65 && unit <= 90) ||
    (unit >= 48 && unit <= 57) ||
    unit === 43 ||
    unit === 47
  );
}

interface Span {
  readonly start: number;
  readonly end: number;
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
    const pieces: Span[] = [{ start: match.index, end: tokenHeader.lastIndex }];
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
