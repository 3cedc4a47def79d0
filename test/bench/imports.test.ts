// The benchmarks' files form no circle: each can be read after those that it imports.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

const folder = join(root, 'bench');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.replaceAll('\\', '/'));

/** Imported files of bench/, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/from '(\.[^']+\.ts)'/g)]
    .map(([, path = '']) => relative(folder, join(folder, dirname(file), path)).replaceAll('\\', '/'))
    .filter((path) => files.includes(path));
}

test('no file of bench/ imports itself by way of others', () => {
  assert.ok(files.length > 40 && importsOf('main.ts').includes('base.ts'));
  const finished = new Set<string>();
  const visit = (file: string, above: readonly string[]) => {
    assert.ok(!above.includes(file), `a circle: ${[...above, file].join(' -> ')}`);
    if (finished.has(file)) return;
    for (const imported of importsOf(file)) visit(imported, [...above, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
});
