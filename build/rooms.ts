// The lint's rules of who may import whom, made from the map in ARCHITECTURE.md: build/rooms.json, which biome.json extends.
//
//   node build/run.mjs build/rooms.ts     after a change of the map or a new folder; test/house/ fails where it was forgotten
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { root } from './paths.ts';

/** A row of the map. Its files are those of its folder and of the folders below that have no row of their own. */
export interface Room {
  /** 'workspace/files/', or 'extension.ts' for a file that stands beside the rooms. */
  readonly name: string;
  /** Rows whose files it may import, beside its own and `common/`; one file as 'vscode/webview/protocol'. */
  readonly imports: readonly string[];
  /** Of a file beside the rooms: it may import everything but `imports`. */
  readonly isAllBut: boolean;
  /** The npm packages that no other row imports, but for the file `beside`. */
  readonly owns: readonly string[];
  readonly beside: string | undefined;
}

const rowShape = /^\| `([\w./-]+)` \|([^|]*)\|([^|]*)\|$/gm;

/** The rows of the map, as ARCHITECTURE.md has them. */
export function readRooms(architecture: string): Room[] {
  return [...architecture.matchAll(rowShape)].map(([, name = '', lives = '', imports = '']) => {
    const [, all = '', beside] = /only importer of ((?:`[^`]+`(?: and )?)+)(?: beside `([^`]+)`)?/.exec(lives) ?? [];
    const owns = [...all.matchAll(/`([^`]+)`/g)].map(([, owned = '']) => owned);
    const others = [...imports.matchAll(/`([^`]+)`/g)].flatMap(([, names = '']) =>
      names.split(' ').map((other) => other.replace(/\/$/, '')),
    );
    return { name, imports: others, isAllBut: imports.trim().startsWith('all but'), owns, beside };
  });
}

/** Folders below src/ that hold files. @param paths of files, from the top */
export function foldersOf(paths: readonly string[]): string[] {
  const folders = paths.map((path) => posix.dirname(path.replaceAll('\\', '/'))).filter((path) => path !== 'src');
  return [...new Set(folders)].map((path) => path.slice('src/'.length)).sort();
}

/** The folders of the source as it is. */
export function sourceFolders(): string[] {
  return foldersOf(globSync('src/**/*.ts', { cwd: root }));
}

/** The row that a folder belongs to: the deepest that it lies in. */
export function rowOf(rooms: readonly Room[], folder: string): Room | undefined {
  return rooms
    .filter(({ name }) => name.endsWith('/') && `${folder}/`.startsWith(name))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

/** What the files of a folder may import: patterns of folders and files from the top of src/. */
export function allowedFrom(rooms: readonly Room[], folders: readonly string[], room: Room): string[] {
  const isOwn = (folder: string) => rowOf(rooms, folder) === room;
  const named = room.name === 'common/' || room.name === 'vscode/webview/' ? [] : ['common'];
  const may = [...named, ...room.imports];
  const inFolders = folders.filter(
    (folder) => isOwn(folder) || may.some((other) => rowOf(rooms, folder)?.name === `${other}/`),
  );
  const files = may.filter((other) => !rooms.some(({ name }) => name === `${other}/`));
  return [...inFolders.map((folder) => `${folder}/*`), ...files.map((file) => `${file}.ts`)];
}

function relative(from: string, to: string): string {
  const path = posix.relative(from, to);
  return path.startsWith('.') ? path : `./${path}`;
}

/** A package belongs to its row and the rows below. The webviews run in a browser, where there is no `vscode`. */
export function mayUse({ name }: Room, owner: Room): boolean {
  return (name.startsWith(owner.name) && name !== 'vscode/webview/') || name === owner.name || name === owner.beside;
}

function override(rooms: readonly Room[], room: Room, includes: string, group: readonly string[], message: string) {
  const foreign = rooms.flatMap((owner) =>
    mayUse(room, owner) ? [] : owner.owns.map((each) => [each, `only src/${owner.name} imports ${each}`]),
  );
  const options = { paths: Object.fromEntries(foreign), patterns: [{ group, message }] };
  return { includes: [includes], linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } } };
}

/** biome's overrides: one for each folder of the source, and one for each file beside them. */
export function lintRules(rooms: readonly Room[], folders: readonly string[]): unknown[] {
  const beside = rooms
    .filter(({ isAllBut }) => isAllBut)
    .map((room) => {
      const group = room.imports.map((other) => `./${other}/**`);
      const message = `src/${room.name} may import all but ${room.imports.join(', ')} (ARCHITECTURE.md)`;
      return override(rooms, room, `src/${room.name}`, group, message);
    });
  const inside = folders.flatMap((folder) => {
    const room = rowOf(rooms, folder);
    if (room === undefined) return [];
    const allowed = allowedFrom(rooms, folders, room).map((pattern) => `!${relative(folder, pattern)}`);
    const message = `src/${room.name} may import ${['common', ...room.imports].join(', ')} (ARCHITECTURE.md)`;
    return [override(rooms, room, `src/${folder}/*.ts`, ['../**', './*/**', ...allowed], message)];
  });
  return [...beside, ...inside];
}

export const rulesFile = 'build/rooms.json';

if (import.meta.main) {
  const rooms = readRooms(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));
  writeFileSync(join(root, rulesFile), JSON.stringify({ overrides: lintRules(rooms, sourceFolders()) }));
  const biome = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'biome.cmd' : 'biome');
  const done = spawnSync(biome, ['format', '--write', rulesFile], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = done.status ?? 1;
}
