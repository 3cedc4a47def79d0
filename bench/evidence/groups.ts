// Divides items among readers, and a reader's items into groups, so that no item shows the hidden line of another that is
// answered with it or later.

/** A prompt of one arm. Items of the same document may show each other's hidden text. */
export interface Item {
  readonly id: string;
  readonly document: string;
  /** Where the hidden text begins in the document, UTF-16 units. */
  readonly offset: number;
}

export interface SplitLimits {
  /** Items of a reader. */
  readonly perReader: number;
  /** Units after a cursor that its prompt may show. */
  readonly reach: number;
}

/**
 * Each reader's items. Two cursors of a document go to one reader only if the second is out of reach of the first: what
 * the second shows of the first is answered by then.
 */
export function readersOf<T extends Item>(items: readonly T[], { perReader, reach }: SplitLimits): T[][] {
  const readers: T[][] = Array.from({ length: Math.max(1, Math.round(items.length / perReader)) }, () => []);
  const ascending = items.toSorted(
    (a, b) => (a.document < b.document ? -1 : 1) * Number(a.document !== b.document) || a.offset - b.offset,
  );
  for (const item of ascending) {
    const fits = (reader: readonly T[]) => {
      const last = reader.findLast(({ document }) => document === item.document);
      return last === undefined || item.offset > last.offset + reach;
    };
    const fitting = readers.filter(fits).sort((a, b) => a.length - b.length)[0];
    if (fitting) fitting.push(item);
    else readers.push([item]);
  }
  return readers;
}

export interface GroupLimits {
  readonly items: number;
  /** Of all texts of a group. An item that is longer has a group of its own. */
  readonly characters: number;
}

/** The groups of a reader, in order: no two items of a document in one, and the items of a document upwards. */
export function groupsOf<T extends Item>(
  items: readonly T[],
  lengthOf: (item: T) => number,
  limits: GroupLimits,
): T[][] {
  const groups: T[][] = [];
  let left = items;
  while (left.length > 0) {
    const group: T[] = [];
    const seen = new Set<string>();
    let length = 0;
    for (const item of left) {
      const fits = group.length < limits.items && (length === 0 || length + lengthOf(item) <= limits.characters);
      // A later item of the same document waits for this one.
      if (fits && !seen.has(item.document)) {
        group.push(item);
        length += lengthOf(item);
      }
      seen.add(item.document);
    }
    groups.push(group);
    left = left.filter((item) => !group.includes(item));
  }
  return groups;
}
