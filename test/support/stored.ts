// Reads what is stored: rows, the log, and the texts of an index, which are token ids in the file.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { snapshotName } from '../../src/adapt/models/served.ts';
import { readSnapshot } from '../../src/specialist/ngram/snapshot.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';

/** Path and text of every file in every index below a storage folder. */
export function indexedTexts(
  storage: string,
  tokenizerPath: string,
): { readonly path: string; readonly text: string }[] {
  if (!existsSync(storage)) return [];
  const tokenizer = loadTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8')));
  if (!tokenizer.ok) throw new Error(tokenizer.error.message);
  const names = readdirSync(storage, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith(snapshotName))
    .flatMap((name) => {
      const read = readSnapshot(readFileSync(join(storage, name)));
      if (!read.ok) throw new Error(read.error.message);
      const { paths, starts, tokens } = read.value.arrays;
      return paths.map((path, file) => {
        const ids = tokens.subarray(starts[file], (starts[file + 1] as number) - 1);
        return { path, text: tokenizer.value.decode(ids) };
      });
    });
}

/** Rows of the store, read through another connection; none while there is no store. */
export function rows(storage: string, sql: string): Record<string, unknown>[] {
  const path = join(storage, 'store.sqlite');
  if (!existsSync(path)) return [];
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

/** Our extension's log. */
export function logsOf(userData: string): string {
  const names = readdirSync(userData, { recursive: true, encoding: 'utf8' });
  const logs = names.filter((name) => /easy-adaptation[^/]*\/[^/]*\.log$/i.test(name));
  return logs.map((name) => readFileSync(join(userData, name), 'utf8')).join('\n');
}

export interface LoggedSuggestion {
  readonly length: number;
  readonly model: string;
  readonly ms: number;
}

/** The suggestions in a log, oldest first. */
export function suggestionsIn(log: string): LoggedSuggestion[] {
  return [...log.matchAll(/Suggestion of (\d+) characters by (.+) in (\d+) ms/g)].map(
    ([, length, model = '', ms]): LoggedSuggestion => ({ length: Number(length), model, ms: Number(ms) }),
  );
}

/** The number of characters that were accepted, for each suggestion in the log with this outcome, oldest first. */
export function acceptedIn(log: string, outcome: 'accepted' | 'partly-accepted'): number[] {
  const lines = log.matchAll(/Suggestion (\S+): (\d+) characters accepted/g);
  return [...lines].filter(([, each]) => each === outcome).map(([, , length]) => Number(length));
}
