// Files are swapped: a killed process leaves them whole. Its temporary files are removed, those of a running one kept.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TestContext, test } from 'node:test';
import { replaceFile, replaceFileFromStream, sweepTemporary } from '../../src/common/files.ts';

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const files = resolve(import.meta.dirname, '../../src/common/files.ts');

/** Starts a process that begins to write `path` and then waits in the middle of it. */
async function startBlockedWriter(path: string) {
  const code = `import { replaceFile } from ${JSON.stringify(files)};
    function* pieces() {
      yield new Uint8Array(1000);
      console.log('begun');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    replaceFile(${JSON.stringify(path)}, pieces());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  return child;
}

test('removes temporary files of killed processes, and keeps those of running ones', async (t) => {
  const folder = scratch(t);
  const path = join(folder, 'a', 'weights');
  replaceFile(path, [Buffer.from('old')]);
  const child = await startBlockedWriter(path);
  const [temporaryOfChild] = readdirSync(join(folder, 'a')).filter((name) => name.endsWith('.tmp'));
  assert.ok(temporaryOfChild);
  function* sweeping() {
    yield Buffer.from('new');
    sweepTemporary(folder, 'deep');
    assert.equal(readdirSync(join(folder, 'a')).filter((name) => name.endsWith('.tmp')).length, 2);
  }
  replaceFile(join(folder, 'a', 'other'), sweeping());
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(readFileSync(path, 'utf8'), 'old');
  sweepTemporary(folder);
  assert.ok(existsSync(join(folder, 'a', temporaryOfChild)), "subfolders are swept only with 'deep'");
  sweepTemporary(folder, 'deep');
  assert.deepEqual(readdirSync(join(folder, 'a')).sort(), ['other', 'weights']);
});

test('a temporary file whose process cannot be identified is removed only after a day', (t) => {
  const folder = scratch(t);
  for (const name of ['x.0a1b2c-1-0-1.tmp', 'notes.tmp', 'mine.12a.tmp']) writeFileSync(join(folder, name), '');
  mkdirSync(join(folder, 'folder.0a1b2c-1-0-1.tmp'));
  sweepTemporary(folder);
  assert.equal(readdirSync(folder).length, 4);
  const old = Date.now() / 1000 - 25 * 3600;
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), old, old);
  sweepTemporary(folder);
  const expected = ['folder.0a1b2c-1-0-1.tmp', 'mine.12a.tmp', 'notes.tmp'];
  assert.deepEqual(readdirSync(folder).sort(), expected, 'files of other programs may also end in .tmp');
  sweepTemporary(join(folder, 'nowhere'));
});

test('in a foreign folder only leftovers of the same file are removed', async (t) => {
  const folder = scratch(t);
  const mine = ['x.csv.999999.tmp', 'y.csv.0a1b2c-1-0-1.tmp', 'x.csv.tmp'];
  for (const name of [...mine, 'x.csv.0a1b2c-1-0-1.tmp']) writeFileSync(join(folder, name), '');
  const old = Date.now() / 1000 - 25 * 3600;
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), old, old);
  const chunks = async function* () {
    yield 'one\n';
    yield 'two\n';
  };
  await replaceFileFromStream(join(folder, 'x.csv'), chunks());
  assert.equal(readFileSync(join(folder, 'x.csv'), 'utf8'), 'one\ntwo\n');
  assert.deepEqual(readdirSync(folder).sort(), [...mine, 'x.csv'].sort());
  const failing = async function* () {
    yield 'three\n';
    throw new Error('no more');
  };
  await assert.rejects(replaceFileFromStream(join(folder, 'x.csv'), failing()), /no more/);
  assert.equal(readFileSync(join(folder, 'x.csv'), 'utf8'), 'one\ntwo\n');
  assert.deepEqual(readdirSync(folder).sort(), [...mine, 'x.csv'].sort());
});

test('a failed write leaves the old file and no temporary file', (t) => {
  const folder = scratch(t);
  const path = join(folder, 'x');
  replaceFile(path, [Buffer.from('old')]);
  function* failing() {
    yield Buffer.from('new');
    throw new Error('no more');
  }
  assert.throws(() => replaceFile(path, failing()), /no more/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['x']);
});
