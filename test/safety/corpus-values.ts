// Values of the corpora of secrets: tokens of a format, and passwords as people choose them. And which of them stay in
// a redacted text.
import { redactPath, redactSecrets } from '../../src/workspace/secrets/secrets.ts';
import { Random } from './corpus-random.ts';

/** If at least this many characters in a row of a secret remain in redacted text, the secret is missed. */
const missLength = 8;

export interface CorpusText {
  /** 'path': the text is one. */
  readonly path: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

/** The items whose secret is missed: `missLength` of its characters in a row, or a whole shorter secret, remain. */
export function missed<T extends CorpusText>(items: readonly T[]): T[] {
  return items.filter(({ path, text, secrets }) => {
    const redacted = path === 'path' ? redactPath(text, []) : redactSecrets(text, path).text;
    return secrets.some((secret) => stays(secret, redacted));
  });
}

function stays(secret: string, redacted: string): boolean {
  for (let at = 0; at + missLength <= secret.length; at++) {
    if (redacted.includes(secret.slice(at, at + missLength))) return true;
  }
  return secret.length < missLength && redacted.includes(secret);
}

/** FNV-1a, without its lowest bits. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const character of key) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash >>> 7;
}

/** Choices by remainders, so that the corpus stays the same as when its misses were first counted. */
export class SeededRandom extends Random {
  override below(count: number): number {
    return Math.floor(this.next() * 2 ** 32) % count;
  }

  sample<Item>(from: readonly Item[], count: number): Item[] {
    const left = [...from];
    return Array.from({ length: count }, () => left.splice(this.below(left.length), 1)[0] as Item);
  }

  characters(alphabet: string, count: number): string {
    return Array.from({ length: count }, () => alphabet[this.below(alphabet.length)]).join('');
  }
}

const lower = 'abcdefghijklmnopqrstuvwxyz';
const upper = lower.toUpperCase();
const digits = '0123456789';

/** The letter of a class in a row's format: its alphabet. */
export const classes: Record<string, string> = {
  h: `${digits}abcdef`,
  H: `${digits}ABCDEF`,
  a: lower + upper + digits,
  A: lower + upper,
  l: lower + digits,
  U: upper + digits,
  R: `${upper}234567`,
  d: digits,
  w: `${lower}${upper}${digits}_-`,
  b: `${lower}${upper}${digits}+/`,
  z: lower,
  s: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
};

function json64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Parts of tokens with a form of their own. */
const generators: Readonly<Record<string, (random: SeededRandom) => string>> = {
  u: (r) => [8, 4, 4, 4, 12].map((length) => r.characters(classes.h as string, length)).join('-'),
  j: makeWebToken,
  sentryPayload: (r) => json64({ iat: 1_700_000_000 + r.below(9e7), url: 'https://sentry.io', org: 'acme' }),
  mailchimpRegion: (r) => String(r.between(1, 21)),
  telegramId: (r) => `${r.between(1, 7)}${r.characters(digits, 9)}`,
  discordId: (r) => Buffer.from(r.characters(digits, 18)).toString('base64url'),
  grafanaPayload: (r) =>
    json64({ o: r.characters(digits, 6), n: 'stack', k: r.characters(classes.a as string, 24), m: { r: 'eu' } }),
  dopplerKind: (r) => r.pick(['pt', 'st', 'sa', 'ct']),
  mapboxPayload: (r) => json64({ u: 'acme', a: r.characters(classes.l as string, 24) }),
  onePasswordPayload: (r) =>
    json64({
      signInAddress: 'my.1password.com',
      secretKey: `A3-${r.characters(classes.U as string, 26)}`,
      muk: { k: r.characters(classes.w as string, 43) },
    }),
};

/** A random credential of a format: `<h32>` is 32 characters of a class, `<u>` what a generator returns. */
export function makeToken(random: SeededRandom, format: string): string {
  return format.replace(/<([a-zA-Z]+)(\d*)>/g, (slot, name: string, count: string) => {
    const made = count === '' ? generators[name]?.(random) : random.characters(classes[name] as string, Number(count));
    if (made === undefined) throw new Error(`The format '${format}' has an unknown slot ${slot}.`);
    return made;
  });
}

export function makeWebToken(random: SeededRandom): string {
  const payload = { sub: random.characters(digits, 9), iat: 1764000000 + random.below(1e6) };
  return [json64({ alg: 'HS256', typ: 'JWT' }), json64(payload), random.characters(classes.w ?? '', 43)].join('.');
}

const passwordWords = (
  'sunshine dragon winter summer monkey shadow welcome falcon thunder orchid berlin madrid tokyo guitar coffee garden ' +
  'rocket silver purple banana castle tiger ocean marble'
).split(' ');

/** A password of 8 to 24 characters, as people choose or password managers generate them. */
export function makePassword(random: SeededRandom): string {
  const word = () => random.pick(passwordWords);
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const draw = random.below(5);
  if (draw === 0) return random.characters(`${classes.a}`, random.between(12, 24));
  if (draw === 1)
    return `${random.characters(classes.a ?? '', 6)}${random.pick(['!', '#', '-', '_', '?', '*'])}${random.characters(classes.a ?? '', 7)}`;
  if (draw === 2) return `${capital(word())}${random.between(1980, 2026)}${random.pick(['!', '#', '?', '*'])}`;
  if (draw === 3) return `${word()}-${word()}-${random.between(10, 99)}`;
  return `${capital(word()).replaceAll('o', '0').replaceAll('a', '@')}${capital(word())}${random.between(1, 99)}`;
}
