// What the two documents of the house name is there, and the table of what to touch stays one that sends nobody through the whole house.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

const documents = ['ARCHITECTURE.md', 'CONTRIBUTING.md'];
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
}).split('\n');

/** What a name stands for until somebody puts one in its place. */
const placeholder = /\b(?:NAME|FILE|FOLDER|SCRIPT|TARGET|PID|LINE|COLUMN)\b/;
const fileName = /^[\w.-]+\.(?:ts|mjs|py|json|md|tsv|css|cmd|sh)$/;

/** Words of a text's inline code and code blocks that are paths, or names of files. */
function pathsIn(text: string): string[] {
  const code = [...text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)].flatMap(([found]) => found.split(/[\s`,:;()]+/));
  const words = code.map((word) => word.replace(/^\.\//, '').replace(/\.$/, ''));
  const isPath = (word: string) =>
    /^[\w.-]+(?:\/[\w.*-]+)*\/?$/.test(word) && (word.includes('/') || fileName.test(word));
  return [...new Set(words.filter((word) => isPath(word) && !placeholder.test(word)))];
}

/** What is made, and not tracked. */
const made = read('.gitignore').split('\n');

/** From the top, from src/, or from a room that is told of in its own words; a name alone is some file's. */
function isThere(path: string): boolean {
  if (!path.includes('/')) return tracked.some((file) => file === path || file.endsWith(`/${path}`));
  if (made.some((line) => line.replace(/\/$/, '') === path.replace(/\/$/, ''))) return true;
  if (path.includes('*')) return tracked.some((file) => new RegExp(`^${path.replaceAll('*', '[^/]+')}$`).test(file));
  return ['', 'src', 'src/vscode', 'src/llm'].some((from) =>
    ['', '.ts'].some((end) => existsSync(join(root, from, `${path}${end}`))),
  );
}

for (const name of documents) {
  test(`every path that ${name} names exists`, () => {
    const paths = pathsIn(read(name));
    assert.ok(paths.length > 15, `${paths.length} paths`);
    assert.deepEqual(
      paths.filter((path) => !isThere(path)),
      [],
    );
  });
}

test('a path that is not there is found, in code and in blocks of it', () => {
  const text =
    'see `src/text/nowhere.ts`, `complete/servce.ts:12` and `nobody.ts`\n```\nnode src/jobs/cli/man.ts x\n```\n`text/lines.ts`';
  const missing = pathsIn(text).filter((path) => !isThere(path));
  assert.deepEqual(missing, ['src/text/nowhere.ts', 'complete/servce.ts', 'nobody.ts', 'src/jobs/cli/man.ts']);
});

test('whoever changes one thing touches three files at most', () => {
  const [, section = ''] = read('ARCHITECTURE.md').split('\n## To change X, touch Y\n');
  const rows = section
    .split('\n## ')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2);
  const names = rows?.map((row) => row.split('|')[1]?.trim() ?? '') ?? [];
  const wanted = [
    'language',
    'provider',
    'model family',
    'task',
    'stage',
    'setting',
    'panel',
    'price',
    'filter',
    'benchmark',
  ];
  assert.deepEqual(
    wanted.filter((subject) => !names.some((name) => name.includes(subject))),
    [],
  );
  const long = rows?.filter((row) => pathsIn(row).length > 3 || pathsIn(row).length === 0);
  assert.deepEqual(long, []);
});
