// Random tokens in the formats that providers describe. A seed determines every value.
import type { Alphabet, Random } from './corpus-random.ts';

function uuid(random: Random): string {
  const hex = (length: number) => random.text(length, 'hex');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}

function json64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

export function jwt(random: Random): string {
  const head = json64({ alg: random.pick(['HS256', 'RS256', 'ES256']), typ: 'JWT' });
  const body = json64({ sub: random.text(12, 'digits'), iat: 1_700_000_000 + random.below(50_000_000), scope: 'read' });
  return `${head}.${body}.${random.text(43, 'base64url')}`;
}

/** The letters that name an alphabet in a format. */
const alphabetLetters: Readonly<Record<string, Alphabet>> = {
  a: 'alphanumeric',
  h: 'hex',
  H: 'hexUpper',
  u: 'base64url',
  b: 'base64',
  l: 'lowerDigits',
  U: 'upperDigits',
  d: 'digits',
  i: 'base32',
  s: 'base58',
};

const generators: Readonly<Record<string, (random: Random) => string>> = {
  uuid,
  jwt,
  sentryPayload: (r) => json64({ iat: 1_700_000_000 + r.below(9e7), url: 'https://sentry.io', org: 'acme' }),
  mailchimpRegion: (r) => String(r.between(1, 21)),
  telegramId: (r) => `${r.between(1, 7)}${r.text(9, 'digits')}`,
  discordId: (r) => Buffer.from(r.text(18, 'digits')).toString('base64url'),
  grafanaPayload: (r) => json64({ o: r.text(6, 'digits'), n: 'stack', k: r.text(24), m: { r: 'eu' } }),
  dopplerKind: (r) => r.pick(['pt', 'st', 'sa', 'ct']),
  mapboxPayload: (r) => json64({ u: 'acme', a: r.text(24, 'lowerDigits') }),
  onePasswordPayload: (r) =>
    json64({
      signInAddress: 'my.1password.com',
      secretKey: `A3-${r.text(26, 'upperDigits')}`,
      muk: { k: r.text(43, 'base64url') },
    }),
};

/**
 * A format with random text for its slots: `{32h}` is 32 characters of an alphabet, `{uuid}` what a generator returns.
 */
export function fillFormat(format: string, random: Random): string {
  return format.replace(/\{(?:(\d+)([a-zA-Z])|(\w+))\}/g, (slot, count?: string, letter = '', generator = '') => {
    const alphabet = alphabetLetters[letter];
    if (count !== undefined && alphabet !== undefined) return random.text(Number(count), alphabet);
    const generate = generators[generator];
    if (generate === undefined) throw new Error(`The format '${format}' has an unknown slot ${slot}.`);
    return generate(random);
  });
}
