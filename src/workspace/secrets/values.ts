// Classifies a value: a placeholder, a reference, a random string, or a password chosen by a person.

import { bitsPerCharacter } from '../../text/letter-pairs.ts';
import { expression } from './expressions.ts';
import { isPhrase } from './phrases.ts';
import type { Strength } from './searched-text.ts';
import { isWord, isWords } from './words.ts';

/** Text that replaces a value, or obviously made-up values. */
const placeholders: readonly RegExp[] = [
  // A regular expression for a whole text.
  /^\^.*\$$/,
  // Templates and references: ${X}, $X, $(x), {{ x }}, {x}, <x>, %X%, %s, #{x}, @x@, :x, [x], ENC[...].
  expression('template or reference'),
  // Paths, URLs and references to secret stores.
  expression('path, address or entry of a store'),
  expression('words of a made-up value'),
];

export function isPlaceholder(value: string): boolean {
  return placeholders.some((pattern) => pattern.test(value)) || isPath(value) || isPatterned(value);
}

const publicValue = expression('public key or hash with its algorithm');

/** Whether the value is a public key, a certificate or a hash with its algorithm. */
export function isPublic(value: string): boolean {
  return publicValue.test(value);
}

/** Whether the value is a path (`/etc/x`, `./x`, `~/x`), not Base64 that begins with a slash. */
function isPath(value: string): boolean {
  return /^(?:\.{0,2}|~)\//.test(value) && (value.length < 16 || bitsPerCharacter(value) < 4.3);
}

/** A URL or the name of a constant. */
export const reference = /^(?:[a-z][a-z\d+.-]*:){1,2}(?:\/\/|\?)|^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$|^unix:/;
/** `hostNameInCertificate=x;loginTimeout=30`: other rules find the password among the settings of a connection. */
const connectionSettings = /^[A-Za-z][\w ]{1,40}=[^;=]{0,100};(?:[A-Za-z][\w ]{1,40}=|$)/;

/** Whether the value is mostly runs (aaaa, 1234, cba), has very few different characters, or repeats a short piece. */
export function isPatterned(value: string): boolean {
  if (value.length < 6) return true;
  let inRuns = 0;
  let run = 1;
  let previousStep = Number.NaN;
  const distinct = new Set<string>(value[0]);
  for (let i = 1; i <= value.length; i++) {
    const step = value.charCodeAt(i) - value.charCodeAt(i - 1);
    if (i < value.length) distinct.add(value[i] as string);
    if (Math.abs(step) <= 1 && step === previousStep) run++;
    else {
      if (run >= 2) inRuns += run + 1;
      run = Math.abs(step) <= 1 ? 1 : 0;
    }
    previousStep = step;
  }
  return inRuns >= value.length * 0.5 || distinct.size < Math.min(6, value.length / 2) || isRepeated(value);
}

/** Whether the value repeats one short piece: deadbeefdeadbeef. */
function isRepeated(value: string): boolean {
  if (value.length < 12) return false;
  for (let period = 1; period <= 8 && period * 2 <= value.length; period++) {
    if (period > 4 && !/^[\da-f]+$/i.test(value)) break;
    let i = period;
    while (i < value.length && value[i] === value[i - period]) i++;
    if (i === value.length) return true;
  }
  return false;
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

export const isUuid = (value: string): boolean => value.length === 36 && uuidPattern.test(value);

/** Number of characters in each class. */
interface Counts {
  readonly digits: number;
  readonly lower: number;
  readonly upper: number;
  /** Letters that are not hexadecimal digits. */
  readonly nonHexLetters: number;
  readonly others: number;
}

function countsOf(text: string): Counts {
  let digits = 0;
  let lower = 0;
  let upper = 0;
  let nonHexLetters = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 48 && unit <= 57) digits++;
    else if (unit >= 97 && unit <= 122) {
      lower++;
      if (unit > 102) nonHexLetters++;
    } else if (unit >= 65 && unit <= 90) {
      upper++;
      if (unit > 70) nonHexLetters++;
    }
  }
  return { digits, lower, upper, nonHexLetters, others: text.length - digits - lower - upper };
}

/**
 * How surely a value is random. 2: it counts by itself. 1: it counts beside the name of a secret. 0: it is not random.
 * @param value without quotes or spaces
 */
export function randomness(value: string): 0 | 1 | 2 {
  const core = value.endsWith('=') ? value.replace(/={1,2}$/, '') : value.startsWith('0x') ? value.slice(2) : value;
  const random = randomnessOf(core);
  return random > 0 && isPlaceholder(core) ? 0 : random;
}

