// The import rules, proven on real lint runs: in every room, every import that the house does not allow fails, and no other.
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { lintRules, type Room, readRooms, rulesFile } from '../../build/rooms.ts';
import { diagnosticsOf } from './lint.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const map = readRooms(read('ARCHITECTURE.md'));
const folders = map.filter(({ name }) => name.endsWith('/')).map((room) => ({ ...room, name: room.name.slice(0, -1) }));
const house = folders.filter(({ name }) => !name.includes('/'));
/** Folders of a room with a row of their own. */
const inner = folders.filter(({ name }) => name.includes('/'));
const rooms = house.map(({ name }) => name);

/** Package -> the only room that may import it. */
const owners = Object.fromEntries(house.flatMap(({ name, owns }) => owns.map((each) => [each, name])));

/** What a file `depth` folders deep in a room may import, as far as this test asks. */
function allowed({ name, imports, owns }: Room, depth: number): Set<string> {
  const others = [...imports, ...(name === 'common' || name === 'panel' ? [] : ['common'])];
  return new Set([...others.map((other) => `${'../'.repeat(depth)}${other}/probe.ts`), ...owns]);
}

/** Everything a room could try to import: any other room, and the packages that belong to one room. */
function attempts(room: string, depth: number): string[] {
  const others = rooms.filter((other) => other !== room).map((other) => `${'../'.repeat(depth)}${other}/probe.ts`);
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
  for (const { location } of diagnosticsOf('lint/style/noRestrictedImports', probes)) {
    const imports = files[location.path];
    found[location.path]?.push(imports?.[(location.start?.line ?? 0) - 1] ?? 'unknown line');
  }
  return found;
}

test('every room has its row in the map, and every row its room', () => {
  const entries = readdirSync(join(root, 'src'), { withFileTypes: true });
  assert.deepEqual(
    [
      ...house.map(({ name }) => `${name}/`),
      ...map.map(({ name }) => name).filter((name) => name.endsWith('.ts')),
    ].sort(),
    entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort(),
  );
  assert.deepEqual(
    inner.map(({ name }) => `src/${name}`).sort(),
    globSync('src/host/*/', { cwd: root })
      .map((path) => path.replaceAll('\\', '/').replace(/\/$/, ''))
      .sort(),
  );
});

test('the rules of the lint are those that the map makes', () => {
  assert.deepEqual(JSON.parse(read(rulesFile)), { overrides: lintRules(map) }, 'node build/run.mjs build/rooms.ts');
  assert.deepEqual(owners, {
    vscode: 'host',
    'onnxruntime-node': 'runtime',
    '@anthropic-ai/sdk': 'teacher',
    '@huggingface/gguf': 'bases',
    '@vscode/tree-sitter-wasm': 'syntax',
    openai: 'teacher',
    uplot: 'panel',
  });
});

for (const depth of [1, 2]) {
  test(`each room may import what the map allows, and nothing else: files ${depth} deep`, () => {
    const path = (room: string) => `src/${room}/${'below/'.repeat(depth - 1)}probe.ts`;
    const found = refused(Object.fromEntries(rooms.map((room) => [path(room), attempts(room, depth)])));
    for (const room of house) {
      const may = allowed(room, depth);
      const expected = attempts(room.name, depth).filter((from) => !may.has(from));
      assert.deepEqual(found[path(room.name)]?.sort(), expected.sort(), path(room.name));
    }
  });
}

test('a folder of the host may import of the others there what its row allows, and of other rooms what the host may', () => {
  const host = house.find(({ name }) => name === 'host') as Room;
  const outside = rooms.filter((room) => room !== 'host').map((room) => `../../${room}/probe.ts`);
  const names = inner.map(({ name }) => name.slice('host/'.length));
  const tried = (own: string) => [
    '../paths.ts',
    ...names.filter((name) => name !== own).map((name) => `../${name}/probe.ts`),
    ...outside,
  ];
  const found = refused(Object.fromEntries(names.map((name) => [`src/host/${name}/probe.ts`, tried(name)])));
  for (const { name, imports } of inner) {
    const own = name.slice('host/'.length);
    const may = new Set(['../paths.ts', ...imports.map((other) => `../${other}/probe.ts`)]);
    for (const other of ['common', ...host.imports]) may.add(`../../${other}/probe.ts`);
    const expected = tried(own).filter((from) => !may.has(from));
    assert.deepEqual(found[`src/${name}/probe.ts`]?.sort(), expected.sort(), name);
  }
});

test('no room has folders deeper than the rules reach', () => {
  assert.deepEqual(globSync('src/*/*/*/*', { cwd: root }), []);
});

test('each room does import what it may: a permission that nobody uses is an opening', () => {
  const others = /(?:from|import\()\s*'(?:\.\.\/)+(\w+)\//g;
  for (const { name, imports } of folders) {
    const files = globSync(`src/${name}/**/*.ts`, { cwd: root });
    const used = new Set(files.flatMap((file) => [...read(file).matchAll(others)].map(([, other]) => other)));
    const unused = imports.filter((other) => !used.has(other.split('/')[0]));
    assert.deepEqual(unused, [], `src/${name}/`);
  }
});

test('the host may import the panel through its protocol alone', () => {
  const imports = ['../panel/protocol.ts', '../panel/main.ts'];
  const below = imports.map((from) => `../${from}`);
  assert.deepEqual(refused({ 'src/host/probe.ts': imports, 'src/host/panel/probe.ts': below }), {
    'src/host/probe.ts': ['../panel/main.ts'],
    'src/host/panel/probe.ts': ['../../panel/main.ts'],
  });
});

test('what wires may import all but the panel', () => {
  assert.deepEqual(refused({ 'src/extension.ts': ['./learn/run.ts', './host/log.ts', './panel/main.ts', 'vscode'] }), {
    'src/extension.ts': ['./panel/main.ts'],
  });
});
