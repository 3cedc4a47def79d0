// One run per folder: a second run learns who holds the lock, and a dead process releases it.

import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { anyRun, lockRun } from '../../src/storage/lock.ts';
import { assertFailed } from '../support/results.ts';

/** Where data is kept, and the folder that a run learns from. */
let storage: string;
let root: string;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-lock-'));
  [storage, root] = [join(folder, 'storage'), join(folder, 'project')];
  mkdirSync(root);
});
afterEach(() => rmSync(join(root, '..'), { recursive: true, force: true }));

async function holder() {
  const child = fork(join(import.meta.dirname, 'holder.ts'), [storage, root], { stdio: 'inherit' });
  const [held] = await once(child, 'message');
  assert.equal(held, true);
  return child;
}

/** A lock that ends with the test. */
function locked(context: TestContext, of = root) {
  const lock = lockRun(storage, of, 'npm start');
  assert.ok(lock.ok, JSON.stringify(lock));
  context.after(() => lock.value.release());
  return lock.value;
}

test('a second run learns which process runs, and since when', async () => {
  const child = await holder();
  const second = lockRun(storage, root, 'the editor');
  const says = new RegExp(`npm start, process ${child.pid}, since \\d{4}-\\d\\d-\\d\\d \\d\\d:`);
  assertFailed(second, 'locked', says);
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a killed process releases the lock and leaves no files to remove', async (context) => {
  for (let round = 0; round < 2; round++) {
    const child = await holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    locked(context).release();
  }
});

test('locks within one process too, until it is released', (context) => {
  const first = locked(context);
  assert.equal(lockRun(storage, root, 'the editor').ok, false);
  first.release();
  first.release();
  locked(context);
});

test('other folders are not locked', (context) => {
  locked(context);
  locked(context, `${root}-other`);
});

test('a folder has one lock for all of its paths', (context) => {
  symlinkSync(root, `${root}-link`);
  locked(context);
  const second = lockRun(storage, `${root}-link`, 'npm start');
  assert.ok(!second.ok && second.error.code === 'locked');
});

test('reports whether any run holds a lock', (context) => {
  assert.equal(anyRun(storage), undefined);
  const first = locked(context);
  assert.match(anyRun(storage) ?? '', /npm start, process/);
  first.release();
  assert.equal(anyRun(storage), undefined);
});

test('ignores an invalid lock file, and explains an unwritable folder', (context) => {
  locked(context).release();
  const locks = join(storage, 'locks');
  const [name = ''] = readdirSync(locks).filter((each) => each.endsWith('.lock'));
  writeFileSync(join(locks, name), 'this was never a database\n'.repeat(500));
  locked(context).release();
  rmSync(storage, { recursive: true });
  writeFileSync(storage, '');
  const blocked = lockRun(storage, root, 'npm start');
  assertFailed(blocked, 'unwritable', /cannot be written.*make it writable/);
});
