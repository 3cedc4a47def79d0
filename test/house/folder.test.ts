// Only the folder is read, and nothing of it is run: who may touch the file system where a folder is read, and who may
// start processes.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

const importing = (pattern: RegExp, files: string) =>
  globSync(files, { cwd: root })
    .filter((name) => pattern.test(readFileSync(join(root, name), 'utf8')))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();

test('in workspace/files/ files are read by FolderReader alone; git looks for itself, and for nested repositories', () => {
  assert.deepEqual(importing(/from 'node:fs(?:\/promises)?'/, 'src/workspace/files/**/*.ts'), [
    'src/workspace/files/folder-reader.ts',
    'src/workspace/files/git-command.ts',
    'src/workspace/files/git-directory.ts',
    'src/workspace/files/git.ts',
    'src/workspace/files/open-inside.ts',
  ]);
  assert.deepEqual(importing(/\breadWhole\b/, 'src/**/*.ts'), [
    'src/workspace/files/folder-reader.ts',
    'src/workspace/files/open-inside.ts',
  ]);
});

test('processes are started for engine, jobs and a look at the graphics card by one function, and for git', () => {
  assert.deepEqual(importing(/node:child_process|node:cluster/, 'src/**/*.ts'), [
    'src/common/child.ts',
    'src/workspace/files/git-command.ts',
  ]);
});

test('the host harvests one file at a time, and asks worker, engine and jobs for all that indexes, completes or learns', () => {
  const stages = globSync('src/adapt/*.ts', { cwd: root }).map((path) => basename(path, '.ts'));
  const work = new RegExp(
    String.raw`from '(?:\.\.?\/)+(?:workspace\/files\/(?:folder|walk)|specialist\/ngram\/(?!folder-worker-client|folder-worker-protocol)[\w-]+|` +
      String.raw`adapt\/(?:${stages.join('|')}))\.ts'`,
  );
  assert.deepEqual(importing(work, 'src/{vscode,suggest}/**/*.ts'), []);
  assert.deepEqual(importing(work, 'src/extension.ts'), []);
  assert.ok(importing(work, 'src/{adapt,jobs}/**/*.ts').length > 2, 'the pattern finds them where they are');
});
