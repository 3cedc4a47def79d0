// 'Choose the Base Model…' in a real editor: a model on this machine is found, imported, timed and selected.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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

  suite.test('downloads a model from its server, checks it, and registers it', async () => {
    const file = readFileSync(join(process.env.LLAMA_CACHE ?? '', `${crafted}.gguf`));
    const asked: (string | undefined)[] = [];
    // The connection is cut once: the rest is asked for.
    const server = createServer(({ headers }, response) => {
      asked.push(headers.range);
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      const part = file.subarray(from);
      const range = { 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` };
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': part.length, ...(from > 0 && range) });
      if (from > 0) response.end(part);
      else response.write(part.subarray(0, 10_000), () => setTimeout(() => response.destroy(), 50));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sha256 = createHash('sha256').update(file).digest('hex');
    const model = { id: 'tiny-coder', name: 'Tiny Coder', bytes: file.length, sha256, licence: 'Apache-2.0' };
    const url = `http://127.0.0.1:${port}/tiny.gguf`;
    writeFileSync(process.env.EASY_ADAPTATION_CATALOG ?? '', JSON.stringify([{ ...model, url }]));
    const folder = join(plan.storage, 'bases', model.id);
    // The test before has registered the same file, which would be offered instead of the download.
    rmSync(join(plan.storage, 'bases', crafted), { recursive: true, force: true });
    try {
      void run('easyAdaptation.getCodeModel');
      await until('the start of the search for models', () => jobs().length > 0);
      await until('the end of the search for models', () => jobs().length === 0);
      await sleep(drawnMs);
      // Downloads come last.
      await run('quickInput.last');
      await run('workbench.action.acceptSelectedQuickOpenItem');
      await until('the base', () => existsSync(join(folder, 'manifest.json')));
      const { kind, weights, gguf } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
      const path = join(plan.storage, 'downloads', 'tiny.gguf');
      assert.deepEqual([kind, weights, gguf.path], ['gguf', sha256, path]);
      assert.ok(readFileSync(path).equals(file));
      assert.equal(asked.length, 2);
      assert.match(asked[1] ?? '', /^bytes=[1-9]\d*-$/);
    } finally {
      server.closeAllConnections();
      server.close();
      await until('no job', () => jobs().length === 0);
      await run('notifications.clearAll');
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
