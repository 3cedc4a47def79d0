// What the corpus of planted secrets is made of: kinds of secrets, carriers that hold them, and what was planted where.
import type { Random } from './corpus-random.ts';

/**
 * How a secret can be known for one.
 * token: by its own form. named: random, but only its name says what it is. password: chosen by a person, only its name says so.
 * url: text with the secret at a place that means one (userinfo, 'Password='). block: many lines.
 */
export type Form = 'token' | 'named' | 'password' | 'url' | 'block';

export interface Credential {
  /** What a person would paste. */
  readonly text: string;
  /** What of it must be gone; any one of them that is left is a leak. */
  readonly secrets: readonly string[];
}

export interface Kind {
  readonly name: string;
  readonly form: Form;
  /** Names that people give it, as words: 'stripe secret key'. */
  readonly labels: readonly string[];
  readonly make: (random: Random) => Credential;
}

/** One secret on its way into a file. */
export interface Entry {
  readonly kind: Kind;
  readonly credential: Credential;
  /** Words: 'stripe secret key'. */
  readonly label: string;
}

/** Text of an entry in its carrier's syntax. */
export interface Written {
  readonly text: string;
  /** The secrets as they are spelled here, where the carrier escapes, encodes or splits them. */
  readonly secrets?: readonly string[];
}

export interface Carrier {
  readonly name: string;
  readonly forms: readonly Form[];
  /** One entry a file. */
  readonly single?: true;
  readonly entry: (entry: Entry, random: Random) => Written;
  /** A whole file round its entries; `id` tells files of a carrier apart. */
  readonly file: (entries: readonly string[], random: Random, id: string) => { path: string; text: string };
}

export interface Planted {
  readonly kind: string;
  readonly form: Form;
  readonly carrier: string;
  readonly path: string;
  /** Any one of these in what is kept or sent is a leak. */
  readonly secrets: readonly string[];
  /** Files that hold it again, under no name. */
  readonly also: readonly string[];
}

/** Text that looks a little like a secret and is none. */
export interface Innocent {
  readonly what: string;
  readonly path: string;
  readonly text: string;
}

export interface Corpus {
  readonly files: Readonly<Record<string, string>>;
  readonly planted: readonly Planted[];
  readonly innocent: readonly Innocent[];
}
