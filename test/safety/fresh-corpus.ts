// A corpus of what earlier rules missed: arguments, clients, SQL, settings, salts, values of several parts, phrases and
// rare forms. Its forms were written before the rules for them. Half of them, chosen by a hash, are held out.
import { readTexts } from '../support/data-files.ts';
import { classes, hashOf, makeToken, SeededRandom } from './corpus-values.ts';

export const freshKinds = [
  'arguments',
  'clients',
  'sql',
  'configuration',
  'salts',
  'separated',
  'phrases',
  'others',
] as const;

export interface FreshItem {
  readonly kind: (typeof freshKinds)[number];
  readonly heldOut: boolean;
  readonly path: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

/** Each form with `times` values. */
export function makeFresh(seed: number, times: number): FreshItem[] {
  const random = new SeededRandom(seed);
  return freshKinds.flatMap((kind) =>
    readTexts(new URL(`data/fresh-${kind}.txt`, import.meta.url)).flatMap(({ title, text }) =>
      Array.from({ length: times }, () => {
        const heldOut = hashOf(title + text) % 2 === 0;
        return { kind, heldOut, path: title, ...fill(text, random) };
      }),
    ),
  );
}

function fill(form: string, random: SeededRandom): Pick<FreshItem, 'text' | 'secrets'> {
  const secrets: string[] = [];
  const plain = new Map<string, string>();
  const text = form.replace(/«(\w+)»/g, (_, slot: string) => {
    const known = plain.get(slot);
    if (known !== undefined) return known;
    const value = plainSlots[slot]?.(random);
    if (value !== undefined) {
      plain.set(slot, value);
      return value;
    }
    const secret = secretSlots[slot]?.(random);
    if (secret === undefined) throw new Error(`There is no slot '${slot}'.`);
    secrets.push(secret);
    return secret;
  });
  return { text, secrets };
}

const plainSlots: Readonly<Record<string, (random: SeededRandom) => string>> = {
  u: (r) => r.pick(['app', 'root', 'anna', 'deploy', 'svc_backup', 'admin', 'm.keller', 'reporting']),
  h: (r) => `${r.pick(['db', 'mail', 'api', 'cache', 'files'])}.${r.pick(['acme.com', 'corp.local'])}`,
  i: (r) => `AKIA${r.characters(classes.R as string, 16)}`,
  g: (r) => makeToken(r, '<u>'),
  n: (r) => makeToken(r, '<h32>'),
};

const secretSlots: Readonly<Record<string, (random: SeededRandom) => string>> = {
  p: makeChosen,
  q: makeChosen,
  /** In SQL without quotes. */
  w: (r) => `${word(r)}${capital(word(r))}${r.below(1000)}`,
  d: (r) => `${capital(word(r))}.${r.chance(0.5) ? capital(word(r)) : word(r)}${r.below(100)}`,
  l: (r) => {
    const words = [word, word].map((one) => (r.chance(0.6) ? capital(one(r)) : one(r)));
    return `${words.join(' ')} ${r.below(1000)}${r.pick(['', '', '!', '#'])}`;
  },
  f: makePhrase,
  k: (r) => makeToken(r, r.pick(['<h32>', '<h40>', '<a24>', '<a40>', '<w43>', '<b40>'])),
  k40: (r) => makeToken(r, '<b40>'),
  c: (r) => Buffer.from(r.characters(classes.a as string, 32)).toString('base64'),
  s: (r) => r.characters(`${classes.a}!@#$%^&*()-_=+[]{}|;:,.<>~?/ `, 64).replace(/^ | $/g, '#'),
  r: (r) => makeToken(r, '<a64>'),
  b: (r) => Buffer.from(`app:${makeChosen(r)}`).toString('base64'),
  j: (r) => r.characters(`${classes.l}!@#$%^&*(-_=+)`, 50),
  F: (r) => `${makeToken(r, '<w42>')}${r.pick(['0', '4', '8', 'A', 'E', 'I', 'M', 'Q', 'U', 'Y', 'c', 'g'])}=`,
  P: (r) => r.characters('0123456789', r.pick([4, 6, 8])),
  U: (r) => makeToken(r, '<u>'),
  /** A password that Apple or Google makes for one program. */
  m: (r) => Array.from({ length: 4 }, () => r.characters(classes.z as string, 4)).join('-'),
};

const words = (
  'luna thyme harbor violet granite maple pepper comet salmon lantern velvet copper meadow cactus walnut amber ' +
  'raven cobalt juniper saffron glacier bamboo marmot nickel poppy quartz ember willow badger canyon daisy fjord ' +
  'ginger hazel indigo jasper kettle lemon mango nutmeg olive pebble rabbit spruce tulip umbra vanilla wombat ' +
  'yarrow zephyr summer winter coffee dragon sunshine monkey football purple orange silver tiger eagle ocean river ' +
  'mountain forest castle rocket pirate wizard kitten cookie cheese banana'
).split(' ');
const word = (random: SeededRandom) => random.pick(words);
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A password without blanks and quotes: words with digits, points, capitals or signs; random; or two words alone. */
function makeChosen(r: SeededRandom): string {
  const mark = () => r.pick(['!', '#', '?', '*', '%', '+']);
  const kinds: readonly (() => string)[] = [
    () => `${capital(word(r))}${r.between(10, 2030)}${mark()}`,
    () => `${capital(word(r))}${r.between(10, 2030)}`,
    () => `${word(r)}${r.between(100, 9999)}`,
    () => `${capital(word(r))}.${capital(word(r))}${r.below(100)}`,
    () => `${word(r)}-${word(r)}-${r.between(10, 99)}`,
    () => `${word(r)}_${word(r)}${r.below(10)}${mark()}`,
    () => `${word(r)}${capital(word(r))}${r.below(1000)}`,
    () => `${capital(word(r)).replaceAll('o', '0').replaceAll('a', '@').replaceAll('e', '3')}${r.between(10, 99)}`,
    () => r.characters(classes.a as string, r.between(10, 20)),
    () => `${r.characters(classes.a as string, 6)}${mark()}${r.characters(classes.a as string, 6)}`,
    () => r.characters(classes.h as string, r.pick([16, 24, 32])),
    () => `${word(r)}${word(r)}`,
    () => `${word(r)}-${word(r)}-${word(r)}-${word(r)}`,
  ];
  return r.pick(kinds)();
}

const links = ['my', 'the', 'and', 'eats', 'loves', 'with', 'under', 'has', 'near', 'jumps'];

/** Three to six words: in lower case, with capitals, with a number, or a short sentence. */
function makePhrase(r: SeededRandom): string {
  const some = Array.from({ length: r.between(3, 6) }, () => word(r));
  const kinds: readonly (() => string)[] = [
    () => some.join(' '),
    () => some.map(capital).join(' '),
    () => `${capital(some.join(' '))} ${r.below(1000)}`,
    () => `${some.join(' ')}${r.pick(['!', '?'])}`,
    () => some.flatMap((one, i) => (i % 2 === 1 ? [r.pick(links), one] : [one])).join(' '),
    () => `My ${some.slice(0, 2).join(' ')} has ${r.between(2, 90)} ${word(r)}s`,
  ];
  return r.pick(kinds)();
}
