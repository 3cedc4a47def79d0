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
  .flatMap(([kind, prefixes, rest, certain]) =>
    prefixes.split(' ').map((prefix) => ({ kind, prefix, rest: patternOf(rest), certain: certain !== undefined })),
  );

/** Tokens known by a marker inside. The pattern must match a whole run of token characters. */
export const markerRows: readonly { readonly kind: string; readonly pattern: RegExp }[] = [
  { kind: 'Azure client secret', pattern: /^[\w~.-]{3}\dQ~[\w~.-]{30,36}$/ },
  {
    kind: 'Azure key',
    pattern: /^(?=.*(?:AzFu|ACDb|\+ASt|AIoT|\+AEh|\+ARm|AzCa|AzSe|JQQJ99|APIM))[\w+/-]{42,100}={0,2}$/,
  },
  { kind: 'Terraform Cloud token', pattern: /^[A-Za-z\d]{14}\.atlasv1\.[\w-]{40,80}$/ },
  { kind: 'Discord bot token', pattern: /^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}$/ },
  { kind: 'MaxMind key', pattern: /^[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk$/ },
  { kind: 'Mailchimp key', pattern: /^[\da-f]{32}-us\d{1,2}$/ },
  { kind: 'Twitter access token', pattern: /^\d{15,20}-[A-Za-z\d]{38,45}$/ },
  { kind: 'private key in Base58', pattern: /^(?:5[HJK][1-9A-HJ-NP-Za-km-z]{49}|[KL][1-9A-HJ-NP-Za-km-z]{51})$/ },
  // Tokens of unlisted services: a lower-case prefix, then at least 28 characters of both cases with digits.
  // The third row allows one case if the prefix names a key or token.
  {
    kind: 'token of a service',
    pattern:
      /^(?!sha\d|[a-z]{2,8}_01)[a-z][a-z\d]{0,15}(?:[_-][a-z\d]{1,15}){0,3}[_-](?=.{0,80}[A-Z].{0,80}[A-Z])(?=.{0,80}[a-z])(?=.{0,80}\d.{0,80}\d)[A-Za-z\d]{28,200}$/,
  },
  // Hexadecimal digits after a prefix that does not name a hash or an identifier.
  {
    kind: 'token of a service',
    pattern:
      /^(?!sha|md5|hash|commit|rev|blob|tree|etag|id_|uuid|img|image|file|resp|msg|run|thread|conv|call|req|evt|v\d)[a-z][a-z\d]{1,15}(?:_[a-z\d]{1,15}){0,3}_[\da-f]{32,128}(?:_[\da-f]{6,64})?$/,
  },
  {
    kind: 'token of a service',
    pattern:
      /^(?:[a-z\d]{1,15}[_-]){0,3}(?:sk|rk|key|apikey|api|token|tok|secret|sec|pat|live|prod|production|sandbox|sbx|auth|access|admin|server|personal|private|root)(?:[_-][a-z\d]{1,4})?[_-][A-Za-z\d]{28,200}(?:[_-][A-Za-z\d]{3,64}){0,2}$/,
  },
  { kind: 'SendGrid, in another form', pattern: /^SG\.[\w-]{16,32}\.[\w-]{16,64}$/ },
];
