// A child process that swaps a folder for a link and back as fast as possible, and reports the number of swaps.
// `race.ts` starts this process.
import { renameSync, symlinkSync, unlinkSync } from 'node:fs';

// The folders' paths are the prefix with a number.
const [folderPrefix = '', folderCount = '', aside = '', outside = ''] = process.argv.slice(2);
let swaps = 0;
let isOver = false;
process.on('disconnect', () => {
  isOver = true;
});

function swapFolders(): void {
  for (let i = 0; i < 48; i++) {
    const folder = `${folderPrefix}${i % Number(folderCount)}`;
    renameSync(folder, aside);
    symlinkSync(outside, folder);
    unlinkSync(folder);
    renameSync(aside, folder);
  }
  swaps += 48;
  if (isOver) return;
  process.send?.(swaps, () => {});
  setImmediate(swapFolders);
}
swapFolders();
