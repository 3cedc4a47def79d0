// Vendors' secrets as in their documentation, and people's secrets in the syntax of many tools. Each has its own text.
// A seed determines all values. A third of the vendors and of the syntaxes is unseen: its misses were not looked at
// while the rules of src/workspace/secrets/ were written.

import { redactSecrets } from '../../src/workspace/secrets/redact.ts';
import { readRows } from '../support/data-files.ts';
import { type Alphabet, Random } from './corpus-random.ts';
import { Survivors } from './survivors.ts';

type VendorGroup = 'tokens without a name' | 'tokens under a name' | 'addresses' | 'syntaxes';

export interface VendorItem {
  readonly group: VendorGroup;
  /** The vendor or syntax, by which the items are split. */
  readonly of: string;
  readonly unseen: boolean;
  readonly path: string;
  readonly text: string;
  /** If the redacted text contains one of these, or the second half of a long one, it is a leak. */
  readonly secrets: readonly string[];
}

/** A third, by a hash of the name (FNV-1a). */
function isUnseen(name: string): boolean {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % 3 === 0;
}

type VendorRow = readonly [vendor: string, variable: string, format: string];

const dataFile = (name: string) => new URL(`data/${name}`, import.meta.url);
/** Tokens that their own form identifies. */
const knownForms = readRows<VendorRow>(dataFile('vendors-known-form.tsv'));
/** Random tokens that only the variable's name identifies. */
const randomTokens = readRows<VendorRow>(dataFile('vendors-random.tsv'));
/** The secret stands between § and §. */
const addresses = readRows<[vendor: string, format: string]>(dataFile('vendors-addresses.tsv'));
/** § is a password, ¤ a random token, and 1¤ 2¤ 3¤ its three pieces. */
const syntaxes = readRows<[path: string, text: string]>(dataFile('syntaxes.tsv'));

const nouns =
  `account address agent archive asset balance banner basket batch beacon bridge bucket budget buffer calendar campaign canvas
captain carrier catalog channel chapter circle client cluster column comment company contact corner counter coupon courier customer
dashboard delivery desk document driver engine entry event factory feature field filter folder forecast garden gateway group harbor
header history image index invoice island item journal kitchen label layer ledger lesson library limit link machine manager map market
member menu message meter mirror module monitor mountain node note notice object offer order owner package page panel parcel partner
payment period person picture pipeline planet plan player pocket point policy portal position price printer product profile project
queue quota range rating reader record region report request result review river road room route row sample schedule school screen
season section sensor server session shelf shipment signal site slot socket source stage station stock store story stream street
student subject summary supplier survey table target task team ticket timer topic tower track train transfer truck unit user valley
value vehicle vendor version video view village visit volume voucher wallet warehouse weather widget window worker zone`.split(
    /\s+/,
  );

/** Words that people use in passwords. */
const passwordWords =
  `Summer Winter Spring Autumn Monday Friday Dragon Tiger Falcon Panther Rocket Silver Golden Purple Orange Yellow Thunder Monkey Banana
Coffee Welcome Letmein Sunshine Football Hockey Guitar Madrid London Berlin Chicago Austin Boston Denver Phoenix Charlie Jordan Michael
Jessica Ashley Bailey Shadow Master Hunter Ranger Buster Pepper Ginger Cookie Cheese Maggie Snoopy Batman Matrix Merlin Diamond Wizard`.split(
    /\s+/,
  );

export function noun(random: Random): string {
  return random.pick(nouns);
}

const parts = (words: string) => words.split(/[^A-Za-z0-9]+/).filter((part) => part !== '');
const capital = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

const camel = (words: string) =>
  parts(words)
    .map(capital)
    .join('')
    .replace(/^./, (letter) => letter.toLowerCase());

