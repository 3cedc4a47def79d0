// Habits of the house that can be read off the files that are tracked.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, matchesGlob } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

/** All tracked files and those about to be. */
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = tracked.filter((path) => /^(src|test|build|bench)\/.*\.(ts|mjs)$/.test(path));

interface LaunchRow {
  readonly name: string;
  readonly program?: string;
  readonly preLaunchTask?: string;
}

test('every source file begins by saying what it is for', () => {
  assert.ok(sources.length > 50);
  const silent = sources.filter((path) => !/^\/\/ \S.{15,}/.test(read(path)));
  assert.deepEqual(silent, []);
});

/**
 * Lines of a room, rounded up to the next hundred. A commit that raises one says what the lines bring, by which command
 * that was measured, and why nothing else could go for them.
 */
const lines: Readonly<Record<string, number>> = {
  bench: 8800,
  build: 2400,
  src: 400,
  'src/adapt': 4400,
  'src/common': 3000,
  'src/edits': 3900,
  'src/jobs': 2100,
  'src/llm': 2700,
  'src/neural': 8100,
  'src/prompts': 1700,
  'src/routing': 1500,
  'src/specialist': 6200,
  'src/storage': 1300,
  'src/suggest': 2700,
  'src/text': 3600,
  'src/text-tasks': 4700,
  'src/vscode': 12_100,
  'src/workspace': 6800,
  test: 47_600,
};

test('a room has as many lines as were decided', () => {
  const roomOf = (path: string) => /^(?:src\/[^/]+(?=\/)|[^/]+)/.exec(path)?.[0] ?? '';
  const counted: Record<string, number> = {};
  for (const path of sources) {
    const room = roomOf(path);
    counted[room] = (counted[room] ?? 0) + read(path).split('\n').length - 1;
  }
  const rounded = Object.entries(counted).map(([room, count]) => [room, 100 * Math.ceil(count / 100)] as const);
  assert.deepEqual(Object.fromEntries(rounded), lines);
});

test('the lint checks every source file', () => {
  const { files } = JSON.parse(read('biome.json')) as { files: { includes: readonly string[] } };
  const left = files.includes.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const isLeftOut = (path: string) =>
    left.some((pattern) => matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`));
  assert.deepEqual(sources.filter(isLeftOut), []);
});

test('what .vscode/ starts is there', () => {
  const { configurations } = JSON.parse(read('.vscode/launch.json')) as { configurations: readonly LaunchRow[] };
  const { tasks } = JSON.parse(read('.vscode/tasks.json')) as { tasks: readonly { label: string; script?: string }[] };
  const { scripts } = JSON.parse(read('package.json'));
  assert.ok(configurations.some(({ program }) => program !== undefined));
  for (const { name, program, preLaunchTask } of configurations) {
    const file = program?.replace(/^\$\{workspaceFolder\}\//, '') ?? 'package.json';
    assert.ok(tracked.includes(file), `${name}: ${file}`);
    assert.ok(preLaunchTask === undefined || tasks.some(({ label }) => label === preLaunchTask), `${name}: the task`);
  }
  for (const { label, script } of tasks) assert.ok(script === undefined || script in scripts, `${label}: ${script}`);
});

test('no test skips another', () => {
  const tests = sources.filter((path) => /^test\/.*\.(?:test|run)\.ts$/.test(path));
  assert.ok(tests.length > 100);
  const skipping = /\b(?:t|context|test|it|describe|suite)\.(?:skip|todo)\(|\b(?:skip|todo): /;
  const actual = tests.filter((path) => skipping.test(read(path)));
  assert.deepEqual(actual, []);
});

test('no path of a machine stands in a tracked file', () => {
  // Put together here, or this file would hold them.
  const paths = [root, join(homedir(), '.'), ['', 'work', 'main'].join('/'), ['', 'work', 'shared'].join('/')];
  const patterns = [...paths, ['', 'root', ''].join('/')].filter((path) => path.length > 4);
  const found = tracked.flatMap((path) => {
    const text = readFileSync(join(root, path), 'latin1');
    return patterns.filter((pattern) => text.includes(pattern)).map((pattern) => `${path}: ${pattern}`);
  });
  assert.deepEqual(found, []);
});

test('no tracked file names the registry that this machine uses', () => {
  const options = { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' } as const;
  const registry = execFileSync('npm', ['config', 'get', 'registry'], options).trim();
  const host = new URL(registry).host;
  const found = tracked.filter((path) => host !== 'registry.npmjs.org' && read(path).includes(host));
  assert.deepEqual(found, []);
});

test('the lock file names no registry: whatever registry is set up serves it', () => {
  const lock = read('package-lock.json');
  assert.ok(lock.includes('"lockfileVersion"'));
  assert.doesNotMatch(lock, /"resolved": "http/);
});

test('versions of packages are exact', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, range]) => !/^\d+\.\d+\.\d+$/.test(range),
  );
  assert.deepEqual(loose, []);
});

test('no two files of src export types of one name', () => {
  const shape = /^export (?:abstract )?(?:type|interface|class|enum) (\w+)/gm;
  const positions = new Map<string, string[]>();
  for (const path of sources.filter((each) => each.startsWith('src/')))
    for (const [, name = ''] of read(path).matchAll(shape)) positions.set(name, [...(positions.get(name) ?? []), path]);
  const actual = [...positions].filter(([, paths]) => paths.length > 1);
  assert.deepEqual(actual, []);
});
