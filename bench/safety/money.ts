// What is paid for: kills while answers come, processes that spend at once, disks that fail under the store.

import { execFileSync } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Reservation } from '../../src/common/paid-call.ts';
import { Budget } from '../../src/llm/budget.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { openStore } from '../../src/storage/open.ts';
import { HostileMessages, stream } from '../../test/fakes/hostile-messages.ts';
import { FakeLedger } from '../../test/fakes/ledger.ts';
import { resets } from '../../test/fakes/resets.ts';
import { key, position } from '../../test/llm/asking.ts';
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
    await bookings(show);
    show(clockAhead());
    await disks(show);
  },
};

/** What is booked where a server cannot be believed, or nobody saw its answer. */
async function bookings(show: (row: CampaignRow) => void): Promise<void> {
  const group = 'money: a call costs what it may have cost, and no more';
  const ask = async (baseUrl: string) => {
    const ledger = new FakeLedger();
    const settings = { provider: 'anthropic', apiKey: key, baseUrl, model: '', timeoutMs: 20_000 };
    const options = { purpose: 'labelling', folder: '/w', budget: new Budget(() => ledger, 1000) } as const;
    const llm = new RecordingLlm(connectLlm(settings), ledger, options);
    const prompt = completionPrompt(position, llm.facts);
    await llm.ask(prompt, new AbortController().signal);
    return { booked: ledger.spentInMonth(Date.now()), most: llm.ceilingUsd(prompt) };
  };
  for (const [name, { paid, begin }] of Object.entries(resets)) {
    const tally = new Tally();
    const reset = await begin();
    const { booked, most } = await ask(reset.url);
    await reset.close();
    tally.try(paid ? booked > 0 && booked <= most : booked === 0, `$${booked} of $${most}`);
    show(tally.row(group, name));
  }
  const api = await HostileMessages.begin();
  for (const [input, output] of [
    [100, 100_000_000],
    [100_000_000, 5],
  ] as const) {
    const tally = new Tally();
    api.as((response, { format }) => {
      stream(response);
      response.end(format.start({ input }) + format.delta('<insert>a</insert>') + format.end({ output }));
    });
    const { booked, most } = await ask(api.url);
    tally.try(booked > 0 && booked <= most, `$${booked} of $${most}`);
    show(tally.row(group, `a server that claims ${input + output} tokens`));
  }
  await api.close();
}

/** A clock that was ahead by some months, or years, for one call: its money blocks one month at most. */
function clockAhead(): CampaignRow {
  const tally = new Tally();
  for (const monthsAhead of [1, 2, 11, 60, 900]) {
    const folder = temporaryFolder();
    const { store } = openStore(folder);
    const at = (months: number) => new Date(2026, 10 + months, 15).getTime();
    const reserve = (id: string, months: number) => {
      const reservation = {
        id,
        at: at(months),
        purpose: 'labelling',
        model: 'm',
        usd: 0.9,
      };
      return store.reserve(reservation as Reservation, 1).ok;
    };
    // One that nobody settles.
    const spent = reserve('ahead', monthsAhead);
    const blocked = !reserve('now', 0);
    const free = monthsAhead < 2 || reserve('next', 1);
    tally.try(spent && blocked && free, `${monthsAhead} months: ${spent} ${blocked} ${free}`);
    store.close();
    rmSync(folder, { recursive: true });
  }
  return tally.row('money: a limit holds, whoever spends', 'a clock that was ahead for one call');
}

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
