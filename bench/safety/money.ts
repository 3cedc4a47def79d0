// What is paid for: kills while answers come, processes that spend at once, disks that fail under the store.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { budgetRace, failingStorage, killedRun, temporaryFolder } from '../../test/safety/purchases.ts';
import { type Campaign, type CampaignRow, Tally } from './campaign.ts';

const kills = 40;
const races = 4;
const failures = 4;

export const moneyCampaign: Campaign = {
  name: 'money',
  what: 'kills, processes that spend at once, disks that fail',
  run: async (show, { seed }) => {
    const killed = new Tally();
    for (let n = 0; n < kills; n++) {
      const { held, note } = await killedRun(seed + n);
      killed.try(held, note);
    }
    show(
      killed.row(
        'money: at most the answers in flight are lost',
        'SIGKILL at a random moment of a run, then to the end',
      ),
    );
    for (const [model, limitUsd] of [
      ['claude-haiku-5-5', 0.01],
      ['claude-sonnet-5-5', 0.2],
      ['claude-opus-5-5', 0.5],
      ['claude-fable-5-1', 0.2],
      ['claude-fable-5-1', 1.5],
    ] as const) {
      const tally = new Tally();
      for (let n = 0; n < races; n++) {
        const { held, note } = await budgetRace(seed + n, model, limitUsd);
        tally.try(held, note);
      }
      show(tally.row('money: a limit holds, whoever spends', `${model}, $${limitUsd}, four processes, one killed`));
    }
    await disks(show);
  },
};

async function disks(show: (row: CampaignRow) => void): Promise<void> {
  const group = 'money: disks that fail while answers are bought';
  const removed = new Tally();
  const replaced = new Tally();
  for (let n = 0; n < failures; n++) {
    for (const [tally, fail] of [
      [removed, (storage: string) => rmSync(storage, { recursive: true })],
      [replaced, (storage: string) => renameSync(storage, `${storage}-away`)],
    ] as const) {
      const folder = temporaryFolder();
      const storage = join(folder, 'storage');
      const { held, note } = await failingStorage(storage, 3 + 7 * n, () => fail(storage));
      tally.try(held, note);
      rmSync(folder, { recursive: true });
    }
  }
  show(removed.row(group, 'a folder that is removed'));
  show(replaced.row(group, 'a folder that is moved away'));
  await mounted(show, group);
}

/** Disks of their own, where this machine lets us have some (root on Linux). */
async function mounted(show: (row: CampaignRow) => void, group: string): Promise<void> {
  const full = new Tally();
  const readOnly = new Tally();
  for (let n = 0; n < failures; n++) {
    for (const [tally, options, fail, undo] of [
      [full, 'size=8m', fill, (disk: string) => rmSync(join(disk, 'filler'))],
      [readOnly, 'size=8m,ro', () => {}, () => {}],
    ] as const) {
      const disk = temporaryFolder();
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk], { stdio: 'pipe' });
      } catch {
        console.log('    (no disk of its own can be mounted here: full and read-only ones were not tried)');
        rmSync(disk, { recursive: true });
        return;
      }
      try {
        const storage = join(disk, 'storage');
        const at = tally === full ? 3 + 7 * n : 0;
        const attack = await failingStorage(
          storage,
          at,
          () => fail(disk),
          () => undo(disk),
        );
        tally.try(attack.held, attack.note);
      } finally {
        execFileSync('umount', [disk]);
        rmSync(disk, { recursive: true });
      }
    }
  }
  show(full.row(group, 'a disk that is full (tmpfs)'));
  show(readOnly.row(group, 'a disk that is read-only (tmpfs)'));
}

function fill(disk: string): void {
  const file = openSync(join(disk, 'filler'), 'w');
  try {
    // To the last byte: page by page at the end.
    for (const size of [1 << 20, 4096, 1]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
