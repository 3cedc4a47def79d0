// Judges the values that a form of a secret captures.

import { contextOf } from './context.ts';
import { strengthOf } from './names.ts';
import {
  isAlgorithm,
  isLongWord,
  isNoWord,
  isPassphrase,
  isPassword,
  isPlaceholder,
  isUuid,
  randomness,
} from './values.ts';

/** By the `judge` of a form. */
export const judges: Readonly<Record<string, (secret: string, match: RegExpExecArray) => boolean | undefined>> = {
  any: () => true,
  real: (secret) => !isPlaceholder(secret),
  certain: isChosen,
  unusual: (secret) => isChosen(secret) && (isNoWord(secret) || isPassphrase(secret) || /\s\S+\s/.test(secret)),
  /** Where a key is expected, a long word that is rare in code counts too. */
  key: (secret, match) => isChosen(secret) && (judges.unusual?.(secret, match) || isLongWord(secret)),
  strong: isStrong,
  random: isRandom,
  basic: isBasicCredential,
  digits: (secret) => new Set(secret).size >= 3,
  numbers: (secret, { input, index }) =>
    ['token', 'password'].includes(contextOf(input, index)) && new Set(secret.split(/,\s*/)).size > 10,
};

/** A password in a place for nothing else, also after a user and a colon, or a random value. */
export function isChosen(secret: string): boolean {
  const forms = [secret, secret.replace(/^\w+:/, '')];
  return forms.some((form) => isPassword(form, { literal: true, phrase: true, certain: true })) || isRandom(secret);
}

export function isRandom(secret: string): boolean {
  return randomness(secret) > 0 || secret.split('/').some((part) => randomness(part) > 0);
}

/** Whether the value can hardly be anything but a password: all kinds of characters, or words and a number. */
export function isStrong(value: string): boolean {
  const isStrong =
    /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)/.test(value) ||
    /^(?=.*\d)(?=.*[A-Za-z]).*[!@#$%^&*?]/.test(value) ||
    /^[a-z]{4,}(?:[-_][a-z]{4,})+[-_]?\d{2,4}$/.test(value);
  return (
    isStrong &&
    /^(?!--|\$\w{1,4}\$).{8}/.test(value) &&
    isPassword(value, { literal: true }) &&
    !isUuid(value) &&
    !isAlgorithm(value)
  );
}

/** Whether the name, without a leading path, names a secret. */
export function isSecretName(name: string): boolean {
  return ['password', 'token'].includes(strengthOf(name.replace(/^.*[/.:]/, '')));
}

/** Base64 of `user:password`, or of a random user alone. */
function isBasicCredential(secret: string): boolean {
  const text = Buffer.from(secret, 'base64').toString('latin1');
  const [, user = '', password = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
  const isWritten = /^[\x20-\x7e\xa0-\xff]+$/.test(text) && (user !== '' || password.length >= 6);
  return isWritten && (isChosen(password) || (password === '' && isRandom(user)));
}
