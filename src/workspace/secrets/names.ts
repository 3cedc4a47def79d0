// Judges from a name whether its value is a secret: `dbPassword`, `API_KEY` are; `publicKey`, `token_id` are not.

import { expression } from './expressions.ts';
import { passwordName, tokenName } from './foreign-names.ts';
import namesJson from './names.json' with { type: 'json' };
import type { Strength } from './searched-text.ts';
import { randomness } from './values.ts';

/** Rows whose names `languages.json` lists. */
const written: Readonly<Record<string, RegExp>> = { '«password»': passwordName, '«token»': tokenName };

/** Tested on a name in lower case with spaces between words. The first matching row decides. */
const rows: { readonly strength: Strength; readonly pattern: RegExp }[] = [];
for (const { strength, form } of namesJson.strengths)
  rows.push({ strength: strength as Strength, pattern: written[form.join('')] ?? new RegExp(form.join('')) });

/** Suffix words that do not change the meaning: `passwordValue`, `API_KEY_PROD`, `client-key-data`, `token2`. */
const neutralWord = expression('suffix that changes nothing');

/** Services whose keys look like hashes and are often named only after the service. */
const services = new Set(namesJson.services.flatMap((line) => line.split(' ')));

const strengthCache = new Map<string, Strength>();

/** @param name as written in the text: camelCase, snake_case, kebab-case, dotted, or words with single spaces */
export function strengthOf(name: string): Strength {
  const cached = strengthCache.get(name);
  if (cached !== undefined) return cached;
  const strength = decide(name);
  // Short names repeat. Long names rarely do, so they are not cached.
  if (name.length <= 40) {
    if (strengthCache.size > 20_000) strengthCache.clear();
    strengthCache.set(name, strength);
  }
  return strength;
}

function decide(name: string): Strength {
  // The `PW` at the end of a line of Base64 names nothing.
  if (name.length >= 20 && /\d/.test(name) && randomness(name.slice(-80)) > 0) return 'unknown';
  const words = wordsOf(name.slice(-80));
  if (words === '') return 'unknown';
  const strengthOfAllWords = strengthOfWords(words);
  if (strengthOfAllWords === 'not-secret') return 'not-secret';
  const withoutSuffix = withoutNeutralWords(words);
  const strength = withoutSuffix === words ? strengthOfAllWords : strengthOfWords(withoutSuffix);
  if (strength !== 'unknown' && strength !== 'weak') return strength;
  if (!words.split(' ').some(isService)) return strength;
  return strength === 'weak' ? 'token' : 'weak';
}

/** Removes the neutral words at the end, but not the first word. */
function withoutNeutralWords(words: string): string {
  let end = words.length;
  for (let space = words.lastIndexOf(' '); space > 0; space = words.lastIndexOf(' ', space - 1)) {
    if (!neutralWord.test(words.slice(space + 1, end))) break;
    end = space;
  }
  return words.slice(0, end);
}

/** Whether the word is or begins with a service: `mailgun`, `mailgunkey`. */
function isService(word: string): boolean {
  if (services.has(word)) return true;
  for (let end = 5; end < word.length; end++) if (services.has(word.slice(0, end))) return true;
  return false;
}

/** The strength that the first matching row gives. */
function strengthOfWords(words: string): Strength {
  return rows.find(({ pattern }) => pattern.test(words))?.strength ?? 'unknown';
}

/** 'AWS_SecretKey.v2' -> 'aws secret key v 2'. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replace(/([A-Za-z]{4})(\d{1,2})$/, '$1 $2')
    .replace(/[^\p{L}\p{M}\d]+/gu, ' ')
    .trim()
    .toLowerCase();
}