function uuid(random: Random): string {
  const hex = (length: number) => random.text(length, 'hex');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(['8', '9', 'a', 'b'])}${hex(3)}-${hex(12)}`;
}

function json64(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function jwt(random: Random): string {
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
function fillFormat(format: string, random: Random): string {
  return format.replace(/\{(?:(\d+)([a-zA-Z])|(\w+))\}/g, (slot, count?: string, letter = '', generator = '') => {
    const alphabet = alphabetLetters[letter];
    if (count !== undefined && alphabet !== undefined) return random.text(Number(count), alphabet);
    const generate = generators[generator];
    if (generate === undefined) throw new Error(`The format '${format}' has an unknown slot ${slot}.`);
    return generate(random);
  });
}

type Line = readonly [path: string, line: (token: string, random: Random) => string];
const nameless: readonly Line[] = [
  ['a.ts', (token) => `check("${token}");\n`],
  ['a.md', (token, random) => `Then paste ${token} there and wait for the ${noun(random)}.\n`],
  ['a.log', (token, random) => `2026-03-04T05:06:07Z INFO ${noun(random)} ${token} accepted\n`],
  ['a.json', (token, random) => `["${noun(random)}", "${token}", ${random.below(90)}]\n`],
];

type NamedLine = readonly [path: string, line: (token: string, name: string) => string];
const named: readonly NamedLine[] = [
  ['.env.example', (token, name) => `${name}=${token}\n`],
  ['a.ts', (token, name) => `const ${camel(name.toLowerCase())} = '${token}';\n`],
  ['a.yaml', (token, name) => `env:\n  - name: ${name}\n    value: ${token}\n`],
  ['a.py', (token, name) => `client = Client(os.getenv("${name}", "${token}"))\n`],
];

function password(random: Random): string {
  const word = () => random.pick(passwordWords);
  return random.pick([
    () => `${word()}${random.text(2, 'digits')}!`,
    () => `${word().toLowerCase()}-${word()}${random.text(2, 'digits')}`,
    () => `${word()}@${random.text(4, 'digits')}`,
    () => `${word().toLowerCase()}_${word().toLowerCase()}#${random.text(2, 'digits')}`,
    () => `${random.text(5)}${random.text(3, 'digits')}${random.text(4)}`,
    () => `${random.text(6)}#${random.text(5)}%${random.text(2, 'digits')}`,
  ])();
}

const token = (random: Random) => fillFormat(random.pick(['{32h}', '{40a}', '{43u}', '{40h}']), random);

/** Values of each syntax. */
const each = 4;

function written([path, form]: readonly [string, string], random: Random): { text: string; secrets: string[] } {
  const secret = form.includes('§') ? password(random) : token(random);
  const joinedByDots = path.startsWith('jwt') ? form.includes('1¤.') : form.includes("join('.')");
  const pieces = joinedByDots ? jwt(random).split('.') : [1, 2, 3].map(() => random.text(16));
  const text = form.replace(/([123])¤|[§¤]/g, (_, nth?: string) => (nth ? pieces[Number(nth) - 1] : secret) as string);
  const split = /[123]¤/.test(form);
  return { text: `${text}\n`, secrets: split ? pieces.slice(joinedByDots ? 1 : 0) : [secret] };
}

export function makeVendorCorpus(seed: number): VendorItem[] {
  const random = new Random(seed);
  const items: VendorItem[] = [];
  const add = (group: VendorGroup, of: string, path: string, text: string, secrets: readonly string[]) =>
    items.push({ group, of, unseen: isUnseen(of), path, text, secrets });
  for (const [vendor, , form] of knownForms)
    for (const [path, line] of nameless) {
      const made = fillFormat(form, random);
      add('tokens without a name', vendor, path, line(made, random), [made]);
    }
  for (const [vendor, name, form] of [...knownForms, ...randomTokens])
    for (const [path, line] of named) {
      const made = fillFormat(form, random);
      add('tokens under a name', vendor, path, line(made, name), [made]);
    }
  for (const [vendor, form] of addresses)
    for (const [path, line] of nameless) {
      const [before = '', secret = '', after = ''] = fillFormat(form, random).split('§');
      add('addresses', vendor, path, line(`${before}${secret}${after}`, random), [secret]);
    }
  for (const row of syntaxes)
    for (let i = 0; i < each; i++) {
      const { text, secrets } = written(row, random);
      add('syntaxes', row[1], row[0], text, secrets);
    }
  return items;
}

/** Items with a leak in the redacted text. */
export function missed(items: readonly VendorItem[]): VendorItem[] {
  return items.filter(({ path, text, secrets }) => {
    const survivors = new Survivors([{ group: '', path, secrets }]);
    return survivors.in(redactSecrets(text, path).text).size > 0;
  });
}
