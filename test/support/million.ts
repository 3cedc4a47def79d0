// Writes a folder of about a million tokens with one long file. The content is the same on every machine.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of 1.7 MB, which is too long to be indexed. */
export const longFile = 'long.ts';

/** A call that every file contains: the text before the cursor and the expected completion. */
export const knownCall = {
  before: "import { readLedger } from './ledger';\nconst ledger = await readLedger(",
  after: /^context\.configuration/,
};

/** Writes 600 different files and the long file. */
export function writeMillion(folder: string): void {
  let state = 1;
  const next = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const sounds = ['ka', 'lo', 'mi', 'ner', 'su', 'tan', 'ver', 'pol', 'dri', 'go'];
  const word = () => Array.from({ length: 2 + next(2) }, () => sounds[next(10)]).join('');
  const line = () => `export const ${word()}${next(1000)} = ${word()}.${word()}(${word()}, '${word()}');`;
  const text = (lines: number) => Array.from({ length: lines }, line).join('\n');
  mkdirSync(join(folder, 'src'), { recursive: true });
  for (let at = 0; at < 600; at++)
    writeFileSync(join(folder, 'src', `file${at}.ts`), `${knownCall.before}context.configuration);\n${text(90)}`);
  writeFileSync(join(folder, longFile), text(30_000).slice(0, 1_700_000));
}
