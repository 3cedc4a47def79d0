// What the tests of written texts share: a folder, the fake API, and a job's dependencies.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { writeIn } from '../support/tree.ts';

/** Removed after the tests. The texts are written in `root`. */
export const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-writing-'));
export const root = join(folder, 'project');
mkdirSync(root);

let server: MessagesServer | undefined;
before(async () => {
  server = await MessagesServer.start();
});
after(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});
export const api = () => server as MessagesServer;

export function write(path: string, text: string): void {
  writeIn(root, path, text);
}

export const password = ['hunter2', 'Xk9!pQ7zLm'].join('-');

export const deps = () => ({
  confirm: async () => true,
  progress: () => {},
  signal: new AbortController().signal,
  log: silentLog,
});

/** The part of a request that allows the large model. */
export const asks = () => ({
  api: { settings: { apiKey: 'sk-ant-none', baseUrl: api().url, model: '', timeoutMs: 10_000 }, budgetUsd: 1 },
});

/** The rest of every request. */
export const base = { root, harvest: { trusted: true }, secrets: [], exclude: {}, storeFolder: join(folder, 'store') };
