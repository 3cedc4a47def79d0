// The functions of a folder that it hardly shows in use: what the large model is asked to write about. By the grammars alone, so that what comes of it can
// be checked by them.

import { shuffled } from '../fit/random.ts';
import type { HarvestedFile } from '../harvest/types.ts';
import { codeOf } from '../syntax/documented.ts';
import { functionsIn } from '../syntax/functions.ts';
import { parserFor } from '../syntax/grammars.ts';
import { isTest } from '../text/test-paths.ts';

export interface Subject {
  readonly path: string;
  readonly languageId: string;
  readonly name: string;
  readonly code: string;
  /** Times that the folder names it elsewhere. */
  readonly uses: number;
}

/** What the large model got wrong in a file: the text that belonged there. */
export interface Failing {
  readonly path: string;
  readonly truth: string;
}

/** Used more often, the folder shows it well enough. */
const MOST_USES = 3;
/** Shorter ones say nothing, neither do their names. */
const LEAST = { code: 60, name: 4 };
/** Text whose functions are looked for, characters: seconds. Of a larger folder, those of some of its files. */
const MOST_TEXT = 1_500_000;
const SEED = 3;
const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;
const IS_NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/**
 * At most `most`, from all files alike, the least used of each first. Deterministic.
 * @param turn awaited after each file
 */
export async function hardlyShown(
  files: readonly HarvestedFile[],
  most: number,
  turn: () => Promise<void>,
): Promise<Subject[]> {
  const mentions = new Map<string, number>();
  for (const { text } of files) {
    for (const [name] of text.matchAll(NAME)) mentions.set(name, (mentions.get(name) ?? 0) + 1);
    await turn();
  }
  const found: Subject[] = [];
  const defined = new Map<string, number>();
  let looked = 0;
  for (const at of shuffled(files.length, SEED)) {
    const { path, languageId, text, kind } = files[at] as HarvestedFile;
    if (looked > MOST_TEXT) break;
    if (kind !== 'code' || isTest(path) || (await parserFor(languageId)) === undefined) continue;
    looked += text.length;
    for (const each of await functionsIn(languageId, text)) {
      const { name } = each;
      defined.set(name, (defined.get(name) ?? 0) + 1);
      const code = codeOf(text, each);
      const uses = (mentions.get(name) ?? 1) - 1;
      const says = IS_NAME.test(name) && name.length >= LEAST.name && code.length >= LEAST.code;
      if (says && uses <= MOST_USES) found.push({ path, languageId, name, code, uses });
    }
    await turn();
  }
  // Of two with one name nobody knows which is used.
  const own = found.filter(({ name }) => defined.get(name) === 1);
  const ranked = [...Map.groupBy(own, ({ path }) => path).values()].flatMap((ofFile) =>
    ofFile.sort((a, b) => a.uses - b.uses).map((subject, at) => ({ subject, at })),
  );
  return ranked
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ subject }) => subject);
}

/** First those that the large model could not write where they belonged, then those of the files, then of the folders, where it failed. */
export function byFailing<T>(items: readonly T[], subjectOf: (item: T) => Subject, failing: readonly Failing[]): T[] {
  const folderOf = (path: string) => path.split('/').slice(0, -1).join('/');
  const named = new Set(failing.flatMap(({ truth }) => truth.match(NAME) ?? []));
  const paths = new Set(failing.map(({ path }) => path));
  const folders = new Set([...paths].map(folderOf));
  const worth = (item: T) => {
    const { name, path } = subjectOf(item);
    return (named.has(name) ? 4 : 0) + (paths.has(path) ? 2 : 0) + (folders.has(folderOf(path)) ? 1 : 0);
  };
  return items.toSorted((a, b) => worth(b) - worth(a));
}
