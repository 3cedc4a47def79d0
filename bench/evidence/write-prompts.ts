// Writes the prompts of a set for readers: SET/ARM/reader-N/group-NN.txt, and SET/items.jsonl for reading the answers.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { groupsOf, readersOf } from './groups.ts';
import type { EvidenceItem, EvidenceSet } from './types.ts';

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
