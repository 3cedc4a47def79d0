// The import rules, proven on real lint runs: in every folder, every import that the map does not allow fails, and no other.
import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';
import { lintRules, mayUse, type Room, readRooms, rowOf, rulesFile, sourceFolders } from '../../build/rooms.ts';
import { diagnosticsOf } from './lint.ts';

const read = (path: string) => readFileSync(join(root, path), 'utf8');

const map = readRooms(read('ARCHITECTURE.md'));
const rooms = map.filter(({ name }) => name.endsWith('/'));
const folders = sourceFolders();

/** Package -> the only row that may import it. */
const owners = Object.fromEntries(rooms.flatMap(({ name, owns }) => owns.map((each) => [each, name])));

/** A file of each folder and each package that belongs to one row, as a file in `folder` names them. */
function attempts(folder: string): string[] {
  const files = folders.filter((other) => other !== folder).map((other) => posix.relative(folder, `${other}/probe.ts`));
  return [...files.map((path) => (path.startsWith('.') ? path : `./${path}`)), ...Object.keys(owners)];
}

/** Of those, what the map allows. */
function allowed(folder: string): string[] {
  const room = rowOf(rooms, folder) as Room;
  const may = new Set([room.name, ...room.imports.map((other) => `${other}/`)]);
  if (room.name !== 'common/' && room.name !== 'vscode/webview/') may.add('common/');
  return attempts(folder).filter((from) =>
    from.startsWith('.')
      ? may.has(rowOf(rooms, posix.dirname(posix.join(folder, from)))?.name ?? '')
      : rooms.some((owner) => owner.owns.includes(from) && mayUse(room, owner)),
  );
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

test('every folder has a row in the map, and every row a folder or a file', () => {
  assert.deepEqual(
    folders.filter((folder) => !rowOf(rooms, folder)),
    [],
  );
  const rows = new Set(folders.map((folder) => rowOf(rooms, folder)?.name));
  assert.deepEqual(
    rooms.filter(({ name }) => !rows.has(name)),
    [],
  );
  const beside = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => !entry.isDirectory());
  assert.deepEqual(
    map.filter(({ name }) => name.endsWith('.ts')).map(({ name }) => name),
    beside.map(({ name }) => name),
  );
});

test('src has at most 14 rooms', () => {
  assert.ok(new Set(folders.map((folder) => folder.split('/')[0])).size <= 14);
});

test('the rules of the lint are those that the map makes', () => {
  assert.deepEqual(
    JSON.parse(read(rulesFile)),
    { overrides: lintRules(map, folders) },
    'node build/run.mjs build/rooms.ts',
  );
  assert.deepEqual(owners, {
    vscode: 'vscode/',
    'node-llama-cpp': 'neural/llama/',
    'onnxruntime-node': 'neural/runtime/',
    '@anthropic-ai/sdk': 'llm/providers/',
    '@huggingface/gguf': 'neural/models/import/',
    '@vscode/tree-sitter-wasm': 'text/syntax/',
    openai: 'llm/providers/',
    uplot: 'vscode/webview/',
  });
});

test('each folder may import what its row allows, and nothing else', () => {
  const path = (folder: string) => `src/${folder}/probe.ts`;
  const found = refused(Object.fromEntries(folders.map((folder) => [path(folder), attempts(folder)])));
  for (const folder of folders) {
    const may = new Set(allowed(folder));
    const expected = attempts(folder).filter((from) => !may.has(from));
    assert.deepEqual(found[path(folder)]?.sort(), expected.sort(), folder);
  }
});

test('no room imports itself through others', () => {
  const edges = new Map(rooms.map(({ name, imports }) => [name, imports.map((other) => `${other}/`)]));
  const top = (name: string) => `${name.split('/')[0]}/`;
  const tops = new Map<string, string[]>();
  for (const [name, others] of edges)
    tops.set(top(name), [...(tops.get(top(name)) ?? []), ...others.map(top).filter((other) => other !== top(name))]);
  for (const graph of [edges, tops]) {
    const done = new Set<string>();
    const visit = (name: string, path: readonly string[]) => {
      assert.ok(!path.includes(name), [...path, name].join(' -> '));
      if (done.has(name)) return;
      for (const other of graph.get(name) ?? []) visit(other, [...path, name]);
      done.add(name);
    };
    for (const name of graph.keys()) visit(name, []);
  }
});

test('each row imports what it may: a permission that nobody uses is an opening', () => {
  const paths = /(?:from|import\()\s*'(\.[^']+\.ts)'/g;
  for (const room of rooms) {
    const own = folders.filter((folder) => rowOf(rooms, folder) === room);
    const used = new Set(
      own
        .flatMap((folder) => globSync(`src/${folder}/*.ts`, { cwd: root }))
        .flatMap((file) =>
          [...read(file).matchAll(paths)].map(([, path = '']) => posix.join(posix.dirname(file), path)),
        )
        .flatMap((path) => [
          path.slice('src/'.length, -'.ts'.length),
          rowOf(rooms, posix.dirname(path.slice(4)))?.name,
        ]),
    );
    const unused = room.imports.filter((other) => !used.has(`${other}/`) && !used.has(other));
    assert.deepEqual(unused, [], `src/${room.name}`);
  }
});

test('the editor’s code may import the webviews through their protocols alone', () => {
  assert.deepEqual(refused({ 'src/vscode/panel/probe.ts': ['../webview/protocol.ts', '../webview/main.ts'] }), {
    'src/vscode/panel/probe.ts': ['../webview/main.ts'],
  });
});

test('what wires may import all but the webviews', () => {
  const imports = ['./adaptation/run.ts', './vscode/commands.ts', './vscode/webview/main.ts', 'vscode'];
  assert.deepEqual(refused({ 'src/extension.ts': imports }), { 'src/extension.ts': ['./vscode/webview/main.ts'] });
});
