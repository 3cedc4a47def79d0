// Others on the machine cannot read what is stored, under any umask. What is written for the user elsewhere obeys it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { makeFolder, makePrivate, replaceFile, replaceFileFromStream } from '../../src/common/files.ts';
import { silentLog } from '../../src/common/log.ts';
import { lockDownload, lockRun } from '../../src/storage/lock.ts';
import { openStore } from '../../src/storage/open.ts';
import { RunStore } from '../../src/storage/run-store.ts';
import { assertPrivate, modeOf } from '../support/private.ts';

const hasModes = process.platform !== 'win32';
const umask = process.umask(0o022);
process.on('exit', () => process.umask(umask));

/** A folder that others can open, as of a user with the usual umask. */
function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'private-'));
  chmodSync(folder, 0o755);
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const bytes = [new TextEncoder().encode('text')];

test('an opened store, its log, locks and the files beside them are private', (t) => {
  const storage = join(scratch(t), 'share', 'easy-adaptation');
  const locks = [lockRun(storage, '/work/a', 'the test'), lockDownload(storage, 'cd'.repeat(32), 'the test')];
  const { store } = openStore(storage);
  const runStore = new RunStore(storage, '/work/a', silentLog);
  replaceFile(join(storage, 'specialists', 'ab', 'index.bin'), bytes);
  replaceFile(join(storage, 'specialists', 'ab', 'model', 'weights.bin'), bytes);
  makeFolder(join(storage, 'bases', 'one'));
  assert.ok(existsSync(join(storage, 'store.sqlite-wal')) && existsSync(join(storage, 'store.sqlite-shm')));
  assert.ok(assertPrivate(storage) >= 10);
  if (hasModes) assert.equal(modeOf(join(storage, '..')), 0o755, 'its parent is not ours');
  runStore.close();
  store.close();
  for (const lock of locks) if (lock.ok) lock.value.release();
});

test('what was stored with open modes becomes private when the store is opened', (t) => {
  const folder = scratch(t);
  const storage = join(folder, 'storage');
  openStore(storage).store.close();
  replaceFile(join(storage, 'specialists', 'ab', 'index.bin'), bytes);
  const outside = join(folder, 'outside.gguf');
  writeFileSync(outside, 'the file of another program');
  symlinkSync(outside, join(storage, 'link.gguf'));
  for (const [path, mode] of [
    ['', 0o755],
    ['store.sqlite', 0o644],
    ['specialists', 0o755],
    ['specialists/ab', 0o775],
    ['specialists/ab/index.bin', 0o664],
  ] as const)
    chmodSync(join(storage, path), mode);
  openStore(storage).store.close();
  rmSync(join(storage, 'link.gguf'));
  assertPrivate(storage);
  if (hasModes) assert.equal(modeOf(outside), 0o644);
});

test("a file that the user asked for keeps the umask's mode, also in a private folder if it is a result", async (t) => {
  const folder = scratch(t);
  replaceFile(join(folder, 'export', 'adapter.bin'), bytes);
  const own = join(folder, 'own');
  mkdirSync(own, { mode: 0o700 });
  await replaceFileFromStream(
    join(own, 'results.csv'),
    (async function* () {
      yield 'text';
    })(),
  );
  if (!hasModes) return assert.ok(existsSync(join(own, 'results.csv')));
  assert.equal(modeOf(join(folder, 'export')), 0o755);
  assert.equal(modeOf(join(folder, 'export', 'adapter.bin')), 0o644);
  assert.equal(modeOf(join(own, 'results.csv')), 0o644);
});

test('a lock is kept when its own process opens the same files again', (t) => {
  const storage = join(scratch(t), 'storage');
  const lock = lockRun(storage, '/work/a', 'the test');
  assert.ok(lock.ok);
  assert.equal(lockRun(storage, '/work/a', 'again').ok, false);
  makePrivate(storage);
  const script = `import { lockRun } from ${JSON.stringify(resolve(import.meta.dirname, '../../src/storage/lock.ts'))};
    process.exitCode = lockRun(${JSON.stringify(storage)}, '/work/a', 'another').ok ? 1 : 0;`;
  assert.equal(spawnSync(process.execPath, ['--input-type=module', '-e', script]).status, 0);
  lock.value.release();
});
