// Text that no base has learned from: the corpus pipeline's held-out packages.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './packages.ts';

export interface LanguageFile {
  readonly package: string;
  readonly path: string;
  readonly text: string;
}

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
