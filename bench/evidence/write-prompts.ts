// Writes the prompts of a set for readers: SET/ARM/reader-N/group-NN.txt, and SET/items.jsonl for reading the answers. No
// item shows the hidden line of another that is answered with it or later.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EvidenceItem, EvidenceSet } from './types.ts';

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

/** Rules of evidence: a group of at most seven items and 28,000 characters. */
const GROUP = { items: 7, characters: 28_000 };
/** Units after a cursor that a prompt may show, with the rest of its line. */
const REACH = 2500;

export function writePrompts({ name, items }: EvidenceSet, into: string, perReader: number): number {
  const folder = join(into, name);
  mkdirSync(folder, { recursive: true });
  const rows = items.map(({ prompts, ...row }) => ({
    ...row,
    characters: Object.fromEntries(
      Object.entries(prompts).map(([arm, { system, user }]) => [arm, system.length + user.length]),
    ),
  }));
  writeFileSync(join(folder, 'items.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const readers = readersOf(items, { perReader, reach: REACH });
  const arms = Object.keys(items[0]?.prompts ?? {});
  for (const arm of arms) {
    for (const [r, own] of readers.entries()) {
      const reader = join(folder, arm, `reader-${r + 1}`);
      mkdirSync(reader, { recursive: true });
      const length = ({ prompts }: EvidenceItem) => prompts[arm]?.user.length ?? 0;
      for (const [g, group] of groupsOf(own, length, GROUP).entries()) {
        const texts = group.map(({ id, prompts }) => `===== ITEM ${id} =====\n${prompts[arm]?.user}\n`);
        const text = `===== INSTRUCTIONS FOR EACH ITEM =====\n${group[0]?.prompts[arm]?.system}\n\n${texts.join('\n')}`;
        writeFileSync(join(reader, `group-${String(g + 1).padStart(2, '0')}.txt`), text);
      }
    }
  }
  return readers.length;
}
