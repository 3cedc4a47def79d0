// ARCHITECTURE.md against the tree: each path it names exists, and a change made in a row's files alone compiles.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const architecture = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
const rows = (architecture.split('\n## To change X, touch Y\n')[1]?.split('\n## ')[0] ?? '')
  .split('\n')
  .flatMap((line) => {
    const [, what, where] = /^\| (.+?) \| (.+?) \|$/.exec(line) ?? [];
    return what === undefined || where === undefined || !where.includes('`') ? [] : [{ what, paths: pathsIn(where) }];
  });

function pathsIn(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+\/[\w./-]*|[\w-]+(?:\.[\w-]+)*\.json)`/g)].map(([, path]) => path as string);
}

test('each row of the table names files that exist from the top of the project', () => {
  assert.ok(rows.length > 20);
  const missing = rows.flatMap(({ what, paths }) =>
    paths.filter((path) => !existsSync(join(root, path))).map((path) => `${what}: ${path}`),
  );
  assert.deepEqual(missing, []);
});

/** What a newcomer writes in a row's files: a text in one of them, and the text with the change. */
interface Change {
  readonly row: string;
  readonly path: string;
  readonly before: string;
  readonly with: string;
}

const changes: readonly Change[] = [
  {
    row: 'a language',
    path: 'src/text/languages.ts',
    before: "  ['python', ",
    with: "  ['roc', HASH_INDENT, '.roc'],\n  ['python', ",
  },
  {
    row: 'a language',
    path: 'src/text/marks.ts',
    before: '  python: PYTHON,',
    with: '  roc: [quoted(TRIPLE_DOUBLE, LINES)],\n  python: PYTHON,',
  },
  {
    row: "a model family's prompt",
    path: 'src/common/fill-in.ts',
    before: '  codellama: {',
    with: "  'new-family': { prefix: '<A>', suffix: '<B>', middle: '<C>', ends: ['<D>'] },\n  codellama: {",
  },
  {
    row: 'a setting',
    path: 'src/vscode/settings/settings.ts',
    before: '  readonly multiline: boolean;',
    with: '  readonly multiline: boolean;\n  readonly shout: boolean;',
  },
  {
    row: 'a setting',
    path: 'src/vscode/settings/settings.ts',
    before: '  multiline: { type',
    with: "  shout: { type: 'boolean', default: false, scope: 'resource', beside: onWhereBoth },\n  multiline: { type",
  },
];

const folder = temporaryFolder();

/** The compiler's errors in a copy of the source with the changes. */
function errorsWith(changed: readonly Change[]): string {
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  for (const { row, path, before, with: changedText } of changed) {
    assert.ok(rows.find(({ what }) => what === row)?.paths.includes(path), `'${row}' names ${path}`);
    const text = readFileSync(join(folder, path), 'utf8');
    assert.equal(text.split(before).length, 2, `${path} holds '${before}' once`);
    writeFileSync(
      join(folder, path),
      text.replace(before, () => changedText),
    );
  }
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '--noEmit', '-p', folder], { encoding: 'utf8' });
  return stdout;
}

test("a row's change compiles with its files alone, and half of it does not", () => {
  const { compilerOptions } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }));
  for (const name of ['node_modules', 'package.json', 'media']) symlinkSync(join(root, name), join(folder, name));
  assert.equal(errorsWith(changes), '');
  assert.match(errorsWith(changes.slice(0, -1)), /shout/);
});
