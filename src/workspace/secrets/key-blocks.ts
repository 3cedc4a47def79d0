// Finds private keys in Base64: between BEGIN and END, also in a log or without one end; by their DER structure; in
// wrapped lines below a word for them; and web tokens in pieces.
// A key's value is its lines joined with '\n', so that each single line is known as well.
import { bitsPerCharacter } from '../../text/letter-pairs.ts';
import type { Found, SearchedText, Span } from './searched-text.ts';
import { randomness } from './values.ts';

const kinds = [
  String.raw`[A-Z\d ]{0,30}(?:PRIVATE|SECRET) KEY(?: BLOCK)?`,
  'OpenVPN Static key V1',
  'SSH2 ENCRYPTED PRIVATE KEY',
].join('|');
const beginLine = new RegExp(`-----BEGIN (?:${kinds})-----|---- BEGIN (?:${kinds}) ----|Private-Lines: \\d+`, 'g');
const endLine = new RegExp(`-----END (?:${kinds})-----|---- END (?:${kinds}) ----`, 'g');
/** Maximum length of a key, in UTF-16 units; twice as long in a log. */
const maxKeyLength = 20_000;

/** A line of a key, or a part of one. The letter of an escape before it is no part: `\nMIIE`. */
const piece = /(?:(?<=\\[nrt])|(?<![\w+/\\]))(?:[A-Za-z\d+/]{4,}={0,2}|[A-Za-z\d+/]{1,3}={1,2})/g;
/** What stands between two lines: line ends, also escaped, quotes, and marks of comments, lists and sums. */
const gap = /^(?!.*----)(?:\\[nrt]|&#1[03];|[\s"'`+,;()>*#|\\.&/=-])*$/s;
const headers = [
  'Proc-Type|DEK-Info|Comment|Version|Hash|Charset|Subject|MessageID|Key Attributes',
  String.raw`X-[\w-]{1,60}`,
];
const header = new RegExp(String.raw`(?:${headers.join('|')}):[^\n\\]{0,200}`, 'g');

interface Piece extends Span {
  readonly text: string;
}

export function findKeyBlocks({ text }: SearchedText): Found[] {
  const isFramed = /--[ ]?(?:BEGIN|END) |Private-Lines: /.test(text);
  // Headers become blank, so that all offsets stay.
  const framed = isFramed ? framedKeys(text.replace(header, (whole) => ' '.repeat(whole.length))) : [];
  return [...framed, ...keysInDer(text), ...keyBodies(text), ...webTokens(text)];
}

function framedKeys(text: string): Found[] {
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const { index, 0: begin } of text.matchAll(beginLine)) {
    const from = index + begin.length;
    const length = text.slice(from, from + 2 * maxKeyLength).search(endLine);
    const body = connected(piecesIn(text, from, from + maxKeyLength), text, from);
    if (isKey(body)) found.push(wholeOf(body));
    else if (length >= 0) found.push(...keyInLog(piecesIn(text, from, from + length)));
    searchedUntil = length < 0 ? from : from + length;
  }
  // An END line whose BEGIN line is before the text or missing.
  for (const { index } of text.matchAll(endLine)) {
    if (index <= searchedUntil) continue;
    const body = connected(piecesIn(text, Math.max(0, index - maxKeyLength), index).reverse(), text, index).reverse();
    if (lengthOf(body) >= 20) found.push(wholeOf(body));
  }
  return found;
}

function piecesIn(text: string, from: number, to: number): Piece[] {
  return [...text.slice(from, to).matchAll(piece)].map(({ 0: found, index }) => {
    return { start: from + index, end: from + index + found.length, text: found };
  });
}

/**
 * The first pieces, as far as nothing but gaps lies between them. Words after the key are prose or code.
 * @param pieces from `at` on, or backwards from it
 * @param most the length of the body in Base64, if it is known
 */
function connected(pieces: readonly Piece[], text: string, at: number, most = maxKeyLength): Piece[] {
  const body: Piece[] = [];
  let [length, end] = [0, at];
  for (const one of pieces) {
    const between = one.start < end ? text.slice(one.end, end) : text.slice(end, one.start);
    if (length >= most || !gap.test(between)) break;
    if (!isBody(one.text) && (most === maxKeyLength || length + one.text.length > most)) break;
    body.push(one);
    length += one.text.length;
    end = one.start < end ? one.start : one.end;
  }
  return body;
}

