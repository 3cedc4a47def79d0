// Types of the corpus: kinds of secrets, carriers (the syntaxes that hold a secret), and where each secret was planted.
import type { Random } from './corpus-random.ts';

/**
 * How a secret can be recognised:
 * - token: by its own form;
 * - named: random text, by its name;
 * - password: chosen by a person, by its name;
 * - url: by its position in the text (user information of a URL, 'Password=');
 * - block: several lines.
 */
export type Form = 'token' | 'named' | 'password' | 'url' | 'block';

export interface Credential {
  /** The text that a person would paste. */
  readonly text: string;
  /** Its parts that must be redacted. Each part that stays is a leak. */
  readonly secrets: readonly string[];
}

export interface Kind {
  readonly name: string;
  readonly form: Form;
  /** Names that people give it, as words: 'stripe secret key'. */
  readonly labels: readonly string[];
  readonly make: (random: Random) => Credential;
}

/** A secret that will be written into a file. */
export interface Entry {
  readonly kind: Kind;
  readonly credential: Credential;
  /** Words: 'stripe secret key'. */
  readonly label: string;
}

/** Text of an entry in its carrier's syntax. */
export interface Written {
  readonly text: string;
  /** The secrets as this text spells them. Set if the carrier escapes, encodes or splits them. */
  readonly secrets?: readonly string[];
}

export interface Carrier {
  readonly name: string;
  readonly forms: readonly Form[];
  /** Set if a file holds only one entry. */
  readonly single?: true;
  readonly entry: (entry: Entry, random: Random) => Written;
  /** Makes a whole file of the entries. `id` differs for each file of a carrier. */
  readonly file: (entries: readonly string[], random: Random, id: string) => { path: string; text: string };
}

export interface Planted {
  readonly kind: string;
  readonly form: Form;
  readonly carrier: string;
  readonly path: string;
  /** If a stored or sent text contains one of these, it is a leak. */
  readonly secrets: readonly string[];
  /** Other files that hold the secret without a name. */
  readonly also: readonly string[];
}

/** Text that resembles a secret but is not one. */
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
