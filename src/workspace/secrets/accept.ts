// What a secret known by its form must be besides: no placeholder, drawn at random, chosen by a person.

import { strengthOf } from './names.ts';
import { isPassword, isPatterned, isPlaceholder, randomness } from './values.ts';

/** Group 1 is the secret where there is one, else the whole match. */
export interface ShapeRow {
  readonly kind: string;
  /** A part of every match, to look for first; undefined: the pattern itself is quick. */
  readonly contains?: string | readonly string[];
  readonly pattern: RegExp;
  /** Only in files whose path matches. */
  readonly paths?: RegExp;
  readonly accept?: (secret: string, match: RegExpExecArray) => boolean;
}

export const given = (secret: string): boolean => isPassword(secret, { literal: true, phrase: true, certain: true });
export const drawn = (secret: string): boolean => randomness(secret) > 0;
export const real = (secret: string): boolean => !isPlaceholder(secret);
/** After an address's user or in a command: short human passwords too, unless it is only the user's name again. */
export const chosen = (secret: string, match: RegExpExecArray): boolean =>
  isPassword(decode(secret), { literal: true, certain: true }) && secret !== match.groups?.user;
export const chosenOrDrawn = (secret: string): boolean => isPassword(secret, { literal: true }) || drawn(secret);
/** Group `name` names a secret, for what has name and value in fields of their own; a path's last part counts. */
export const isSecretName = (match: RegExpExecArray): boolean =>
  ['password', 'token'].includes(strengthOf((match.groups?.name ?? '').replace(/^.*[/.:]/, '')));
export const basic = (secret: string): boolean => {
  const text = Buffer.from(secret, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  if (colon < 1 && !/^:.{6}/.test(text)) return false;
  if (
    !/^[\x20-\x7e\xa0-\xff]+$/.test(text) ||
    Buffer.from(text, 'latin1').toString('base64').replace(/=+$/, '') !== secret.replace(/=+$/, '')
  )
    return false;
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)];
  return (
    isPassword(password, { literal: true }) || randomness(password) > 0 || (password === '' && randomness(user) > 0)
  );
};

/** In addresses shorter passwords count, where the user has a name of their own. */
export function inUrl(secret: string, match: RegExpExecArray): boolean {
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
