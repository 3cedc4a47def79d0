// Which parts a text has: many searches for the price of one walk.

/** Valid until `partsOf` is called with another text. */
export interface Parts {
  has(part: string): boolean;
  /** @param part in lower case, which the text may write in capitals */
  hasLower(part: string): boolean;
}

/** A search for each part is quicker in a shorter text. UTF-16 units. */
const long = 20_000;
/** A bit for each hash of four units in a row, letters of both cases alike. */
const bits = 22;
const present = new Uint8Array(1 << (bits - 3));

export function partsOf(text: string): Parts {
  const mayHave = text.length < long ? () => true : walked(text);
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

/** @returns false: some four units of the part stand nowhere in the text, whatever their case */
function walked(text: string): (part: string) => boolean {
  present.fill(0);
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    last = (last << 8) | byteOf(text.charCodeAt(i));
    const hash = hashOf(last);
    present[hash >> 3] = (present[hash >> 3] as number) | (1 << (hash & 7));
  }
  return mayHave;
}

function mayHave(part: string): boolean {
  let last = 0;
  for (let i = 0; i < part.length; i++) {
    last = (last << 8) | byteOf(part.charCodeAt(i));
    const hash = hashOf(last);
    if (i >= 3 && ((present[hash >> 3] as number) & (1 << (hash & 7))) === 0) return false;
  }
  return true;
}

/** The same for both cases of a letter: beyond ASCII only the block of 256 that it lies in. */
function byteOf(unit: number): number {
  return unit < 128 ? unit | 32 : 128 | ((unit >> 8) & 127);
}

function hashOf(fourUnits: number): number {
  return Math.imul(fourUnits, 0x9e3779b1) >>> (32 - bits);
}
