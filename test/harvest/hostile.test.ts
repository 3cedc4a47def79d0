// Opening a folder runs nothing of it: repositories whose settings name programs, harvested whole and file by file.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { harvestFile } from '../../src/harvest/file.ts';
import { harvestFolder } from '../../src/harvest/folder.ts';
import { findGit } from '../../src/harvest/git-command.ts';
import { hostileRepositories, writeMarkerProgram } from '../support/hostile.ts';

let base: string;
let marker: string;
const path = process.env.PATH;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-hostile-')));
  marker = join(base, 'marker');
  writeMarkerProgram(join(base, 'program'), marker);
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(base, { recursive: true, force: true });
});

for (const [name, hostile] of Object.entries(hostileRepositories)) {
  test(`${name}: nothing runs, and the folder is read all the same`, async () => {
    const root = join(base, 'folder');
    mkdirSync(root);
    hostile.make(root, join(base, 'program'));
    const opened = join(root, hostile.open ?? '');
    process.env.PATH = [join(opened, 'node_modules/.bin'), opened, '.', path].join(delimiter);
    for (const trusted of [true, false]) {
      const harvested = await harvestFolder(opened, { trusted });
      assert.ok(harvested.ok);
      assert.ok(harvested.value.files.length > 0, 'files are harvested');
      for (const file of harvested.value.files) {
        const alone = await harvestFile(opened, file.path, { trusted });
        assert.equal(alone.ok && alone.value.file?.path, file.path);
      }
      assert.equal(existsSync(marker), false, trusted ? 'trusted' : 'untrusted');
    }
  });
}

test('the marker works: a careless git in one of these repositories leaves it', () => {
  const root = join(base, 'folder');
  mkdirSync(root);
  hostileRepositories.fsmonitor?.make(root, join(base, 'program'));
  execFileSync('git', ['ls-files', '-co'], { cwd: root, stdio: 'pipe' });
  assert.equal(existsSync(marker), true);
});

test('git comes from PATH, never from the opened folder, not through a link either', () => {
  const git = findGit(base) ?? assert.fail();
  const root = join(base, 'folder');
  mkdirSync(join(root, 'bin'), { recursive: true });
  writeMarkerProgram(join(root, 'bin/git'), marker);
  symlinkSync(join(root, 'bin'), join(base, 'link'));
  for (const entry of [join(root, 'bin'), join(base, 'link'), '.', 'bin', ''])
    assert.equal(findGit(root, [entry, path].join(delimiter)), git, entry);
  assert.equal(findGit(root, join(root, 'bin')), undefined);
});
