// Judges a value by its context: the name it is assigned to, a comment beside it, the line above.

import { lineAfter } from '../../text/lines.ts';
import { expression } from './expressions.ts';
import { strengthOf } from './names.ts';
import { lineStartOf } from './read-value.ts';
import type { Strength } from './searched-text.ts';
import { randomness } from './values.ts';

const wordPattern = /[\p{L}_$][\p{L}\p{M}\p{N}_$]*(?:[.-][\p{L}\p{M}\p{N}_$]+)*/gu;

/** Words that do not say what the value is; the search continues before them. */
const fillerWords = new Set(
  (
    'is est es è é ist lautet är er das der die le la el il are was be the a an to for of as in on at by and or my ' +
    'our your this it its with use using equals set get put add new def define let var val value values const final ' +
    'static private protected public internal readonly export default string str text char byte bytes std data ' +
    'content literal env environ environment process os self config conf cfg setting settings option options param ' +
    'params arg args props properties setenv setx none null prod production staging stage live dev local test main ' +
    'some optional from buffer fromstring f b r u n s x o name header headers append string.valueof base64 hex sha ' +
    'dp i e g currently now still just here expect assert equal eq tobe return if when then else echo print printf ' +
    'curl wget h json body field item entry member pair tuple user admin root service u8 u16 u32 u64 i32 i64 uint8_t ' +
    'int list vec array map bool http https com www api'
  ).split(' '),
);
const isFiller = (word: string): boolean => fillerWords.has(word.toLowerCase()) || /^(?:key|v)\d$|^key$/i.test(word);

/** Words that mark the following value as public, even in prose. */
const publicNames = new Set(
  (
    'hash hashes commit sha md5 digest checksum fingerprint id ids uuid guid version revision etag integrity nonce ' +
    'public'
  ).split(' '),
);

const maxDistance = 160;