/** A value with several parts, like many tokens, is random if one long part is. */
function randomnessOf(core: string): 0 | 1 | 2 {
  if (/^[\da-f]{32}(?:-[\da-f]{8}){1,3}$/.test(core)) return 2;
  const whole = randomnessOfPart(core);
  if (whole > 0 || core.length < 20) return whole;
  if (/^[\w-]{0,24}[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(core)) return 1;
  // Hexadecimal digits after or before a marker (`cs3f...`, `...NRAL`).
  if (core.length <= 80) {
    const hex = /^[A-Za-z]{0,6}?([\da-f]{24,72})[A-Z]{0,6}$/.exec(core)?.[1];
    if (hex !== undefined && hex.length < core.length && randomnessOfPart(hex) > 0) return 1;
  }
  if (/^(?:[A-Z\d]{4,8}-){3,}[A-Z\d]{4,8}$/.test(core)) return /\d.*\d.*\d/.test(core) ? 1 : 0;
  const parts = core.split(/[-_.:$]/);
  return parts.length > 1 && parts.some((part) => part.length >= 16 && randomnessOfPart(part) > 0) ? 1 : 0;
}

/** The limits were chosen by what they miss and what they hide by mistake in `npm run bench -- safety`. */
function randomnessOfPart(core: string): 0 | 1 | 2 {
  const { length } = core;
  if (length < 8) return 0;
  const { digits, lower, upper, nonHexLetters, others } = countsOf(core);
  if (digits + others === length || (digits === 0 && length < 16)) return 0;
  if (isUuid(core)) return 1;
  if (nonHexLetters === 0 && others === 0 && (lower === 0 || upper === 0)) {
    const letters = lower + upper;
    if (digits === 0 || length < 16) return length >= 12 && digits >= 3 && letters >= 3 ? 1 : 0;
    return length >= 24 ? 2 : 1;
  }
  // A short value needs more: it may be random by chance.
  const bits = bitsPerCharacter(core);
  if (bits < (length >= 20 ? 4.2 : length >= 16 ? 4.3 : length >= 12 ? 4.45 : 5)) return 0;
  // Letters in one case (the first may be a capital) are taken as a word of some language, unless their entropy is
  // high.
  if (digits === 0 && (lower === 0 || upper === 0 || /^[A-Z][a-z]+$/.test(core))) return bits >= 5.2 ? 1 : 0;
  if (length < 12 && digits < 2) return 0;
  if (length < 32 && (core.replace(algorithms, '').length < 6 || (bits < 5.3 && isIdentifier(core)))) return 0;
  if (length >= 32 && length <= 100 && wordShare(core) > 0.55) return 0;
  if (/^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$/.test(core) && bits < 5.2) return 0;
  if (isEncodedText(core)) return 0;
  return length >= 20 && bits >= 4.5 ? 2 : 1;
}

/** Whether the value is Base64 of readable text that contains no password. */
function isEncodedText(value: string): boolean {
  if (value.length < 8 || !/^[A-Za-z\d+/_-]+$/.test(value)) return false;
  const text = Buffer.from(value, 'base64').toString('latin1');
  if (!/^[\x20-\x7e\r\n\t]+$/.test(text) || text.length < 6) return false;
  // `{"alg":"HS256"}`: the header of a token, not a secret.
  if (/^\{["\w]/.test(text) && text.length < 60) return true;
  const password = text.slice(text.indexOf(':') + 1);
  return !isPassword(password, { literal: true }) && !(password.length < value.length && randomness(password) > 0);
}

/** Whether most letters are in words, or words and numbers alternate as in `aiohttp-swagger3` and `PBKDF2SHA1`. */
function isIdentifier(value: string): boolean {
  const share = wordShare(value);
  if (share > 0.55) return true;
  if (!/\d/.test(value)) return share > 0.3 || bitsPerCharacter(value) < (value.length < 24 ? 5.1 : 4.8);
  return (
    bitsPerCharacter(value) < (value.length >= 20 ? 4.5 : value.length >= 16 ? 4.6 : 5.1) &&
    /^[A-Za-z]{3,}(?:(?:\d{1,4}[_./~$-]?|[_./~$-])[A-Za-z]{3,})*\d{0,4}$/.test(value)
  );
}

const algorithms = expression('name of an algorithm', 'g');

/** `SCRAM-SHA-256`, `ssh-ed25519`, `A256CBC-HS512`. */
export function isAlgorithm(value: string): boolean {
  return /^[A-Z][A-Z\d]*(?:[-_][A-Z\d]+)*$/.test(value) || value.replace(algorithms, '').length < 4;
}

/** The share of letters in known words of at least three letters. */
function wordShare(value: string): number {
  const pieces = value.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  let letters = 0;
  let known = 0;
  for (const piece of pieces) {
    letters += piece.length;
    const lower = piece.toLowerCase();
    if (piece.length >= 3 && (isWord(lower) || isWord(lower.replace(/s$/, '')) || (piece.length > 5 && isWords(lower))))
      known += piece.length;
  }
  return letters === 0 ? 0 : known / letters;
}

export interface ValueContext {
  /** The value is quoted, or unquoted in a settings file. Otherwise it may be code. */
  readonly literal: boolean;
  /** The value may have several words: a passphrase or mnemonic. */
  readonly phrase?: boolean;
  /** Only a password can be in this position: in a URL, after an option of a command. */
  readonly certain?: boolean;
}

/** Whether the value may be a password that a person chose, and not a name, a message or a placeholder. */
export function isPassword(value: string, { literal, phrase = false, certain = false }: ValueContext): boolean {
  if (value.length < 6 || value.length > 300 || isPlaceholder(value)) return false;
  if (/[\n\r\t\p{Cc}]/u.test(value)) return false;
  if (/^(?:\\x[\da-f]{2}.?){3}/i.test(value)) return false;
  if (/\s/.test(value)) return isPhrase(value, phrase);
  if (reference.test(value) || isPublic(value) || connectionSettings.test(value) || isCode(value, literal))
    return false;
  const facts = factsOf(value);
  const { digits, letters, symbols, characterKinds } = facts;
  if (value.length < 8 && characterKinds < 3 && !isShortPassword(value, literal)) return false;
  if (digits === 0 && /passw|secret|token|credential/i.test(value)) return false;
  if (letters === 0) return digits >= 8 && literal && digits === value.length;
  if (digits > 0) return isPasswordWithDigits(facts, { literal, phrase, certain });
  return symbols > 0 ? isPasswordWithSymbols(value, facts) : isPasswordOfLetters(value, facts, literal);
}

/** A call, an index, a member access, a tag, a type. */
function isCode(value: string, literal: boolean): boolean {
  if (/^[\w.]+\(.*\)$/.test(value) || (!literal && /^[\w$.]+[([{]|[;{}]$/.test(value))) return true;
  return /^\w+(?:::|->|\?\.)\w|^[A-Z]\w*<|^[)\]}>]|=>|^\\|^\w+=["']/.test(value);
}

function factsOf(value: string) {
  const { digits, lower, upper, others } = countsOf(value);
  const symbols = others === 0 ? 0 : value.replace(/[\w./:-]+/g, '').length;
  const parts = value.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z\d_./:-]+|[\u00c0-\u024f]+/g) ?? [];
  const words = parts.map((word) => word.toLowerCase()).filter((word) => /[a-z]/.test(word));
  return {
    ...{ digits, symbols, words, letters: lower + upper },
    isMixedCase: lower > 0 && upper > 0,
    characterKinds: [digits, lower, upper, symbols].filter((count) => count > 0).length,
    isSeparated: /[A-Za-z\d][_./:-][A-Za-z\d]/.test(value),
    /** All words are words of code. */
    areWords:
      words.some((word) => word.length > 2) &&
      words.every((word) => word.length <= 2 || isWord(word) || (word.length > 5 && isWords(word))),
  };
}

type Facts = ReturnType<typeof factsOf>;

function isPasswordWithDigits(facts: Facts, { literal, phrase, certain }: ValueContext): boolean {
  const { digits, symbols, words, isMixedCase, characterKinds, isSeparated, areWords } = facts;
  if (!areWords) return literal || symbols > 0 || (isMixedCase && digits >= 2) || digits >= 4;
  // Words with a number are usually a version or variant. With symbols or enough digits, they are a password.
  if (certain && (characterKinds >= 3 || (isSeparated && digits >= 2 && words.length >= 2))) return !isTestValue(words);
  if (isSeparated && symbols === 0)
    return (phrase === true && words.length >= 3) || (literal && digits >= 4 && !isTestValue(words));
  return symbols > 0 ? digits >= 2 || characterKinds >= 4 : digits >= 2 && literal;
}

function isPasswordWithSymbols(value: string, { letters, areWords }: Facts): boolean {
  if (letters >= 6 && wordShare(value) <= 0.3 && hasNoWords(value.replace(/[^A-Za-z]/g, ''))) return true;
  const isJoined = /[A-Za-z][!@#$%^&*?+=~]+[A-Za-z]|^[a-z]+[!@#$%^&*]+$/.test(value);
  return !areWords && isJoined && !/["'`]/.test(value);
}

function isPasswordOfLetters(value: string, { isMixedCase, isSeparated, areWords }: Facts, literal: boolean): boolean {
  if (literal && isSeparated && (isRareWords(value) || hasNoWords(value.replace(/[_-]/g, '')))) return true;
  if (literal && isMixedCase && isRareWords(value)) return true;
  if (!literal || isSeparated) return randomness(value) > 0;
  if (/^[a-z]+$/.test(value)) return !areWords && !isWords(value);
  if (!isMixedCase) return randomness(value) > 0;
  if (areWords) return false;
  if (/^[A-Z]?[a-z]+$/.test(value)) return value.length >= 8;
  return wordShare(value) <= 0.3 && (bitsPerCharacter(value) >= 4.3 || wordShare(value) === 0);
}

/** Whether the value cannot be a word: it has a digit or symbol, or its letters form no words. */
export function isNoWord(value: string): boolean {
  return /\d|[!@#$%^&*?]/.test(value) || hasNoWords(value.replace(/[_-]/g, ''));
}

/**
 * Whether the letters form no words. Without a capital after the first letter, they may form a word of another
 * language.
 */
function hasNoWords(value: string): boolean {
  return (
    /^[A-Za-z]{6,}$/.test(value) &&
    /[a-z]/.test(value) &&
    /.[A-Z]/.test(value) &&
    bitsPerCharacter(value) >= 4.6 &&
    wordShare(value) <= 0.3
  );
}

/** 'hunter2', 's3cr3t': at least three letters and a digit, but not the name of an algorithm. */
function isShortPassword(value: string, literal: boolean): boolean {
  return (
    literal &&
    /^(?=.*\d)(?=.*[A-Za-z].*[A-Za-z].*[A-Za-z])[A-Za-z\d]+$/.test(value) &&
    value.replace(algorithms, '') === value
  );
}

/** Whether the value is rare words without an underscore. An argument with underscores is usually an error code. */
export function isPassphrase(value: string): boolean {
  return !value.includes('_') && isRareWords(value);
}

/** Whether the value is one long word that is no word of code. In a sentence it may be any word. */
export function isLongWord(value: string): boolean {
  return /^[a-z]{11,24}$/.test(value) && !isWords(value);
}

/** 'violet-harbor-candle': at least three words that are rare in code, or four of which two may be common. */
function isRareWords(value: string): boolean {
  const isPhrase = /^(?:[a-z]{4,}(?:[-_.][a-z]{4,}){3,}|(?:[A-Z][a-z]{3,}){4,})$/.test(value);
  return (isPhrase || /^[a-z]{4,}(?:[-_.][a-z]{4,}){2,}$/.test(value)) && wordShare(value) <= (isPhrase ? 0.6 : 0.3);
}

/** Whether a word shows that the password is only an example or test value. */
function isTestValue(words: readonly string[]): boolean {
  return words.some((word) =>
    /^(?:test|tests|testing|pass|password|passwd|secret|token|key|user|foo|bar|abc|my)$/.test(word),
  );
}

/** Whether the value has at least 16 characters of all kinds, like keys that frameworks generate: `k#2v!x(0...`. */
export function isSymbolic(value: string): boolean {
  // Text in hexadecimal escapes: `\x73\x65`.
  if (/^(?:\\x[\da-f]{2})+\\*$/i.test(value)) return false;
  if (value.length < 16 || value.length > 200) return false;
  const { digits, lower, upper } = countsOf(value);
  const signs = value.replace(/[\w\s./:,-]+/g, '');
  const symbols = signs.length;
  // A long one may have the marks of a template by chance.
  if (!isSalt(value, signs) && isPlaceholder(value)) return false;
  if (digits === 0 || lower + upper < 4 || symbols < 2) return false;
  const words = value.replace(/^django-insecure-/, '').match(/[A-Za-z]{5,}/g) ?? [];
  if (words.some((word) => isWord(word.toLowerCase()) || isWords(word.toLowerCase()))) return false;
  if (isSalt(value, signs)) return true;
  return symbols >= value.length * 0.08 && !/=>|^\w+\([\w\s,.'"]*\)?$|\s\s/.test(value);
}

/** Whether the value is long and has many kinds of signs, as the salts of WordPress. */
function isSalt(value: string, signs: string): boolean {
  return value.length >= 40 && new Set(signs).size >= 8;
}

/** Whether a name of this strength makes the value a secret. The value is the whole text of a literal or a cell. */
export function isSecretBeside(strength: Strength, value: string, phrase = false): boolean {
  if (strength === 'password' && (isPassword(value, { literal: true, phrase }) || randomness(value) > 0)) return true;
  if (strength === 'password' || strength === 'token') return randomness(value) > 0 || isSymbolic(value);
  return strength === 'weak' && value.length >= 16 && randomness(value) > 0 && !isUuid(value);
}
