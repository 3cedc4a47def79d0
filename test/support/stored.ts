// Reads the texts of a stored index. It contains token ids, so a search for words in its bytes would find nothing.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { snapshotName } from '../../src/adaptation/models/specialist-files.ts';
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
