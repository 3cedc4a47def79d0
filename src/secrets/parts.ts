// Which parts a long text may have, told for many of them by walking it once.

/** A search for each part is quicker in a shorter text. UTF-16 units. */
const long = 20_000;
/** Five bits of each of four units in a row. */
const bits = 20;
const mask = (1 << bits) - 1;
const present = new Uint8Array(1 << bits);

/** @returns whether the text has a part */
export function partsOf(text: string): (part: string) => boolean {
  if (text.length < long) return (part) => text.includes(part);
  present.fill(0);
  let last = 0;
  for (let i = 0; i < text.length; i++) {
    last = ((last << 5) ^ text.charCodeAt(i)) & mask;
    present[last] = 1;
  }
  return (part) => mayHave(part) && text.includes(part);
}

/** False: some four units of the part stand nowhere in the text that was walked last. */
function mayHave(part: string): boolean {
  let last = 0;
  for (let i = 0; i < part.length; i++) {
    last = ((last << 5) ^ part.charCodeAt(i)) & mask;
    if (i >= 3 && present[last] === 0) return false;
  }
  return true;
}
