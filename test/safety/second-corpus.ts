// A second corpus of secrets: vendors' credentials and passwords in the forms people write. It was written without sight
// of the rules; arguments, prose and pieces were written before the rules for them. The split is fixed: vendors and
// forms are divided by a hash, and an unseen item has both an unseen vendor and an unseen form.

import { redactPath } from '../../src/workspace/secrets/known/redact-path.ts';
import { redactSecrets } from '../../src/workspace/secrets/redact.ts';
import { readRows, readTexts } from '../support/data-files.ts';
import { Random } from './corpus-random.ts';

export interface SecondItem {
  readonly group: 'vendors' | 'passwords' | 'languages' | 'tools' | 'arguments' | 'prose' | 'pieces';
  /** Variable or language. */
  readonly of: string;
  readonly unseen: boolean;
  readonly path: string;
  readonly text: string;
  /** The parts of the secret as the text contains them, without a token's literal prefix. */
  readonly secrets: readonly string[];
}

interface VendorRow {
  readonly vendor: string;
  /** The environment variable in which the vendor's documents keep the credential. */
  readonly variable: string;
  /** Literal text and classes: `<h32>` is 32 hexadecimal digits. */
  readonly format: string;
}

export const vendorRows: readonly VendorRow[] = readRows<[string, string, string]>(
  new URL('data/second-vendors.tsv', import.meta.url),
).map(([vendor, variable, format]) => ({ vendor, variable, format }));

/** A file's text with slots. */
interface Form {
  readonly path: string;
  readonly body: string;
}

function readForms(name: string): Form[] {
  return readTexts(new URL(`data/${name}`, import.meta.url)).map(({ title, text }) => ({ path: title, body: text }));
}

const tokenForms = readForms('second-tokens.txt');
const passwordForms = readForms('second-passwords.txt');
const languageForms = readForms('second-languages.txt');
const toolForms = readForms('second-tools.txt');
const argumentForms = readForms('second-arguments.txt');
const proseForms = readForms('second-prose.txt');
const pieceForms = readForms('second-pieces.txt');

/** If at least this many characters in a row of a secret remain in redacted text, the secret is missed. */
const missLength = 8;

export function makeSecondCorpus(seed: number): SecondItem[] {
  const random = new SeededRandom(seed);
  const items: SecondItem[] = [];
  const split = <Row>(rows: readonly Row[], key: (row: Row) => string) =>
    [false, true].map((unseen) => ({ unseen, rows: rows.filter((row) => isUnseen(key(row)) === unseen) }));
  const addTokens = (group: SecondItem['group'], all: readonly Form[], least: number, most: number) => {
    const forms = split(all, (form) => form.body);
    for (const { unseen, rows } of split(vendorRows, (row) => row.vendor)) {
      const allowed = forms.find((some) => some.unseen === unseen)?.rows ?? [];
      for (const row of rows) {
        for (const form of random.sample(allowed, random.between(least, most))) {
          const { prefix, rest } = makeToken(random, row.format);
          items.push(fill(form, group, row.variable, unseen, { value: prefix + rest, prefix, row }, random));
        }
      }
    }
  };
  addTokens('vendors', tokenForms, 3, 6);
  for (const [group, all, times] of [
    ['passwords', passwordForms, 5],
    ['languages', languageForms, 3],
    ['tools', toolForms, 3],
  ] as const) {
    for (const { unseen, rows } of split(all, (form) => form.body)) {
      for (const form of rows) {
        for (let time = 0; time < times; time++) {
          const value = makePassword(random);
          const of = group === 'languages' ? form.path.slice(0, 2) : form.path;
          items.push(fill(form, group, of, unseen, { value, prefix: '' }, random));
        }
      }
    }
  }
  addTokens('arguments', argumentForms, 2, 3);
  addTokens('prose', proseForms, 2, 3);
  addTokens('pieces', pieceForms, 2, 3);
  return items;
}

/** The items whose secret is missed: `missLength` of its characters in a row, or a whole shorter secret, remain. */
export function missedSecond(items: readonly SecondItem[]): SecondItem[] {
  return items.filter(({ path, text, secrets }) => {
    const redacted = path === 'path' ? redactPath(text, []) : redactSecrets(text, path).text;
    return secrets.some((secret) => stays(secret, redacted));
  });
}

export function stays(secret: string, redacted: string): boolean {
  for (let at = 0; at + missLength <= secret.length; at++) {
    if (redacted.includes(secret.slice(at, at + missLength))) return true;
  }
  return secret.length < missLength && redacted.includes(secret);
}

/** A third of all keys. */
function isUnseen(key: string): boolean {
  return hashOf(key) % 3 === 0;
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
};

