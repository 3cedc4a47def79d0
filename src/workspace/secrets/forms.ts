// Finds secrets by the form of the text around them. Each form is a row of a table of its kind, in forms/.

import addresses from './forms/addresses.json' with { type: 'json' };
import code from './forms/code.json' with { type: 'json' };
import commands from './forms/commands.json' with { type: 'json' };
import headers from './forms/headers.json' with { type: 'json' };
import keys from './forms/keys.json' with { type: 'json' };
import namedParts from './forms/parts.json' with { type: 'json' };
import pins from './forms/pins.json' with { type: 'json' };
import prose from './forms/prose.json' with { type: 'json' };
import settings from './forms/settings.json' with { type: 'json' };
import sql from './forms/sql.json' with { type: 'json' };
import { isSecretName, judges } from './judges.ts';
import type { Found, SearchedText } from './searched-text.ts';

/** A row of a table in forms/. */
export interface Form {
  readonly name: string;
  /** A name in `judges`: what decides whether a match is a secret. */
  readonly judge: string;
  /** Every match contains one of them, and they are searched for first. */
  readonly near?: readonly string[];
  /** The row applies only to files whose path matches. */
  readonly paths?: string;
  /** A path that `paths` matches, for the examples. */
  readonly path?: string;
  readonly flags?: string;
  /**
   * An expression in pieces; «x» is the part of that name in parts.json. The secret is the group `secret`, else the
   * first group that matched, else the whole match. The group `name` must name a secret, and the group `user` must
   * differ from the secret.
   */
  readonly form: readonly string[];
  /** Two texts in which it finds §, or the secret that is written there. */
  readonly finds: readonly string[];
  /** A text in which it finds nothing. */
  readonly keeps: string;
}

export const parts: Readonly<Record<string, readonly string[]>> = namedParts;
const tables = { addresses, code, commands, headers, keys, pins, prose, settings, sql };
export const forms: readonly Form[] = Object.values(tables).flatMap((rows) => rows as readonly Form[]);

/** The source of an expression, with its named parts written out. */
export function sourceOf(form: readonly string[]): string {
  return form.join('').replace(/«([^«»]*)»/g, (_, part: string) => sourceOf(parts[part] ?? []));
}

interface Rule {
  readonly near: readonly string[];
  readonly paths: RegExp;
  readonly pattern: RegExp;
  readonly judge: string;
}

export function ruleOf({ near = [], paths = '', form, flags = '', judge }: Form): Rule {
  return { near, paths: new RegExp(paths, 'i'), pattern: new RegExp(sourceOf(form), `g${flags}`), judge };
}

const rules = forms.map(ruleOf);

export function findForms(source: SearchedText): Found[] {
  return rules.flatMap((rule) => findByRule(source, rule));
}

export function findByRule({ text, path, parts: { has } }: SearchedText, rule: Rule): Found[] {
  const { near, paths, pattern, judge } = rule;
  if (!paths.test(path) || (near.length > 0 && !near.some(has))) return [];
  return [...text.matchAll(pattern)].flatMap((match): Found[] => {
    const { secret: named, user, name } = match.groups ?? {};
    const secret = named ?? match.slice(1).find((group) => group !== undefined) ?? match[0];
    if (secret === user || (name !== undefined && !isSecretName(name))) return [];
    if (![secret, decoded(secret)].some((form) => judges[judge]?.(form, match))) return [];
    const start = match.index + match[0].lastIndexOf(secret);
    return [{ start, end: start + secret.length, value: secret }];
  });
}

/** The secret without the escapes of a URL. */
function decoded(secret: string): string {
  try {
    return decodeURIComponent(secret);
  } catch {
    return secret;
  }
}
