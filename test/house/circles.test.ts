// The lint rejects import cycles in every code folder, also cycles of types and of imports at run time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnosticsOf } from './lint.ts';

test('a circle of types, closed by an import at run time, fails in every folder of code, and a chain does not', () => {
  const circle = (folder: string) => ({
    [`${folder}/a.ts`]: "export type { b } from './b.ts';\nexport const a = 1;\n",
    [`${folder}/b.ts`]: "export const b = () => import('./a.ts');\n",
  });
  const made = Object.assign({}, ...['src/common', 'src/vscode', 'bench', 'test/support', 'build'].map(circle));
  const chain = { 'src/text/c.ts': "export * from './d.ts';\n", 'src/text/d.ts': 'export const d = 1;\n' };
  const found = diagnosticsOf('lint/suspicious/noImportCycles', { ...made, ...chain });
  const paths = new Set(found.map(({ location }) => location.path));
  assert.deepEqual([...paths].sort(), Object.keys(made).sort());
});
