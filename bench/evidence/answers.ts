// Reads the answers to the prompts, and judges them: SET/ARM/*.jsonl below a folder, beside SET/items.jsonl.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A row of items.jsonl: an `EvidenceItem` without its prompts. */
export interface ItemRow {
  readonly id: string;
  readonly document: string;
  readonly offset: number;
  readonly estimate: number;
  readonly localRight: boolean;
  /** Arm → length of its whole prompt, UTF-16 units. */
  readonly characters: Readonly<Record<string, number>>;
}

interface AnswerRow {
  readonly id: string;
  readonly answer: string;
  /** The reader knew the package behind the names. */
  readonly memory?: boolean;
}

export interface AnsweredSet {
  readonly name: string;
  readonly items: readonly ItemRow[];
  /** Arm → id → answer. Arms without an answer are left out. */
  readonly arms: ReadonlyMap<string, ReadonlyMap<string, AnswerRow>>;
}

export function readAnswers(folder: string): AnsweredSet[] {
  const sets = readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'items.jsonl')))
    .sort();
  if (sets.length === 0)
    throw new Error(`No SET/items.jsonl in ${folder}: write the prompts first (--only prompts --into).`);
  return sets.map((name) => readSet(join(folder, name), name));
}

function readSet(folder: string, name: string): AnsweredSet {
  const items = rowsOf<ItemRow>(join(folder, 'items.jsonl'));
  const known = new Set(items.map(({ id }) => id));
  const arms = new Map<string, ReadonlyMap<string, AnswerRow>>();
  for (const arm of Object.keys(items[0]?.characters ?? {})) {
    const answers = new Map<string, AnswerRow>();
    for (const file of filesIn(join(folder, arm)))
      for (const row of rowsOf<AnswerRow>(file)) {
        if (!known.has(row.id)) throw new Error(`${file} answers ${row.id}, which is no item of ${name}.`);
        if (typeof row.answer !== 'string') throw new Error(`${file}: the answer to ${row.id} is no text.`);
        // An answer that was given is never changed: the first one counts.
        if (!answers.has(row.id)) answers.set(row.id, row);
      }
    if (answers.size > 0) arms.set(arm, answers);
  }
  return { name, items, arms };
}

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.jsonl'))
    .sort()
    .map((file) => join(folder, file));
}

function rowsOf<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i) => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as T];
      } catch {
        throw new Error(`${file}:${i + 1} is no JSON.`);
      }
    });
}
