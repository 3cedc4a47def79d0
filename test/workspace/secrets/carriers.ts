// Texts in which a secret may stand, read from tables: NAME is the name, VALUE the value, HALF1 and HALF2 its halves.

import { readRows } from '../../support/data-files.ts';

type NameSpelling = 'any' | 'word' | 'flag' | 'prose';

export interface Carrier {
  readonly path: string;
  readonly text: string;
  readonly spelling: NameSpelling;
}

/** Texts with a name and a value, for passwords and tokens alike. */
export const namedCarriers: readonly Carrier[] = readRows<[path: string, spelling: NameSpelling, text: string]>(
  new URL('data/named-carriers.tsv', import.meta.url),
).map(([path, spelling, text]) => ({ path, spelling, text }));

/** BASIC is 'joe:VALUE' in base64, BASE64 the value in base64, URL the value percent-encoded. */
export const passwordCarriers: readonly Carrier[] = readUnnamed('password-carriers.tsv');
export const tokenCarriers: readonly Carrier[] = readUnnamed('token-carriers.tsv');

function readUnnamed(file: string): Carrier[] {
  return readRows<[path: string, text: string]>(new URL(`data/${file}`, import.meta.url)).map(([path, text]) => ({
    path,
    text,
    spelling: 'any',
  }));
}

const spellings: Readonly<Record<NameSpelling, (name: string) => string>> = {
  any: (name) => name,
  word: (name) => name.replace(/[.-]/g, '_'),
  flag: (name) => name.replace(/[._]/g, '-').toLowerCase(),
  prose: (name) => name.replace(/[._-]/g, ' '),
};

export function fill({ text, spelling }: Carrier, name: string, value: string): string {
  const half = Math.ceil(value.length / 2);
  const base64 = (plain: string) => Buffer.from(plain).toString('base64');
  const parts: Readonly<Record<string, string>> = {
    NAME: spellings[spelling](name),
    VALUE: value,
    HALF1: value.slice(0, half),
    HALF2: value.slice(half),
    BASIC: base64(`joe:${value}`),
    BASE64: base64(value),
    URL: encodeURIComponent(value),
  };
  return text.replace(/NAME|VALUE|HALF1|HALF2|BASIC|BASE64|\bURL\b/g, (part) => parts[part] ?? part);
}
