// Folders are swapped for links while they are read: whatever the moment, no file outside is read.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { FolderReader } from '../../../src/workspace/files/folder-reader.ts';
import { makeCrafted, outsideWord, source } from '../../support/crafted.ts';
import { Tree } from '../../support/tree.ts';

let base: string;
let root: string;
let outside: string;
let isSwapped: boolean;
beforeEach(() => {
  base = new Tree().root;
  ({ root, outside } = makeCrafted({ make: () => {} }, base));
  fs.writeFileSync(join(root, 'src/plan.ts'), source('jetty'));
  isSwapped = false;
});

function swap(): void {
  const [folder, aside] = [join(root, 'src'), join(base, 'aside')];
  if (isSwapped) {
    fs.unlinkSync(folder);
    fs.renameSync(aside, folder);
  } else {
    fs.renameSync(folder, aside);
    fs.symlinkSync(outside, folder);
  }
  isSwapped = !isSwapped;
}

const calls = ['open', 'lstat', 'stat', 'readlink', 'realpath', 'opendir'] as const;

/** Runs `work` with `before(n)` right before its nth call to the file system. Returns how many calls it made. */
async function interrupted(work: () => Promise<unknown>, before: (call: number) => void): Promise<number> {
  const originals = calls.map((name) => fs.promises[name] as (...args: unknown[]) => unknown);
  let made = 0;
  for (const [i, name] of calls.entries()) {
    Object.assign(fs.promises, {
      [name]: (...args: unknown[]) => {
        before(made++);
        return originals[i]?.(...args);
      },
    });
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    for (const [i, name] of calls.entries()) Object.assign(fs.promises, { [name]: originals[i] });
    syncBuiltinESMExports();
  }
  return made;
}

/** Reads with the folder swapped, or swapped back, before each of the calls in `turns`. */
async function readWhile(turns: readonly number[], byPath = false): Promise<{ text: string; calls: number }> {
  const reader = await FolderReader.open(root, { byPath });
  let text = '';
  const made = await interrupted(
    async () => {
      const read = await reader.read('src/plan.ts', 100_000);
      text = 'bytes' in read ? read.bytes.toString() : read.leftOut;
    },
    (call) => {
      if (turns.includes(call)) swap();
    },
  );
  if (isSwapped) swap();
  return { text, calls: made };
}

/** Calls of one read that may be interrupted. */
const most = 9;

test('reads nothing outside, whenever and however often a folder is swapped', async () => {
  const { text, calls: made } = await readWhile([]);
  assert.equal(text, source('jetty'));
  assert.ok(made >= 3, 'the calls were seen');
  const seen = new Set<string>();
  let longest = 0;
  for (let turns = 0; turns < 2 ** most; turns++) {
    const read = await readWhile(Array.from({ length: most }, (_, i) => i).filter((i) => turns & (1 << i)));
    longest = Math.max(longest, read.calls);
    assert.ok(!read.text.includes(outsideWord), turns.toString(2));
    seen.add(read.text);
  }
  assert.ok(longest <= most, 'no call was left out');
  // The swaps were noticed, and some came too late to matter.
  assert.ok(seen.has('not-a-file') && seen.has(source('jetty')));
});

test('without handles of folders: reads nothing outside where a folder is swapped and swapped back, whenever', async () => {
  const { text, calls: made } = await readWhile([], true);
  assert.equal(text, source('jetty'));
  for (let first = 0; first < made; first++)
    for (let second = first; second < made; second++)
      for (let third = second; third < made; third++) {
        const read = await readWhile([first, second, third], true);
        assert.ok(!read.text.includes(outsideWord), `${first} ${second} ${third}`);
      }
});

test('lists nothing outside, whenever a folder is swapped; without handles of folders, where it is not swapped back', async () => {
  for (const byPath of [false, true])
    for (let first = 0; first < 20; first++)
      for (let second = first; second < (byPath ? first + 1 : 20); second++) {
        const reader = await FolderReader.open(root, { byPath });
        let names: string[] = [];
        await interrupted(
          async () => {
            names = ((await reader.list('src', 100)) ?? []).map(({ name }) => name);
          },
          (call) => {
            if (call === first || call === second) swap();
          },
        );
        if (isSwapped) swap();
        assert.ok(!names.includes('deep'), `${first} ${second}: ${names}`);
      }
});
