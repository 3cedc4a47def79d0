// Tells values of several words from texts for people: 'Kettle marmot 62!', 'my violet kettle has 7 moons'.

import { bitsPerCharacter } from '../../text/letter-pairs.ts';
import { expression } from './expressions.ts';
import { isWord } from './words.ts';

const grammarWords = new Set(
  (
    'the and for are not was has with from have can but its which your you must should enter please is be of to in ' +
    'on at or a an this that no by as it if when least required invalid wrong missing used my our his her their i we'
  ).split(' '),
);

/** A text about a password is no password. */
const aboutPasswords = expression('text about passwords');

/** Words of sentences in other languages. */
const foreignWord = expression('word of a sentence in another language');
/** Files of texts for people in several languages. */
const translation = expression('file of texts for people');

export function isTranslation(path: string): boolean {
  return translation.test(`/${path}`);
}

/** A word with or without a number and a sign, or a number. */
const part = /^(?:[A-Za-z][a-z]*(?:['’][a-z]{1,2})?|\d{1,6}|[A-Za-z][a-z]*\d{1,4})[!?#*.,&%+]{0,2}$/;

/** 'My Dog 2024!': few words with digits and symbols. 'dwkh akst jegi cfzw': an app password from a provider. */
function isSpacedPassword(value: string): boolean {
  if (/^[a-z]{4}(?: [a-z]{4}){3}$/.test(value)) return bitsPerCharacter(value.replaceAll(' ', '')) >= 4.4;
  const words = value.split(/\s/);
  return (
    words.length <= 4 && /\d/.test(value) && /[!@#$%^&*]/.test(value) && !/[.:,;?](?:\s|$)|[<>{}()[\]=]/.test(value)
  );
}

/**
 * Whether a value with blanks may be a password: at least half of its words, and two of them, are rare in code and in
 * messages. Beside a number, one of two suffices.
 */
function isRareInMessages(value: string): boolean {
  const parts = value.split(/\s+/);
  if (parts.length > 16 || !parts.every((one) => part.test(one))) return false;
  if (aboutPasswords.test(value) || foreignWord.test(value)) return false;
  const words = parts.map((one) => one.replace(/[^A-Za-z]/g, '').toLowerCase()).filter((one) => one !== '');
  const rare = words.filter((word) => word.length > 2 && !grammarWords.has(word) && !isWord(word));
  const isNumbered = /\d\d/.test(value) && parts.length < 5;
  return parts.length >= (isNumbered ? 2 : 3) && rare.length >= Math.max(isNumbered ? 1 : 2, words.length / 2);
}

/** Whether the value is at least four lower-case words without grammatical words: a mnemonic. */
function isMnemonic(value: string): boolean {
  const words = value.trim().split(/\s+/);
  if (words.length < 4 || words.length > 30) return false;
  return words.every((word) => /^[a-z]{3,12}\d{0,4}$/.test(word) && !grammarWords.has(word));
}

/** Whether a value with blanks is a password. @param isNamed the name asks for several words: a passphrase, a seed */
export function isPhrase(value: string, isNamed: boolean): boolean {
  return isSpacedPassword(value) || isRareInMessages(value) || (isNamed && isMnemonic(value));
}