/** A key that was logged line by line: unrelated text stands before, behind and between its lines. */
function keyInLog(pieces: readonly Piece[]): Found[] {
  // The last piece may be short. Every other piece must look random.
  const body = pieces.filter(({ text }, i) => isBody(text) && (text.length >= 16 || i === pieces.length - 1));
  const { value } = body.length === 0 ? { value: '' } : wholeOf(body);
  return isKey(body) ? body.map(({ start, end }) => ({ start, end, value })) : [];
}

function wholeOf(body: readonly Piece[]): Found {
  const [first, last] = [body[0] as Piece, body.at(-1) as Piece];
  return { start: first.start, end: last.end, value: body.map(({ text }) => text).join('\n') };
}

function lengthOf(body: readonly Piece[]): number {
  return body.reduce((sum, { text }) => sum + text.length, 0);
}

function isKey(body: readonly Piece[]): boolean {
  const sample = body.map(({ text }) => text).join('');
  return sample.length >= 32 && (randomness(sample.slice(0, 200)) > 0 || sample.length > 120);
}

function isBody(text: string): boolean {
  return text.length >= 16
    ? bitsPerCharacter(text) >= 4.2
    : /[\d+/=]/.test(text) || /[a-z][A-Z]|^[A-Z]{2}/.test(text) || text.endsWith('=');
}

/** A line of wrapped Base64; programs wrap at 64 or 76 columns. */
const wrappedLine = /(?<![A-Za-z\d+/])[A-Za-z\d+/]{60,78}(?![A-Za-z\d+/])/g;
/** Words shortly before the body that mark a private key. */
const privateKeyWords = /priv(?:ate)?[ _-]?key|secret[ _-]?key|(?:ssh|rsa|ec|signing|deploy|host)[ _-]?key|\bpem\b/i;
const publicKeyWords = /public|\bcert|\bcsr\b|\bcrl\b|signature|-----/i;

function keyBodies(text: string): Found[] {
  const found: Found[] = [];
  let searchedUntil = 0;
  for (const { 0: line, index: start } of text.matchAll(wrappedLine)) {
    if (start < searchedUntil) continue;
    const before = text.slice(Math.max(0, start - 120), start);
    if (!privateKeyWords.test(before) || publicKeyWords.test(before) || randomness(line.slice(20)) === 0) continue;
    const body = connected(piecesIn(text, start, start + maxKeyLength), text, start);
    if (body.length < 3 || !isKey(body)) continue;
    found.push(wholeOf(body));
    searchedUntil = wholeOf(body).end;
  }
  return found;
}

const derStart = /(?:(?<![\w+/-])|(?<=\\[nrt]))(?:M[A-P][A-Za-z\d+/]{14,}|b3BlbnNzaC1rZXktdjE)/g;
/**
 * In hexadecimal, what follows the head of the outer sequence: a version and the modulus, algorithm or octets of a key,
 * the version of a PKCS #12 store, or the algorithm of an encrypted key.
 */
const derKey = /^(?:020100(?:02|30)|020101(?:04|30)|02010330|30..06092a864886f70d0105)/;
const sequence = String.raw`30(?:82[\da-f]{4}|81[\da-f]{2}|[\da-f]{2})02010(?:0(?:028[12]|30)|104(?:20|30|42))`;
const openSsh = '6f70656e7373682d6b65792d7631';
const derInHex = new RegExp(String.raw`(?<![\da-f])(?:0x)?((?:${sequence}|${openSsh})[\da-f]{40,})`, 'gi');

/** Private keys that begin with their DER structure or with the head of an OpenSSH key, in lines of any length. */
function keysInDer(text: string): Found[] {
  const found: Found[] = [];
  for (const { 0: run, index } of text.matchAll(derStart)) {
    const length = run.startsWith('b3') ? undefined : derLength(run);
    if (length === 0) continue;
    const body = connected(piecesIn(text, index, index + maxKeyLength), text, index, length);
    if (isKey(body)) found.push(wholeOf(body));
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
