// Vendors' secrets as in their documentation, and people's secrets in the syntax of many tools. Each has its own text.
// A seed determines all values. A third of the vendors and of the syntaxes is unseen: its misses were not looked at
// while the rules of src/workspace/secrets/ were written.

import { readRows } from '../support/data-files.ts';
import type { Random } from './corpus-random.ts';
import { classes, makePassword, makeToken, makeWebToken, SeededRandom } from './corpus-values.ts';

type VendorGroup = 'tokens without a name' | 'tokens under a name' | 'addresses' | 'syntaxes';

export interface VendorItem {
  readonly group: VendorGroup;
  /** The vendor or syntax, by which the items are split. */
  readonly of: string;
  readonly unseen: boolean;
  readonly path: string;
  readonly text: string;
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

type Line = readonly [path: string, line: (token: string, random: SeededRandom) => string];
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

const token = (random: SeededRandom) => makeToken(random, random.pick(['<h32>', '<a40>', '<w43>', '<h40>']));

/** Values of each syntax. */
const each = 4;

function written([path, form]: readonly [string, string], random: SeededRandom): { text: string; secrets: string[] } {
  const secret = form.includes('§') ? makePassword(random) : token(random);
  const joinedByDots = path.startsWith('jwt') ? form.includes('1¤.') : form.includes("join('.')");
  const pieces = joinedByDots
    ? makeWebToken(random).split('.')
    : [1, 2, 3].map(() => random.characters(classes.a as string, 16));
  const text = form.replace(/([123])¤|[§¤]/g, (_, nth?: string) => (nth ? pieces[Number(nth) - 1] : secret) as string);
  const split = /[123]¤/.test(form);
  return { text: `${text}\n`, secrets: split ? pieces.slice(joinedByDots ? 1 : 0) : [secret] };
}

export function makeVendorCorpus(seed: number): VendorItem[] {
  const random = new SeededRandom(seed);
  const items: VendorItem[] = [];
  const add = (group: VendorGroup, of: string, path: string, text: string, secrets: readonly string[]) =>
    items.push({ group, of, unseen: isUnseen(of), path, text, secrets });
  for (const [vendor, , form] of knownForms)
    for (const [path, line] of nameless) {
      const made = makeToken(random, form);
      add('tokens without a name', vendor, path, line(made, random), [made]);
    }
  for (const [vendor, name, form] of [...knownForms, ...randomTokens])
    for (const [path, line] of named) {
      const made = makeToken(random, form);
      add('tokens under a name', vendor, path, line(made, name), [made]);
    }
  for (const [vendor, form] of addresses)
    for (const [path, line] of nameless) {
      const [before = '', secret = '', after = ''] = makeToken(random, form).split('§');
      add('addresses', vendor, path, line(`${before}${secret}${after}`, random), [secret]);
    }
  for (const row of syntaxes)
    for (let i = 0; i < each; i++) {
      const { text, secrets } = written(row, random);
      add('syntaxes', row[1], row[0], text, secrets);
    }
  return items;
}
