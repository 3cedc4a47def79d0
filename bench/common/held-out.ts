// Text that no base has learned from: the corpus pipeline's held-out packages, and a seeded choice of whole files from any set.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shuffled } from '../../src/common/statistics/random.ts';
import { cacheFolder } from './packages.ts';

export interface LanguageFile {
  readonly package: string;
  readonly path: string;
  readonly text: string;
}

/** Files above this are left out, characters: a handful of them would be all of a language's text. */
const longest = 40_000;
const shortest = 200;

/** Files of the held-out packages by language, e.g. 'typescript'; undefined where the corpus was not built on this machine. */
export function heldOutFiles(languages: readonly string[]): Map<string, LanguageFile[]> | undefined {
  const folder = join(cacheFolder('pretrain'), 'corpus-held');
  const [index, texts] = [join(folder, 'files.tsv'), join(folder, 'text.bin')];
  if (!existsSync(index) || !existsSync(texts)) return undefined;
  const bytes = readFileSync(texts);
  const found = new Map(languages.map((language): [string, LanguageFile[]] => [language, []]));
  for (const line of readFileSync(index, 'utf8').split('\n')) {
    const [name, language = '', path, offset, size] = line.split('\t');
    if (name === undefined || path === undefined) continue;
    const text = () => bytes.toString('utf8', Number(offset), Number(offset) + Number(size));
    found.get(language)?.push({ package: name, path, text: text() });
  }
  return found;
}

/**
 * Whole files of about `characters` in all, the packages in turn, so that none of them is most of the text.
 * The same seed and files give the same choice.
 */
export function chooseFiles<T extends LanguageFile>(files: readonly T[], characters: number, seed: number): T[] {
  const queues = new Map<string, T[]>();
  for (const index of shuffled(files.length, seed)) {
    const file = files[index] as T;
    if (file.text.length < shortest || file.text.length > longest) continue;
    const queue = queues.get(file.package);
    if (queue) queue.push(file);
    else queues.set(file.package, [file]);
  }
  const chosen: T[] = [];
  let total = 0;
  while (total < characters && queues.size > 0) {
    // The package that has given least so far: files differ in length more than packages should in weight.
    let next: { name: string; given: number } | undefined;
    for (const name of queues.keys()) {
      const given = chosen.reduce((sum, file) => sum + (file.package === name ? file.text.length : 0), 0);
      if (!next || given < next.given) next = { name, given };
    }
    const { name } = next as { name: string };
    const queue = queues.get(name) as T[];
    const file = queue.shift() as T;
    if (queue.length === 0) queues.delete(name);
    chosen.push(file);
    total += file.text.length;
  }
  return chosen;
}
