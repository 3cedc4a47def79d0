// 'Choose the Base Model…' in a real editor: a model on this machine is found, imported, timed and selected.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { descendants } from '../../support/processes.ts';
import { setting } from '../hands.ts';
import { type Plan, type Suite, until } from '../harness.ts';

/** The name of a GGUF file that the runner has put into llama.cpp's folder. */
const crafted = 'crafted';
/** Time until the rows of a job's last message are drawn, ms. */
const drawnMs = 1000;

const run = (command: string) => vscode.commands.executeCommand(command);
const base = () => vscode.workspace.getConfiguration('easyAdaptation').get<string>('baseModel');
const jobs = () => descendants(process.pid).filter(({ args }) => args.includes(join('dist', 'job.cjs')));

/** Opens the list, waits until the search for models has ended, and selects a row by its index. */
async function choose(row: number): Promise<void> {
  void run('easyAdaptation.chooseBase');
  await until('the start of the search for models', () => jobs().length > 0);
  await until('the end of the search for models', () => jobs().length === 0);
  await sleep(drawnMs);
  await run('quickInput.first');
  for (let i = 0; i < row; i++) await run('quickInput.next');
  await run('workbench.action.acceptSelectedQuickOpenItem');
}

export function defineBases(suite: Suite, plan: Plan): void {
  suite.test('a found model is imported, timed and used, and the automatic choice can be restored', async () => {
    const before = base();
    const folder = join(plan.storage, 'bases', crafted);
    try {
      // Automatic, small, medium, and then what was found: the smallest first.
      await choose(3);
      await until('the base', () => existsSync(join(folder, 'manifest.json')));
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
      assert.deepEqual([manifest.name, manifest.licence], [crafted, 'apache-2.0']);
      await until("'Use It', once it was measured", async () => {
        await run('notifications.focusToasts');
        await run('notification.acceptPrimaryAction');
        return base() === folder;
      });
      await choose(0);
      await until('the automatic choice', () => base() === 'auto');
    } finally {
      await setting('baseModel', before);
    }
  });
}