/** A random credential of a format; `prefix` is the literal text before its first class. */
function makeToken(random: SeededRandom, format: string): { prefix: string; rest: string } {
  const start = format.indexOf('<');
  const rest = format.slice(start).replace(/<([a-zA-Z])(\d*)>/g, (_, letter: string, count: string) => {
    if (letter === 'u') return [8, 4, 4, 4, 12].map((length) => random.characters(classes.h ?? '', length)).join('-');
    if (letter === 'j') return makeWebToken(random);
    return random.characters(classes[letter] ?? '', Number(count));
  });
  return { prefix: format.slice(0, start), rest };
}

function makeWebToken(random: SeededRandom): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const payload = { sub: random.characters(digits, 9), iat: 1764000000 + random.below(1e6) };
  return [encode({ alg: 'HS256', typ: 'JWT' }), encode(payload), random.characters(classes.w ?? '', 43)].join('.');
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

interface Filled {
  readonly value: string;
  readonly prefix: string;
  readonly row?: VendorRow;
}

function fill(
  form: Form,
  group: SecondItem['group'],
  of: string,
  unseen: boolean,
  filled: Filled,
  random: SeededRandom,
): SecondItem {
  const { value, prefix, row } = filled;
  const user = random.pick(['app', 'root', 'anna', 'deploy', 'svc_backup', 'admin', 'm.keller']);
  const rest = value.slice(prefix.length);
  const secrets: string[] = [];
  const written: Record<string, { all: string; secret: string }> = {
    v: { all: value, secret: rest },
    v64: { all: toBase64(value), secret: toBase64(value) },
    vUrl: { all: encodeURIComponent(value), secret: encodeURIComponent(rest) },
    basic: { all: toBase64(`${user}:${value}`), secret: toBase64(`${user}:${value}`) },
  };
  const names: Record<string, string> = { u: user, ...(row === undefined ? {} : slotsOf(row)) };
  const text = form.body.replace(/«(\w+)»/g, (_, name: string) => {
    const [, nth, count] = /^v(\d)of(\d)$/.exec(name) ?? [];
    if (nth !== undefined) {
      const piece = pieceOf(value, Number(nth), Number(count));
      const secret = nth === '1' ? piece.slice(prefix.length) : piece;
      if (secret.length >= 4) secrets.push(secret);
      return piece;
    }
    const drawn = /^([a-zA-Z])(\d+)$/.exec(name);
    const one = written[name] ?? (drawn && name !== 'v64' ? drawnSecret(random, drawn) : undefined);
    if (one !== undefined) {
      secrets.push(one.secret);
      return one.all;
    }
    const slot = names[name];
    if (slot === undefined) throw new Error(`There is no slot '${name}' in ${form.path}.`);
    return slot;
  });
  return { group, of, unseen, path: form.path, text, secrets };
}

/** The nth of `count` pieces of nearly the same length. */
function pieceOf(value: string, nth: number, count: number): string {
  const at = (piece: number) => Math.round((piece * value.length) / count);
  return value.slice(at(nth - 1), at(nth));
}

function drawnSecret(random: SeededRandom, [, letter = '', count]: RegExpExecArray): { all: string; secret: string } {
  const secret = random.characters(classes[letter] ?? '', Number(count));
  return { all: secret, secret };
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The names that a credential has in the conventions of languages and tools. */
function slotsOf({ vendor, variable }: VendorRow): Record<string, string> {
  const kindWords = /(?:API_)?(?:ACCESS_|SECRET_|PRIVATE_)?(?:KEY|TOKEN|SECRET|PASSWORD|PAT|URL)$/
    .exec(variable)?.[0]
    .split('_');
  const kind = (kindWords ?? ['API', 'KEY']).map((word) => word.toLowerCase());
  const words = variable.toLowerCase().split('_');
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  const pascal = (of: readonly string[]) => of.map(capital).join('');
  const camel = (of: readonly string[]) => of.map((word, at) => (at === 0 ? word : capital(word))).join('');
  const slug = vendor.toLowerCase().replace(/[^a-z\d]+/g, '-');
  const kindHuman = kind
    .map((word) => (word === 'api' || word === 'pat' || word === 'url' ? word.toUpperCase() : word))
    .join(' ');
  return {
    vendor,
    slug,
    pascalVendor: pascal(slug.split('-')),
    human: `${vendor} ${kindHuman}`,
    env: variable,
    snake: words.join('_'),
    camel: camel(words),
    kebab: words.join('-'),
    pascal: pascal(words),
    dotted: words.join('.'),
    kindSnake: kind.join('_'),
    kindCamel: camel(kind),
    kindPascal: pascal(kind),
    kindKebab: kind.join('-'),
    kindHeader: kind.map(capital).join('-'),
    kindHuman,
  };
}
