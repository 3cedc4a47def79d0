// What general compressors make of a text: a yardstick for bits per character that learns from nothing but the text itself.

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needPackages, onPath } from '../../build/debian.ts';
import { must } from '../../build/proc.ts';

/** Compressed sizes in bytes. */
export interface Compressed {
  readonly xz: number;
  readonly ppmd: number;
}

/** The text as one stream. Installs xz and 7-Zip where we may, else says in one sentence what to install. */
export async function compressed(text: string): Promise<Compressed> {
  await needPackages(['xz-utils', '7zip']);
  const folder = mkdtempSync(join(tmpdir(), 'bench-compressors-'));
  try {
    const file = join(folder, 'text');
    writeFileSync(file, text);
    await must('xz', ['-9', '--keep', file]);
    const sevenZip = ['7zz', '7z', '7za'].find(onPath) as string;
    const archive = join(folder, 'text.7z');
    // Order 12 was the best of 6, 8, 12 and 32 on 200 kB of TypeScript.
    await must(sevenZip, ['a', '-t7z', '-m0=PPMd:o=12', archive, file]);
    return { xz: statSync(`${file}.xz`).size, ppmd: statSync(archive).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
