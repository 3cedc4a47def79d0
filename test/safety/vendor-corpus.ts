// Vendors' secrets as in their documentation, and people's secrets in the syntax of many tools. Each has its own text.
// A seed determines all values. A third of the vendors and of the syntaxes is unseen: its misses were not looked at
// while the rules of src/workspace/secrets/ were written.

import { redactSecrets } from '../../src/workspace/secrets/redact.ts';
import { readRows } from '../support/data-files.ts';
import { Random } from './corpus-random.ts';
import { fillFormat, jwt } from './corpus-tokens.ts';
import { camel, noun, passwordWords } from './corpus-words.ts';
import { Survivors } from './survivors.ts';

export type VendorGroup = 'tokens without a name' | 'tokens under a name' | 'addresses' | 'syntaxes';

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
export function isUnseen(name: string): boolean {
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
