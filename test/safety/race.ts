// Harvests a folder while another process swaps its subfolders for links to a folder outside.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { makeCrafted, outsideWord, source } from '../support/crafted.ts';

/** Folders that are swapped in turns, and files in each, of the same names as those outside. */
const folders = 6;
const files = 30;

export interface Raced {
  readonly harvests: number;
  readonly swaps: number;
  /** Texts of the swapped folders that were harvested, and of those outside. */
  readonly read: number;
  readonly outside: number;
}

/** @param least harvests, and as many times ten swaps. @param byPath as on systems without handles of folders */
export async function race(least: number, byPath: boolean): Promise<Raced> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-race-')));
  let child: ChildProcess | undefined;
  try {
    const { root, outside } = makeCrafted({ make: () => {} }, base);
    for (let folder = 0; folder < folders; folder++) {
      mkdirSync(join(root, `part${folder}`));
      for (let i = 0; i < files; i++)
        writeFileSync(join(root, `part${folder}/both${i}.ts`), source(`jetty${folder}x${i}`));
    }
    for (let i = 0; i < files; i++) writeFileSync(join(outside, `both${i}.ts`), source(`${outsideWord}${i}`));
    const swapper = join(import.meta.dirname, 'race-swapper.ts');
    child = fork(swapper, [join(root, 'part'), String(folders), join(base, 'aside'), outside]);
    let swaps = 0;
    child.on('message', (count) => {
      swaps = Number(count);
    });
    await once(child, 'message');
    let [harvests, read, leaked] = [0, 0, 0];
    for (; harvests < least || swaps < 10 * least; harvests++) {
      const harvested = await harvestFolder(root, {}, { hooks: { byPath } });
      if (!harvested.ok) throw new Error(harvested.error.message);
      read += harvested.value.files.filter(({ text }) => text.includes('jetty')).length;
      leaked += harvested.value.files.filter(({ text }) => text.includes(outsideWord)).length;
    }
    return { harvests, swaps, read, outside: leaked };
  } finally {
    if (child !== undefined) {
      const ended = once(child, 'exit');
      if (child.connected) child.disconnect();
      if (child.exitCode === null && child.signalCode === null) await ended;
    }
    rmSync(base, { recursive: true, force: true });
  }
}
