// Provider tokens known by their prefix. tokens.json lists them, taken from the providers' documentation.

import tokensJson from './tokens.json' with { type: 'json' };

/**
 * - prefixes: separated by spaces;
 * - rest: the text after the prefix, as a pattern without flags or as a name of `runs` with a minimum length;
 * - certain: prefix and form suffice, so the rest need not look random.
 */
type Row = readonly [kind: string, prefixes: string, rest: string, certain?: string];

const runs: Readonly<Record<string, (least: string) => string>> = {
  any: (least) => `[\\w-]{${least},400}`,
  alnum: (least) => `[A-Za-z\\d]{${least},400}`,
  hex: (least) => `[\\da-fA-F]{${least},400}`,
  base64: (least) => `[\\w+/-]{${least},2000}={0,2}`,
  dotted: (least) => `[\\w.-]{${least},600}`,
};

/** @param rest 'any 20' or the like, or a pattern, which is returned unchanged */
function patternOf(rest: string): string {
  const [name = '', least = ''] = rest.split(' ');
  return runs[name]?.(least) ?? rest;
}

/** One row for each prefix. */
export const tokenRows = Object.values(tokensJson as Readonly<Record<string, string[][]>>)
  .flatMap((rows) => rows as unknown as readonly Row[])
  .flatMap(([, prefixes, rest, certain]) =>
    prefixes.split(' ').map((prefix) => ({ prefix, rest: patternOf(rest), certain: certain !== undefined })),
  );

/** Tokens known by a marker inside. The pattern must match a whole run of token characters that looks random. */
export const markers: readonly RegExp[] = [
  // Azure, Terraform Cloud, Discord, MaxMind, Mailchimp.
  /^[\w~.-]{3}\dQ~[\w~.-]{30,36}$/,
  /^[A-Za-z\d]{14}\.atlasv1\.[\w-]{40,80}$/,
  /^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}$/,
  /^[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk$/,
  /^[\da-f]{32}-us\d{1,2}$/,
  // Unlisted services: a lower-case prefix, then at least 28 characters of both cases with digits.
  /^(?!sha\d|[a-z]{2,8}_01)[a-z][a-z\d]{0,15}(?:[_-][a-z\d]{1,15}){0,3}[_-](?=.{0,80}[A-Z].{0,80}[A-Z])(?=.{0,80}[a-z])(?=.{0,80}\d.{0,80}\d)[A-Za-z\d]{28,200}$/,
  // Hexadecimal digits after a prefix that does not name a hash or an identifier.
  /^(?!sha|md5|hash|commit|rev|blob|tree|etag|id_|uuid|img|image|file|resp|msg|run|thread|conv|call|req|evt|v\d)[a-z][a-z\d]{1,15}(?:_[a-z\d]{1,15}){0,3}_[\da-f]{32,128}(?:_[\da-f]{6,64})?$/,
];
