// Growth of the extension host's memory with a folder of a million tokens and typing in a long file.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import { knownCall, longFile } from '../../support/million.ts';
import { completeUntil, indexed, inFolder, newFile, putCursor, show } from '../hands.ts';
import type { Plan, Suite } from '../harness.ts';
import { running } from '../threads.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Memory {
  /** Heaps and external memory of the host's thread and our workers, other extensions included. MB. */
  readonly held: number;
  /** Resident memory of the process, which varies by chance. MB. */
  readonly resident: number;
}

async function memory(): Promise<Memory> {
  collect();
  const workers = running('folder-worker.cjs').map(({ worker }) => worker.getHeapStatistics());
  const { heapTotal, external, rss } = process.memoryUsage();
  const held = (await Promise.all(workers)).reduce(
    (sum, each) => sum + each.total_heap_size + each.external_memory + each.malloced_memory,
    heapTotal + external,
  );
  return { held: held / 1e6, resident: rss / 1e6 };
}

/** Measured at module load, before the extension under test is activated. */
const empty = memory();
const MOST_MB = 300;
const KEYS = 80;

export function defineMemory(suite: Suite, { storage }: Plan): void {
  suite.test('a million tokens and typing in a file of 1.7 MB need less than 300 MB', async () => {
    const note = (what: string, { held, resident }: Memory) =>
      suite.note(`memory ${what}: ${Math.round(held)} MB held, ${Math.round(resident)} MB resident`);
    const begun = await empty;
    note('of an empty host', begun);
    await indexed(storage);
    // This completion needs the whole index.
    await completeUntil(await newFile('src/new.ts', ''), knownCall.before, knownCall.after);
    const { held } = await memory();
    assert.ok(held - begun.held > 50, `the index is seen: ${held} MB`);
    const editor = await show(await vscode.workspace.openTextDocument(inFolder(longFile)));
    putCursor(editor, new vscode.Position(15_000, 0));
    let most = held;
    for (let key = 1; key <= KEYS; key++) {
      await vscode.commands.executeCommand('type', { text: key % 40 === 0 ? '\n' : key % 8 === 0 ? ' ' : 'x' });
      // Pauses now and then, so that debounced work runs too.
      await sleep(key % 20 === 0 ? 600 : 60);
      if (key % 20 === 0) most = Math.max(most, (await memory()).held);
    }
    assert.ok(editor.document.isDirty, 'the keys came');
    note('at the end', await memory());
    assert.ok(most - begun.held < MOST_MB, `${Math.round(most - begun.held)} MB above an empty extension host`);
  });
}
