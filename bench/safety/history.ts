// Folders whose `.git` leads to another repository: whether its history and its staged contents are read; and that the folder's own are.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { pastCommits, stagedChanges, stagedFiles } from '../../src/workspace/files/staged.ts';
import { foreignGit, foreignWord, ownGit } from '../../test/support/foreign-git.ts';
import { type Campaign, Tally } from './campaign.ts';

/** What git says of it: messages, staged changes, and what is harvested. */
async function saidOf(root: string): Promise<string> {
  const staged = (await stagedFiles(root)) ?? [];
  const changes = [...(await stagedChanges(root, staged)).values()];
  const harvested = await harvestFolder(root, { trusted: true });
  return JSON.stringify([await pastCommits(root), staged, changes, harvested]);
}

export const historyCampaign: Campaign = {
  name: 'history',
  what: 'folders whose .git leads to the repository of another folder, or to their own',
  run: async (show) => {
    const rows = { 'only its own history is read': foreignGit, 'its own history is read': ownGit };
    for (const [promise, folders] of Object.entries(rows))
      for (const [name, make] of Object.entries(folders)) {
        const tally = new Tally();
        const base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-history-')));
        try {
          const said = await saidOf(make(base));
          tally.try(folders === foreignGit ? !said.includes(foreignWord) : said.includes('Mend harbour'));
        } finally {
          rmSync(base, { recursive: true, force: true });
        }
        show(tally.row(`folder: ${promise}`, name));
      }
  },
};
