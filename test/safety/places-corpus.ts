// A corpus of the places in which a password stands: arguments, clients, SQL, settings, and URLs in pieces. Its forms
// were written before the rules for them were read. Half of them, chosen by a hash, are held out.
import { readTexts } from '../support/data-files.ts';
import { classes, hashOf, makePassword, SeededRandom } from './corpus-values.ts';

export const placeKinds = ['urls', 'arguments', 'clients', 'sql', 'configuration'] as const;
export type PlaceKind = (typeof placeKinds)[number];

export interface PlaceItem {
  readonly kind: PlaceKind;
  readonly heldOut: boolean;
  readonly path: string;
  readonly text: string;
  readonly secrets: readonly string[];
}

/** Each form with `times` values. */
export function makePlaces(seed: number, times: number): PlaceItem[] {
  const random = new SeededRandom(seed);
  return placeKinds.flatMap((kind) =>
    readTexts(new URL(`data/places-${kind}.txt`, import.meta.url)).flatMap(({ title, text }) =>
      Array.from({ length: times }, () => {
        const filled = fillPlace(text, kind, random);
        return { kind, heldOut: hashOf(text) % 2 === 0, path: title, ...filled };
      }),
    ),
  );
}

function fillPlace(form: string, kind: PlaceKind, random: SeededRandom): Pick<PlaceItem, 'text' | 'secrets'> {
  const secrets: string[] = [];
  const user = random.pick(['app', 'root', 'anna', 'deploy', 'svc_backup', 'admin', 'm.keller', 'reporting']);
  const host = `${random.pick(['db', 'mail', 'api', 'cache', 'files'])}.${random.pick(['acme.com', 'corp.local'])}`;
  const text = form.replace(/«(\w)»/g, (_, slot: string) => {
    if (slot === 'u') return user;
    if (slot === 'h') return host;
    if (slot === 'i') return `AKIA${random.characters(classes.R as string, 16)}`;
    if (slot === 'n') return random.characters(classes.h as string, 32);
    if (slot === 'g') return [8, 4, 4, 4, 12].map((n) => random.characters(classes.h as string, n)).join('-');
    const secret = secretOf(slot, kind, random);
    secrets.push(secret);
    return secret;
  });
  return { text, secrets };
}

function secretOf(slot: string, kind: PlaceKind, random: SeededRandom): string {
  const draw = (letter: string, count: number) => random.characters(classes[letter] as string, count);
  switch (slot) {
    case 'p':
    case 'q':
      for (;;) {
        const password = makePassword(random);
        // In a URL, other characters would have to be encoded.
        if (kind !== 'urls' || /^[\w.!*-]+$/.test(password)) return password;
      }
    case 'w':
      return `${draw('z', 3)}${draw('a', 9)}`;
    case 'k':
      return random.pick([draw('h', 32), draw('h', 40), draw('a', 24), draw('a', 40), draw('w', 43), draw('b', 40)]);
    case 'x':
      return draw('h', 32);
    case 'b':
      return Buffer.from(draw('a', 24)).toString('base64');
    case 's':
      return random.characters(`${classes.a}!@#$%^&*()-_=+[]{}|;:,.<>~`, 50);
    default:
      throw new Error(`There is no slot '${slot}'.`);
  }
}
