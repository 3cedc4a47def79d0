// The import rules, proven on real lint runs: in every room, every import that the house does not allow fails, and no other.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { diagnosticsOf } from './lint.ts';

/** Room -> rooms it may import beside itself and `common`. */
const house: Readonly<Record<string, readonly string[]>> = {
  common: [],
  onnx: [],
  tokenizer: [],
  runtime: [],
  store: [],
  coupling: [],
  teacher: [],
  panel: [],
  autodiff: ['onnx'],
  arch: ['autodiff', 'onnx'],
  package: ['arch'],
  train: ['arch', 'package', 'runtime'],
  decode: ['arch', 'package', 'runtime', 'tokenizer'],
  mix: ['decode', 'ngram', 'package'],
  engine: ['train', 'decode', 'mix', 'ngram'],
  ngram: ['tokenizer'],
  harvest: ['tokenizer'],
  complete: ['coupling', 'teacher', 'engine', 'ngram'],
  distil: ['harvest', 'package', 'tokenizer', 'ngram', 'coupling', 'complete', 'teacher', 'engine', 'store'],
  host: ['complete', 'distil', 'store', 'teacher', 'harvest', 'ngram', 'coupling', 'engine', 'package'],
};
const rooms = Object.keys(house);
const read = (path: string) => readFileSync(join(root, path), 'utf8');

/** Package -> the only room that may import it. */
const owners = { vscode: 'host', 'onnxruntime-node': 'runtime', '@anthropic-ai/sdk': 'teacher' } as const;

/** What a room may import, as far as this test asks. */
function allowed(room: string): Set<string> {
  const others = [...(house[room] ?? []), ...(room === 'common' || room === 'panel' ? [] : ['common'])];
  const packages = Object.entries(owners).flatMap(([name, owner]) => (owner === room ? [name] : []));
  return new Set([...others.map((other) => `../${other}/probe.ts`), ...packages]);
}

/** Everything a room could try to import: any other room, and the packages that belong to one room. */
function attempts(room: string): string[] {
  const others = rooms.filter((other) => other !== room).map((other) => `../${other}/probe.ts`);
  return [...others, ...Object.keys(owners)];
}

function probe(imports: readonly string[]): string {
  const lines = imports.map((from, index) => `import { a as a${index} } from '${from}';`);
  return `${lines.join('\n')}\nexport const all = [${imports.map((_, index) => `a${index}`).join(', ')}];\n`;
}

/** Lints files that import what is named; the refused imports of each file. */
function refused(files: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const probes = Object.fromEntries(Object.entries(files).map(([path, imports]) => [path, probe(imports)]));
  const found: Record<string, string[]> = Object.fromEntries(Object.keys(files).map((path) => [path, []]));
  for (const { location } of diagnosticsOf('style/noRestrictedImports', probes)) {
    const imports = files[location.path];
    found[location.path]?.push(imports?.[(location.start?.line ?? 0) - 1] ?? 'unknown line');
  }
  return found;
}

test('each room may import what the house allows, and nothing else', () => {
  const files = Object.fromEntries(rooms.map((room) => [`src/${room}/probe.ts`, attempts(room)]));
  const found = refused(files);
  for (const room of rooms) {
    const may = allowed(room);
    const expected = attempts(room).filter((from) => !may.has(from));
    assert.deepEqual(found[`src/${room}/probe.ts`]?.sort(), expected.sort(), `src/${room}/`);
  }
});

test('each room does import what it may: a permission that nobody uses is an opening', () => {
  const imports = /(?:from|import\()\s*'\.\.\/(\w+)\//g;
  for (const room of rooms) {
    const files = globSync(`src/${room}/**/*.ts`, { cwd: root });
    const used = new Set(files.flatMap((file) => [...read(file).matchAll(imports)].map(([, other]) => other)));
    const unused = (house[room] ?? []).filter((other) => !used.has(other));
    assert.deepEqual(unused, [], `src/${room}/`);
  }
});

test('the host may import the panel through its protocol alone', () => {
  const imports = ['../panel/protocol.ts', '../panel/main.ts'];
  assert.deepEqual(refused({ 'src/host/probe.ts': imports }), { 'src/host/probe.ts': ['../panel/main.ts'] });
});

test('the command line is headless', () => {
  const imports = ['./distil/run.ts', './host/status.ts', './panel/main.ts', 'vscode'];
  assert.deepEqual(refused({ 'src/cli.ts': imports }), {
    'src/cli.ts': ['./host/status.ts', './panel/main.ts', 'vscode'],
  });
});

test('ARCHITECTURE.md tells the same map', () => {
  const text = read('ARCHITECTURE.md');
  const rows = [...text.matchAll(/^\| `(\w+)\/` \|[^|]*\|([^|]*)\|$/gm)];
  assert.ok(rows.length >= 8, 'the map has rows');
  for (const [, room, cell] of rows) {
    const told = [...(cell ?? '').matchAll(/`([\w/]+)`/g)].map((match) => match[1]);
    const rule = [...(house[room ?? ''] ?? []), ...(room === 'host' ? ['panel/protocol'] : [])];
    assert.deepEqual(told.sort(), rule.sort(), `row of ${room}/`);
  }
});