/** 'the API key for Acme: ', 'the Acme key '. */
const keyFor = expression('key for somebody');
const vendorKey = /\b(?:the|our|my|your)\s(?:(?!Public|PGP|GPG)[A-Z][\w.-]{1,20}\s){1,2}key\s["'`]?$/;

/** The strength of the name that the text before `start` gives to the value there. */
export function contextOf(text: string, start: number): Strength {
  const lineStart = lineStartOf(text, start);
  const from = Math.max(lineStart, start - maxDistance);
  const directlyBefore = text.slice(Math.max(from, start - 80), start);
  if (keyFor.test(directlyBefore) || vendorKey.test(directlyBefore)) return 'token';
  const ownName = lastNamed(text.slice(from, start).replace(/\{ ?get;[^{}]*\}/g, ''));
  if (ownName === 'stop') return from > lineStart ? 'unknown' : commentAbove(text, lineStart);
  if (ownName !== 'unknown' || from > lineStart) return ownName;
  // The line has no name: use the line above, skipping lines that only describe the value.
  let end = lineStart - 1;
  for (let lines = 0; lines < 6 && end > 0; lines++) {
    const above = lineStartOf(text, end);
    const whole = text.slice(Math.max(above, end - maxDistance), end);
    const line = whole.replace(/<\/[\w:]+>\s*$/, '');
    if (/^\s*["']?(?:type|description|sensitive|kind|optional|required|nullable)\b/.test(line)) {
      end = above - 1;
      continue;
    }
    if (lines === 0 && saysSecret(line)) return 'token';
    const said = lastNamed(line);
    if (said === 'stop') return 'unknown';
    // `const token`, then `= "..."` on the next line.
    const continuesLine = /^\s*(?:=|:|=>|\+|\.)/.test(text.slice(lineStart, start));
    if (said !== 'unknown') return continuesLine || line !== whole || isHeading(line) ? said : 'unknown';
    if (line.trim() !== '') return 'unknown';
    end = above - 1;
  }
  return 'unknown';
}

const secretPhrase = expression('words for a secret');
const publicPhrase =
  /\b(?:hash|hashes|hashed|digest|checksum|sha\d*|md5|public|fingerprint|commit (?:id|of)|ids?|not (?:a )?secret)\b/i;

const secretWord = expression('noun for a secret', 'g');
const publicWords = expression('noun for something public', 'g');

/**
 * Whether a sentence, comment or command names a secret closer to the value than anything public. Only for text in
 * which a value needs no assignment.
 */
export function isSaidSecret(text: string, start: number, end: number): boolean {
  if (/[^\s"'`“«(:=>]/.test(text[start - 1] ?? '') || /[^\s"'`”»),.:;<!?]/.test(text[end] ?? '')) return false;
  // A path, a host or the name of a file.
  if (/^[a-z]+\/|\.[a-z]{2,8}(?:[./]|$)/.test(text.slice(start, end))) return false;
  const before = text.slice(Math.max(lineStartOf(text, start), start - maxSaidDistance), start);
  const after = lineAfter(text.slice(end, end + maxSaidDistance));
  const near = distanceOf(secretWord, before, after);
  return near < maxSaidDistance && near < distanceOf(publicWords, before, after);
}

const maxSaidDistance = 80;

/** The number of units between a value and the nearest match before or after it. */
function distanceOf(pattern: RegExp, before: string, after: string): number {
  const last = [...before.matchAll(pattern)].at(-1);
  const next = after.search(pattern);
  return Math.min(
    last === undefined ? Number.POSITIVE_INFINITY : before.length - last.index - last[0].length,
    next < 0 ? Number.POSITIVE_INFINITY : next,
  );
}

/** Judges a value whose own name says nothing: a comment on the line above may call it a secret. */
function commentAbove(text: string, lineStart: number): Strength {
  if (lineStart === 0) return 'unknown';
  const line = text.slice(Math.max(lineStartOf(text, lineStart - 1), lineStart - maxDistance), lineStart);
  return saysSecret(line) ? 'token' : 'unknown';
}

function saysSecret(line: string): boolean {
  return hasComment(line) && secretPhrase.test(line) && !publicPhrase.test(line);
}

const nameOfField = expression('name of a field after its value');

/**
 * The strength of a name after the value: `("abc...", forHTTPHeaderField: "X-API-Key")`,
 * `"abc...", "name": "API_KEY"`, `= "abc..."; // API key`.
 */
export function contextAfter(text: string, end: number, before: Strength): Strength {
  const rest = text.slice(end, end + 100);
  const line = lineAfter(rest);
  const field = nameOfField.exec(rest);
  if (field?.[1] !== undefined) return strengthOf(field[1]);
  if (before === 'not-secret') return before;
  const sqlName = /^['"]\s+WHERE\s+\w+\s*=\s*['"]([\w.-]+)/i.exec(rest);
  if (sqlName?.[1] !== undefined) return strengthOf(sqlName[1]);
  const sentence = /^["'`”»]?[ \t](?:is|was|as|into|in)[ \t][^.;,\n]{0,60}/.exec(line)?.[0];
  if (sentence !== undefined && secretPhrase.test(sentence) && !publicPhrase.test(sentence)) return 'token';
  const inComment = hasComment(text.slice(lineStartOf(text, end), end)) ? line.slice(0, 60) : '';
  if (secretPhrase.test(inComment) && !publicPhrase.test(inComment)) return 'token';
  const comment = /^\\*["'`]?[\s;,)}\]]*(?:\/\/|#|--|\/\*|<!--)\s*([^\n]{3,60})/.exec(line);
  if (comment?.[1] === undefined) return 'unknown';
  const said = lastNamed(comment[1].replace(/[^\w)\]]+$/, ''));
  return said === 'stop' || said === 'weak' ? 'unknown' : said;
}

/** Whether the line is a comment or introduces a value: `"token":`, `variable "api_key" {`, `- name: API_KEY`. */
function isHeading(line: string): boolean {
  return (
    hasComment(line) ||
    /[:=([{|>,\\]\s*[-+|>]?$|["'`\]>]$|^\s*(?:[-*]\s*)?["']?(?:name|key)["']?\s*[:=]/i.test(line.trimEnd())
  );
}

/**
 * The strength of the last name in `before`. 'stop' means that an unrelated name owns the value, so names further back
 * do not count.
 */
function lastNamed(before: string): Strength | 'stop' {
  const found = [...before.matchAll(wordPattern)];
  let after = before.length;
  let unknown = 0;
  let weak = false;
  for (let i = found.length - 1, seen = 0; i >= 0 && seen < 14; i--, seen++) {
    const match = found[i] as RegExpExecArray;
    const word = match[0];
    const end = match.index + word.length;
    const gap = before.slice(end, after);
    if (/;\s|[})]\s*,|\}\s*[;{]|=>\s*\{/.test(gap) && seen > 0) return 'stop';
    after = match.index;
    // 'pass' is a verb, and 'salt' a command, unless a colon or equals sign follows.
    if (/^_*(?:pass|salt)_*$/i.test(word) && !/^["'\]]?\s*[:=(]/.test(gap)) continue;
    const strength = strengthOfWord(before, match, found[i - 1]);
    if (isFiller(word) && strength !== 'token' && strength !== 'password') {
      // `key` may name a secret key, or the key of a key-value pair.
      weak ||= strength === 'weak' && /^key/i.test(word);
      continue;
    }
    // In prose such as 'the session key for package is', the word is a noun, not the value's name.
    const isOrdinaryNoun =
      strength === 'not-secret' && /^[a-z]+$/.test(word) && !/^\s*[:=]/.test(gap) && !publicNames.has(word);
    if (strength !== 'unknown' && !isOrdinaryNoun && !isInRandomRun(before, match.index)) return strength;
    // The value is assigned to a name that says nothing about secrets.
    if (/^(?:\\*["'`\]]|\?|!)*\s*(?::=|=>|->|=|:)(?!\/\/)/.test(gap)) {
      if (unknown > 0 || seen > 3) unknown++;
      else return weak ? 'weak' : hasComment(before.slice(0, match.index)) ? 'unknown' : 'stop';
    }
    if (++unknown > 7) break;
  }
  return weak ? 'weak' : unknown > 7 ? 'stop' : 'unknown';
}

/** 'API key', 'client secret': two words of prose form one name. */
function strengthOfWord(before: string, { 0: word, index }: RegExpExecArray, previous?: RegExpExecArray): Strength {
  const isJoined = previous !== undefined && before.slice(previous.index + previous[0].length, index) === ' ';
  const strength = isJoined ? strengthOf(`${previous[0]} ${word}`) : 'unknown';
  return strength === 'unknown' ? strengthOf(word) : strength;
}

export function hasComment(text: string): boolean {
  return /^\s*(?:\/\/|\/\*|#|--|\*|;|<!--)/.test(text);
}

/** Whether the word begins inside a random value: Base64 has words between its `+` and `/`. */
function isInRandomRun(text: string, at: number): boolean {
  const before = /[A-Za-z\d+/]{0,40}$/.exec(text.slice(0, at))?.[0] ?? '';
  const run = before + (/^[A-Za-z\d+/]{0,40}/.exec(text.slice(at))?.[0] ?? '');
  return run.length >= 24 && /\d/.test(run) && randomness(run) > 0;
}
