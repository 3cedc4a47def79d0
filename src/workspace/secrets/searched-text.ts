// What the finders of secrets read and return, and a test of a text for many substrings in one pass.

/** Offsets in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Found extends Span {
  /** The secret itself: unescaped, and joined if the text has it in pieces. */
  readonly value: string;
}

/**
 * What a name says of its value.
 * - password: the name is unambiguous, so a value that a person might choose counts (`hunter2hunter`);
 * - token: only a value that looks random counts;
 * - weak: the name is often unrelated (`key`, `auth`), so only a long random value counts;
 * - unknown: the name says nothing about secrets;
 * - not-secret: the name says that the value is not a secret (`tokenHash`, `key_id`, `integrity`).
 */
export type Strength = 'password' | 'token' | 'weak' | 'unknown' | 'not-secret';

export interface SearchedText {
  readonly text: string;
  readonly path: string;
  /** A settings file, shell script or the like, where unquoted text is a value, not code. */
  readonly isSettings: boolean;
  /** A document, where unquoted text is a value if it looks like one. */
  readonly isProse: boolean;
  readonly parts: Parts;
}

export type Finder = (source: SearchedText) => Found[];

/** Valid until `partsOf` is called with another text, because the filter is shared. */
export interface Parts {
  has(part: string): boolean;
  /** Ignores case. @param part in lower case */
  hasLower(part: string): boolean;
}

/** In shorter texts, a separate search for each part is faster. UTF-16 units. */
const filterFromLength = 20_000;
/** The filter has 2 ** bits bits, one for each hash of four consecutive units. Hashes ignore case. */
const bits = 22;
const seenHashes = new Uint8Array(1 << (bits - 3));

export function partsOf(text: string): Parts {
  const mayHave = text.length < filterFromLength ? () => true : filterFor(text);
  let lower: string | undefined;
  return {
    has: (part) => mayHave(part) && text.includes(part),
    hasLower: (part) => {
      if (!mayHave(part)) return false;
      lower ??= text.toLowerCase();
      return lower.includes(part);
    },
  };
}

/** @returns a test that is false if some four units of the part do not occur in the text in any case */
function filterFor(text: string): (part: string) => boolean {
  seenHashes.fill(0);
  let window = 0;
  for (let i = 0; i < text.length; i++) {
    window = (window << 8) | byteOf(text.charCodeAt(i));
    const hash = hashOf(window);
    seenHashes[hash >> 3] = (seenHashes[hash >> 3] as number) | (1 << (hash & 7));
  }
  return mayHave;
}

function mayHave(part: string): boolean {
  let window = 0;
  for (let i = 0; i < part.length; i++) {
    window = (window << 8) | byteOf(part.charCodeAt(i));
    const hash = hashOf(window);
    if (i >= 3 && ((seenHashes[hash >> 3] as number) & (1 << (hash & 7))) === 0) return false;
  }
  return true;
}

/** The same byte for both cases of a letter. Beyond ASCII, only the unit's block of 256. */
function byteOf(unit: number): number {
  return unit < 128 ? unit | 32 : 128 | ((unit >> 8) & 127);
}

function hashOf(fourUnits: number): number {
  return Math.imul(fourUnits, 0x9e3779b1) >>> (32 - bits);
}
