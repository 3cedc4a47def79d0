// The lint rejects import cycles in every code folder, also cycles of type imports. Each test runs the real lint.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosticsOf } from './lint.ts';

const folders = ['src/common', 'src/vscode', 'bench', 'test/support', 'build'];

/** Files of a folder, each importing what its row names. */
function files(folder: string, imports: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).map(([name, line]) => [`${folder}/${name}.ts`, `${line}\nexport const ${name} = 1;\n`]),
  );
}

/** Paths that the rule names, each once. */
function circular(made: Readonly<Record<string, string>>): string[] {
  const found = diagnosticsOf('lint/suspicious/noImportCycles', made);
  return [...new Set(found.map(({ location }) => location.path))].sort();
}

const circles: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'of two': { a: "export { b } from './b.ts';", b: "export { a as again } from './a.ts';" },
  'of three': { a: "export * from './b.ts';", b: "export * from './c.ts';", c: "export * from './a.ts';" },
  'of types': { a: "export type { b } from './b.ts';", b: "export type { a as again } from './a.ts';" },
  'closed by an import at run time': {
    a: "export { b } from './b.ts';",
    b: "export const later = () => import('./a.ts');",
  },
};

for (const [name, imports] of Object.entries(circles)) {
  test(`a circle ${name} fails, in every folder of code`, () => {
    const made = Object.assign({}, ...folders.map((folder) => files(folder, imports)));
    assert.deepEqual(circular(made), Object.keys(made).sort());
  });
}

test('a chain is no circle', () => {
  const imports = { a: "export * from './b.ts';", b: "export type * from './c.ts';", c: '' };
  assert.deepEqual(circular(Object.assign({}, ...folders.map((folder) => files(folder, imports)))), []);
});
