// Tells quickly whether a text contains given parts: one pass over the text rules out most of them.

/** Valid until `partsOf` is called with another text. */
export interface Parts {
  has(part: string): boolean;
  /** @param part in lower case; the text may have it in any case */
  hasLower(part: string): boolean;
}

/** In a text of fewer UTF-16 units, a separate search for each part is faster. */
const long = 20_000;
/** Length of a hash, bits. `present` has one bit for each hash of four consecutive units, case ignored. */
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

/** @returns a test of a part; false if four consecutive units of the part occur nowhere in the text, in any case */
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

/** Equal for both cases of a letter. Beyond ASCII, only the unit's block of 256 counts. */
function byteOf(unit: number): number {
  return unit < 128 ? unit | 32 : 128 | ((unit >> 8) & 127);
}

function hashOf(fourUnits: number): number {
  return Math.imul(fourUnits, 0x9e3779b1) >>> (32 - bits);
}
