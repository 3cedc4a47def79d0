// What only one system can show: each test says where it runs. .github/workflows/test.yml runs the unit tests on all
// three.
import assert from 'node:assert/strict';
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { copyNative, thisPlatform } from '../../build/native.ts';
import { NO_TELEMETRY } from '../../src/common/child.ts';
import { isAlive, replaceFile } from '../../src/common/files.ts';
import { openInside, rootAt } from '../../src/workspace/files/open-inside.ts';

const names = { linux: 'Linux', darwin: 'macOS', win32: 'Windows' } as const;
type System = keyof typeof names;

const base = realpathSync.native(mkdtempSync(join(tmpdir(), 'easy-adaptation-systems-')));
after(() => rmSync(base, { recursive: true, force: true, maxRetries: 5 }));

const covered = new Set<System>();

/** A test for some systems. Elsewhere it does not exist: a skipped test would fail the run. */
function on(systems: readonly System[], title: string, run: () => Promise<void> | void): void {
  for (const system of systems) covered.add(system);
  if (systems.some((system) => system === process.platform))
    test(`on ${systems.map((system) => names[system]).join(' and ')}: ${title}`, run);
}

const folder = (name: string) => {
  const path = join(base, name);
  mkdirSync(path, { recursive: true });
  return path;
};

/** What `openInside` says of a file: 'opened', or why not. */
async function opening(root: string, path: string): Promise<string> {
  const opened = await openInside(await rootAt(root), path, 'isFile');
  if (typeof opened === 'string') return opened;
  await opened.handle?.close();
  return 'opened';
}

on(['win32'], 'a junction out of the opened folder is not followed', async () => {
  const [root, outside] = [folder('junction'), folder('outside')];
  writeFileSync(join(outside, 'secret.txt'), 'secret');
  symlinkSync(outside, join(root, 'src'), 'junction');
  assert.ok(existsSync(join(root, 'src', 'secret.txt')));
  assert.equal(await opening(root, 'src/secret.txt'), 'not-a-file');
});

on(['win32', 'darwin'], 'a file is opened by its name in other letter case, as the system finds it', async () => {
  const root = folder('case');
  writeFileSync(join(root, 'Plan.ts'), '');
  assert.equal(await opening(root, 'plan.TS'), 'opened');
});

on(['darwin'], 'a file is opened by its name in the other composition of Unicode', async () => {
  const root = folder('unicode');
  writeFileSync(join(root, 'caf\u00e9.ts'), '');
  assert.equal(await opening(root, 'cafe\u0301.ts'), 'opened');
});

on(['linux'], 'names that differ in letter case alone are two files', async () => {
  const root = folder('two');
  writeFileSync(join(root, 'Plan.ts'), '');
  assert.equal(await opening(root, 'plan.ts'), 'gone');
});

on(['linux', 'darwin'], 'a replaced file in a private folder is private, under an open umask', () => {
  const path = join(folder('modes'), 'private', 'a.bin');
  mkdirSync(join(path, '..'), { mode: 0o700 });
  const umask = process.umask(0);
  replaceFile(path, [new Uint8Array(1)]);
  process.umask(umask);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

const sleeper = [
  '-e',
  "process.on('SIGTERM', () => process.exit(7)); console.log('ready'); setInterval(() => {}, 1e6)",
];

async function stopped(): Promise<[number | null, NodeJS.Signals | null, ChildProcess]> {
  const child = spawn(process.execPath, sleeper);
  await once(child.stdout, 'data');
  assert.ok(isAlive(child.pid ?? 0));
  child.kill('SIGTERM');
  const [code, signal] = await once(child, 'exit');
  return [code, signal, child];
}

on(['linux', 'darwin'], 'a process that is asked to end says goodbye', async () => {
  const [code, signal, child] = await stopped();
  assert.deepEqual([code, signal, isAlive(child.pid ?? 0)], [7, null, false]);
});

on(['win32'], 'a process that is asked to end is ended at once, and known to be dead', async () => {
  const [code, signal, child] = await stopped();
  assert.deepEqual([code, signal, isAlive(child.pid ?? 0)], [null, 'SIGTERM', false]);
});

on(['linux', 'darwin', 'win32'], 'the packed files of onnxruntime load, or the platform has none', async () => {
  const dist = folder('native');
  const packages = copyNative(dist);
  // It has no library for Macs with Intel's processors.
  assert.equal(packages.length > 0, thisPlatform !== 'darwin-x64');
  if (packages.length === 0) return;
  const script = join(dist, 'child.cjs');
  writeFileSync(script, "process.send(require('onnxruntime-node').listSupportedBackends().map(({ name }) => name));");
  const child = fork(script, { env: { ...process.env, ...NO_TELEMETRY } });
  const [[backends], [code]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  assert.ok((backends as string[]).includes('cpu'), `${backends}`);
  assert.equal(code, 0);
});

test('Linux, macOS and Windows each have a test of their own', () => {
  assert.deepEqual([...covered].sort(), Object.keys(names).sort());
});
