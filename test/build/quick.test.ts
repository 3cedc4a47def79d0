// Which test files `npm test -- --quick` runs after a change.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { changedFiles, chooseTests, wholeRuns } from '../../build/quick.ts';
import { Tree } from '../support/tree.ts';

const sources = {
  'src/text/lines.ts': '',
  'src/text/words.ts': "import { lines } from './lines.ts';",
  'src/text/pages.ts': "import { words } from './words.ts';",
  'src/text/shapes.ts': "import type { Line } from './lines.ts';",
  'test/house/files.test.ts': '',
  'test/text/lines.test.ts': "import { lines } from '../../src/text/lines.ts';",
  'test/text/words.test.ts': "import { words } from '../../src/text/words.ts';",
  'test/text/pages.test.ts': "import { pages } from '../../src/text/pages.ts';",
  'test/text/shapes.test.ts': "import { shapes } from '../../src/text/shapes.ts';",
  'test/text/golden.test.ts': "const golden = read('../golden/lines.json');",
  'test/text/other.test.ts': "import type { Line } from '../../src/text/lines.ts';",
  'test/text/support.ts': "import { lines } from '../../src/text/lines.ts';",
};

const house = { 'test/house/files.test.ts': 'always' };

const chosen = (...changed: string[]) => Object.fromEntries(chooseTests(changed, sources).tests);

test('runs the house tests alone if nothing changed', () => {
  assert.deepEqual(chosen(), house);
});

test('runs a test that changed', () => {
  assert.deepEqual(chosen('test/text/other.test.ts'), { ...house, 'test/text/other.test.ts': 'changed' });
});

test('runs tests that import a changed file directly or through one other, but not for types or through two', () => {
  assert.deepEqual(chosen('src/text/lines.ts'), {
    ...house,
    'test/text/lines.test.ts': 'imports src/text/lines.ts',
    'test/text/words.test.ts': 'imports src/text/words.ts, which imports a changed file',
  });
});

test('runs tests that import a changed file of test/ or name one that is no code', () => {
  const using = { ...sources, 'test/text/more.test.ts': "import { a } from './support.ts';" };
  const { tests } = chooseTests(['test/text/support.ts', 'test/golden/lines.json'], using);
  assert.deepEqual(Object.fromEntries(tests), {
    ...house,
    'test/text/more.test.ts': 'imports test/text/support.ts',
    'test/text/golden.test.ts': 'names lines.json',
  });
});

test('names changed code that no chosen test imports', () => {
  const { uncovered } = chooseTests(['src/text/lines.ts', 'src/text/alone.ts', 'src/text/deleted.ts', 'a.md'], {
    ...sources,
    'src/text/alone.ts': '',
  });
  assert.deepEqual(uncovered, ['src/text/alone.ts']);
});

test('above the limit keeps the nearest tests, and names those that it leaves out', () => {
  const { tests, leftOut } = chooseTests(['src/text/lines.ts', 'test/text/other.test.ts'], sources, 2);
  const expected = ['test/house/files.test.ts', 'test/text/other.test.ts', 'test/text/lines.test.ts'];
  assert.deepEqual([...tests.keys()], expected);
  assert.deepEqual(leftOut, ['test/text/words.test.ts']);
});

test('runs a test of a whole run only if it changed, and names it if it is near', () => {
  const more = {
    ...sources,
    'test/jobs/cli/a.test.ts': "import { runCli } from './run.ts';\nimport '../../../src/text/lines.ts';",
    'test/safety/b.test.ts': "import { lines } from '../../src/text/lines.ts';",
  };
  const near = chooseTests(['src/text/lines.ts'], more);
  assert.deepEqual(near.leftOut, ['test/jobs/cli/a.test.ts', 'test/safety/b.test.ts']);
  const itself = chooseTests(near.leftOut, more);
  assert.deepEqual([itself.tests.get('test/jobs/cli/a.test.ts'), itself.leftOut], ['changed', []]);
  const actual = wholeRuns.filter((path) => !existsSync(join(root, path)));
  assert.deepEqual(actual, []);
});

test('a change is what a branch has committed since it left main, what is uncommitted, and what is new', () => {
  const tree = new Tree();
  const git = (...args: string[]) => tree.git(...args);
  const write = (path: string) => tree.write({ [path]: `${Math.random()}` });
  const commit = (path: string) => {
    write(path);
    git('add', '.');
    git('commit', '-qm', path);
  };
  git('init', '-q', '-b', 'main');
  commit('old.ts');
  commit('edited.ts');
  assert.deepEqual(changedFiles(tree.root), []);
  git('switch', '-qc', 'branch');
  commit('committed.ts');
  git('switch', '-q', 'main');
  commit('later on main.ts');
  git('switch', '-q', 'branch');
  write('edited.ts');
  write('new/é.ts');
  assert.deepEqual(changedFiles(tree.root), ['committed.ts', 'edited.ts', 'new/é.ts']);
  git('branch', '-qm', 'main', 'trunk');
  assert.throws(() => changedFiles(tree.root), /compares with the branch main/);
});
