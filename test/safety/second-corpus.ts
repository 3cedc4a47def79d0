// A second corpus of secrets: vendors' credentials and passwords in the forms people write. It was written without
// sight of the rules; arguments, prose and pieces were written before the rules for them. The split is fixed: vendors
// and forms are divided by a hash, and an unseen item has both an unseen vendor and an unseen form.

import { readRows, readTexts } from '../support/data-files.ts';
import { classes, hashOf, makePassword, makeToken, SeededRandom } from './corpus-values.ts';

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
          const value = makeToken(random, row.format);
          const prefix = row.format.slice(0, row.format.indexOf('<'));
          items.push(fill(form, group, row.variable, unseen, { value, prefix, row }, random));
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

/** A third of all keys. */
function isUnseen(key: string): boolean {
  return hashOf(key) % 3 === 0;
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
