// Folders that somebody else made: whether opening one runs anything of it, and whether anything but the folder is read.
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { harvestFolder } from '../../src/harvest/folder.ts';
import { type Trap, traps, tryTrap, ways } from '../../test/safety/folder.ts';
import { outsideWord } from '../../test/support/crafted.ts';
import { writeMarkerProgram } from '../../test/support/hostile.ts';
import { type Campaign, Tally } from './campaign.ts';

export const folderCampaign: Campaign = {
  name: 'folder',
  what: 'hostile repositories, links, pipes, devices and crafted index entries: through the command line, trusted and not',
  run: async (show) => {
    for (const trap of traps) {
      const tally = new Tally();
      for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
        const wrong = await tryTrap(trap, way);
        tally.try(wrong === undefined, `${way}: ${wrong}`);
      }
      const wrong = await harvestUntrusted(trap);
      tally.try(wrong === undefined, `in Restricted Mode: ${wrong}`);
      show(tally.row(`folder: ${trap.promise}`, trap.name));
    }
  },
};

/** As the editor reads a folder in Restricted Mode. Undefined: it held. */
async function harvestUntrusted(trap: Trap): Promise<string | undefined> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-untrusted-')));
  try {
    writeMarkerProgram(join(base, 'program'), join(base, 'marker'));
    const harvested = await harvestFolder(trap.make(base, join(base, 'program')), { trusted: false });
    if (existsSync(join(base, 'marker'))) return 'a program of the folder was run';
    if (!harvested.ok) return harvested.error.message;
    if (harvested.value.report.usedGit) return 'git was asked';
    return harvested.value.files.some(({ text }) => text.includes(outsideWord))
      ? 'a text from outside was read'
      : undefined;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
