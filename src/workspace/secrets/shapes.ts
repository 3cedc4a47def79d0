// Finds secrets by the shape of the text around them: URLs, headers, commands, statements, lines of special files.

import { contextOf } from './context.ts';
import formsJson from './forms.json' with { type: 'json' };
import { strengthOf } from './names.ts';
import type { Found, SearchedText } from './searched-text.ts';
import shapesJson from './shapes.json' with { type: 'json' };
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

/** A row of shapes.json. */
interface Row {
  /** What the shape is, for readers of the table. */
  readonly kind: string;
  readonly judge: string;
  /** Separated by bars: every match contains one of them, and they are searched for first. */
  readonly parts?: string;
  /** The row applies only to files whose path matches. */
  readonly paths?: string;
  /**
   * The secret is the group `secret`, else the first group that matched, else the whole match. The group `name` must
   * name a secret, and the group `user` must differ from it. «argument» and the like are written out below.
   */
  readonly pattern: string;
  readonly flags?: string;
}

/** A row of forms.json. Its expression is put together from pieces, and «x» in them is the part of that name. */
interface Form {
  readonly name: string;
  readonly judge: string;
  /** As `parts` of a row of shapes.json. */
  readonly near?: string;
  readonly form: readonly string[];
  readonly flags?: string;
  readonly paths?: string;
  /** A path that `paths` matches, for the examples. */
  readonly path?: string;
  /** Two texts in which it finds §, or the secret that is written there, and one in which it finds nothing. */
  readonly finds: readonly string[];
  readonly keeps: string;
}

/** Decides whether a match is a secret, from the weakest to the strictest. */
const judges: Readonly<Record<string, (secret: string, match: RegExpExecArray) => boolean | undefined>> = {
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

const written: Readonly<Record<string, string>> = {
  '«argument»': `(?:"([^"\\n]{4,400})"|'([^'\\n]{4,400})'|([^\\s"'$|&;]{4,400}))`,
  '«user:password»': `["']?(?<user>[^\\s:"'$]{0,80}):["']?(?<secret>[^\\s"']{4,120})`,
  '«name»': `["']?(?<name>[\\w.:-]{2,80})["']?`,
  '«value»': `["']?(?<secret>[^\\s"',}<>]{6,200})`,
};

interface Rule {
  readonly name: string;
  readonly parts: readonly string[];
  readonly paths: RegExp;
  readonly pattern: RegExp;
  readonly judge: string;
}

const { parts: namedParts, ...tables } = formsJson;
/** The named parts of the expressions of forms.json. */
export const formParts: Readonly<Record<string, string>> = namedParts;
/** The rows of forms.json, for the test of their examples. */
export const forms = Object.values(tables as Readonly<Record<string, readonly Form[]>>).flat();

function withParts(form: string): string {
  return form.replace(/«([^«»]*)»/g, (_, part: string) => withParts(formParts[part] ?? ''));
}

function rowOf({ name, near, form, ...row }: Form): Row {
  return { ...row, kind: name, ...(near !== undefined && { parts: near }), pattern: withParts(form.join('')) };
}

/** One for each row of shapes.json, then of forms.json. */
export const rules: Rule[] = [];
for (const { kind, judge, parts, paths = '', pattern, flags = '' } of [
  ...Object.values(shapesJson as Readonly<Record<string, readonly Row[]>>).flat(),
  ...forms.map(rowOf),
]) {
  const source = pattern.replace(/«[^«»]*»/g, (name) => written[name] ?? name);
  rules.push({
    name: kind,
    judge,
    parts: parts?.split('|') ?? [],
    paths: new RegExp(paths, 'i'),
    pattern: new RegExp(source, `g${flags}`),
  });
}

export function findShapes(source: SearchedText): Found[] {
  return rules.flatMap((rule) => findByRule(source, rule));
}

export function findByRule({ text, path, parts: { has } }: SearchedText, rule: Rule): Found[] {
  const { parts, paths, pattern, judge } = rule;
  if (!paths.test(path) || (parts.length > 0 && !parts.some(has))) return [];
  return [...text.matchAll(pattern)].flatMap((match): Found[] => {
    const { secret: named, user, name } = match.groups ?? {};
    const secret = named ?? match.slice(1).find((group) => group !== undefined) ?? match[0];
    if (secret === user || (name !== undefined && !isSecretName(name))) return [];
    if (![secret, decoded(secret)].some((form) => judges[judge]?.(form, match))) return [];
    const start = match.index + match[0].lastIndexOf(secret);
    return [{ start, end: start + secret.length, value: secret }];
  });
}

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
function isSecretName(name: string): boolean {
  return ['password', 'token'].includes(strengthOf(name.replace(/^.*[/.:]/, '')));
}

/** Base64 of `user:password`, or of a random user alone. */
function isBasicCredential(secret: string): boolean {
  const text = Buffer.from(secret, 'base64').toString('latin1');
  const [, user = '', password = ''] = /^([^:]*):(.*)$/.exec(text) ?? [];
  const isWritten = /^[\x20-\x7e\xa0-\xff]+$/.test(text) && (user !== '' || password.length >= 6);
  return isWritten && (isChosen(password) || (password === '' && isRandom(user)));
}

/** The secret without the escapes of a URL. */
function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}
