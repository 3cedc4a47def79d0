// Runs the rows of forms over a text: only those a part of which is there at all.

import type { ShapeRow } from './accept.ts';
import { addressRows } from './addresses.ts';
import { commandRows } from './command-lines.ts';
import { fieldRows } from './fields.ts';
import type { Found, SearchedText } from './found.ts';
import { shapeRows } from './shapes.ts';

const rows: readonly ShapeRow[] = [...addressRows, ...shapeRows, ...commandRows, ...fieldRows];

export function findShapes({ text, path }: SearchedText): Found[] {
  const found: Found[] = [];
  const has = partsOf(text);
  for (const row of rows) {
    if ((row.paths && !row.paths.test(path)) || !mayMatch(row, has)) continue;
    for (const match of text.matchAll(row.pattern)) {
      const secret = match.groups?.secret ?? match.slice(1).find((group) => group !== undefined) ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      if (row.accept?.(secret, match) ?? true)
        found.push({ start, end: start + secret.length, value: secret, kind: row.kind });
    }
  }
  return found;
}

function mayMatch({ contains }: ShapeRow, has: (part: string) => boolean): boolean {
  if (contains === undefined) return true;
  return typeof contains === 'string' ? has(contains) : contains.some(has);
}

/** A search for each part is quicker in a shorter text. UTF-16 units. */
const long = 20_000;
/** Five bits of each of four units in a row. */
const bits = 20;
const mask = (1 << bits) - 1;
const present = new Uint8Array(1 << bits);

/** @returns whether the text has a part */
function partsOf(text: string): (part: string) => boolean {
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
