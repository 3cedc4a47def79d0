// Checks on a match of a shape rule: it is no placeholder, it looks random, or a person could have chosen it.

import { strengthOf } from './names.ts';
import { isPassword, isPatterned, isPlaceholder, randomness } from './values.ts';

/** The secret is the group `secret`, else the first group that matched, else the whole match. */
export interface ShapeRow {
  readonly kind: string;
  /** A part of every match, searched for first. Undefined if the pattern alone is fast enough. */
  readonly contains?: string | readonly string[];
  readonly pattern: RegExp;
  /** The rule applies only to files whose path matches. */
  readonly paths?: RegExp;
  readonly accept?: (secret: string, match: RegExpExecArray) => boolean;
}

export const isCertainPassword = (secret: string): boolean =>
  isPassword(secret, { literal: true, phrase: true, certain: true });
export const isRandom = (secret: string): boolean => randomness(secret) > 0;
export const isNoPlaceholder = (secret: string): boolean => !isPlaceholder(secret);
/** A password after a user name or in a command. Accepts short passwords, but not a repetition of the user name. */
export const isChosenPassword = (secret: string, match: RegExpExecArray): boolean =>
  isPassword(decode(secret), { literal: true, certain: true }) && secret !== match.groups?.user;
export const isPasswordOrRandom = (secret: string): boolean =>
  isPassword(secret, { literal: true }) || isRandom(secret);
/** Whether the group `name`, without a leading path, names a secret. For formats with separate name and value. */
export const isSecretName = (match: RegExpExecArray): boolean =>
  ['password', 'token'].includes(strengthOf((match.groups?.name ?? '').replace(/^.*[/.:]/, '')));
export const isBasicCredential = (secret: string): boolean => {
  const text = Buffer.from(secret, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 1 && !/^:.{6}/.test(text)) return false;
  if (
    !/^[\x20-\x7e\xa0-\xff]+$/.test(text) ||
    withoutPadding(Buffer.from(text, 'latin1').toString('base64')) !== withoutPadding(secret)
  )
    return false;
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return (
    isPassword(password, { literal: true }) || randomness(password) > 0 || (password === '' && randomness(user) > 0)
  );
};

function withoutPadding(base64: string): string {
  return base64.replace(/(?<!=)=+$/, '');
}

/** Whether the password in a URL looks random and differs from the user name. */
export function isRandomUrlPassword(secret: string, match: RegExpExecArray): boolean {
  const user = match.groups?.user ?? '';
  const password = decode(secret);
  return !isPlaceholder(password) && !isPatterned(password) && randomness(password) > 0 && password !== user;
}

export function decode(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}
