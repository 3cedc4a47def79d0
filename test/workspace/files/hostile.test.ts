// Opening a folder runs nothing of it: repositories whose settings name programs, harvested whole and file by file.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { harvestFile } from '../../../src/workspace/files/file.ts';
import { harvestFolder } from '../../../src/workspace/files/folder.ts';
import { environment, findGit, librariesFor, settings } from '../../../src/workspace/files/git-command.ts';
import { hostileRepositories, writeMarkerProgram } from '../../support/hostile.ts';
import { Tree } from '../../support/tree.ts';

let base: string;
let marker: string;
const path = process.env.PATH;
beforeEach(() => {
  base = new Tree().root;
  marker = join(base, 'marker');
  writeMarkerProgram(join(base, 'program'), marker);
});
afterEach(() => {
  process.env.PATH = path;
});

for (const [name, hostile] of Object.entries(hostileRepositories)) {
  test(`${name}: runs no program, and still reads the folder`, async () => {
    const root = join(base, 'folder');
    mkdirSync(root);
    hostile.make(root, join(base, 'program'));
    const opened = join(root, hostile.open ?? '');
    process.env.PATH = [join(opened, 'node_modules/.bin'), opened, '.', path].join(delimiter);
    for (const trusted of [true, false]) {
      const harvested = await harvestFolder(opened, { trusted });
      assert.ok(harvested.ok);
      assert.ok(harvested.value.files.length > 0, 'files are harvested');
      assert.equal(harvested.value.report.usedGit, trusted && !hostile.withoutGit);
      for (const file of harvested.value.files) {
        const alone = await harvestFile(opened, file.path, { trusted });
        assert.equal(alone.ok && alone.value.file?.path, file.path);
      }
      assert.equal(existsSync(marker), false, trusted ? 'trusted' : 'untrusted');
    }
  });
}

test('plain git runs the programs of most of these repositories, so the test is valid', () => {
  const tricked = Object.values(hostileRepositories).filter((hostile, index) => {
    const root = join(base, `${index}`);
    mkdirSync(root);
    hostile.make(root, join(base, 'program'));
    const cwd = join(root, hostile.open ?? '');
    for (const args of [['ls-files', '-co', '--exclude-standard'], ['diff']])
      spawnSync('git', args, { cwd, stdio: 'ignore' });
    const ran = existsSync(marker);
    rmSync(marker, { force: true });
    return ran;
  });
  assert.ok(tricked.length >= 12, `${tricked.length} of ${Object.keys(hostileRepositories).length}`);
});

const promised = Object.entries(hostileRepositories).filter(([name]) =>
  /promisor|helper of its own|SHA-256/.test(name),
);
for (const [name, hostile] of promised) {
  test(`${name}: the protocol setting alone prevents fetching in an older git`, () => {
    const root = join(base, 'folder');
    mkdirSync(root);
    hostile.make(root, join(base, 'program'));
    const { GIT_NO_LAZY_FETCH: _, ...old } = environment;
    const options = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    const args = ['-C', root, ...options, 'ls-files', '-coz', '--exclude-standard'];
    spawnSync('git', args, { env: { PATH: path, HOME: base, ...old }, stdio: 'ignore' });
    assert.equal(existsSync(marker), false);
  });
}

test('loads no libraries or programs of the folder, because git starts elsewhere', async () => {
  const root = join(base, 'folder');
  mkdirSync(root);
  hostileRepositories.fsmonitor?.make(root, join(base, 'program'));
  // What git is linked with on most systems; the loader stops at one that is no library.
  for (const name of ['libz.so.1', 'libpcre2-8.so.0', 'libc.so.6']) writeFileSync(join(root, name), 'no library');
  const before = process.env.LD_LIBRARY_PATH;
  process.env.LD_LIBRARY_PATH = `:${root}:.`;
  try {
    const harvested = await harvestFolder(root, { trusted: true });
    assert.ok(harvested.ok && harvested.value.report.usedGit);
  } finally {
    if (before === undefined) delete process.env.LD_LIBRARY_PATH;
    else process.env.LD_LIBRARY_PATH = before;
  }
  assert.deepEqual(librariesFor(root, `:/opt/lib:${root}/lib:lib`), { LD_LIBRARY_PATH: '/opt/lib' });
  assert.deepEqual(librariesFor(root, ''), {});
});

test('finds git on PATH, but never in the opened folder, even through a link', () => {
  const git = findGit(base) ?? assert.fail();
  const root = join(base, 'folder');
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeMarkerProgram(join(root, 'bin/git'), marker);
  symlinkSync(join(root, 'bin'), join(base, 'link'));
  for (const entry of [join(root, 'bin'), join(base, 'link'), '.', 'bin', ''])
    assert.equal(findGit(root, [entry, path].join(delimiter)), git, entry);
  assert.equal(findGit(root, join(root, 'bin')), undefined);
  // Of a folder above, where `npm start` finds it.
  writeMarkerProgram(join(base, 'node_modules/.bin/git'), marker);
  assert.equal(findGit(root, join(base, 'node_modules/.bin')), undefined);
});
