// Finds secrets by the form of the text around them. Each form is a row of a table of its kind, in forms/.

import { lineEnd, lineStart } from '../../text/lines.ts';
import { sourceOf } from './expressions.ts';
import addresses from './forms/addresses.json' with { type: 'json' };
import code from './forms/code.json' with { type: 'json' };
import commands from './forms/commands.json' with { type: 'json' };
import headers from './forms/headers.json' with { type: 'json' };
import keys from './forms/keys.json' with { type: 'json' };
import pins from './forms/pins.json' with { type: 'json' };
import prose from './forms/prose.json' with { type: 'json' };
import settings from './forms/settings.json' with { type: 'json' };
import sql from './forms/sql.json' with { type: 'json' };
import { isSecretName, judges } from './judges.ts';
import { type Found, merged, type SearchedText, type Span } from './searched-text.ts';
import { WordFinder } from './word-finder.ts';

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

const tables = { addresses, code, commands, headers, keys, pins, prose, settings, sql };
export const forms: readonly Form[] = Object.values(tables).flatMap((rows) => rows as readonly Form[]);

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
const nearFinder = new WordFinder(rules.flatMap(({ near }) => near));
type Offsets = ReturnType<WordFinder['find']>;

export function findForms(source: SearchedText): Found[] {
  const offsets = nearFinder.find(source.text);
  return rules.flatMap((rule) => findByRule(source, rule, offsets));
}

/** @param offsets of all words that are near a secret */
export function findByRule({ text, path }: SearchedText, rule: Rule, offsets = nearFinder.find(text)): Found[] {
  if (!rule.paths.test(path)) return [];
  if (rule.near.length === 0) return matchesIn(text, 0, rule);
  return stretchesAround(text, rule.near, offsets).flatMap(({ start, end }) =>
    matchesIn(text.slice(start, end), start, rule),
  );
}

/** Length of a stretch before and after a word that is near a secret, UTF-16 units. A match is shorter. */
const reach = 6000;

/** The lines around these words: most rows are done with them, and search no whole text. */
function stretchesAround(text: string, words: readonly string[], offsets: Offsets): Span[] {
  const stretches: Span[] = [];
  for (const word of words) {
    let next = 0;
    for (const at of offsets.get(word) ?? []) {
      // The next word of the same stretch adds nothing.
      if (at < next) continue;
      next = at + reach / 2;
      stretches.push({ start: lineStart(text, Math.max(0, at - reach)), end: lineEnd(text, at + reach) });
    }
  }
  return merged(stretches);
}

function matchesIn(text: string, offset: number, { pattern, judge }: Rule): Found[] {
  return [...text.matchAll(pattern)].flatMap((match): Found[] => {
    const { secret: named, user, name } = match.groups ?? {};
    const secret = named ?? match.slice(1).find((group) => group !== undefined) ?? match[0];
    if (secret === user || (name !== undefined && !isSecretName(name))) return [];
    if (![secret, decoded(secret)].some((form) => judges[judge]?.(form, match))) return [];
    const start = offset + match.index + match[0].lastIndexOf(secret);
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
