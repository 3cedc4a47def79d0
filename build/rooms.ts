// The lint's rules of who may import whom, made from the map in ARCHITECTURE.md: build/rooms.json, which biome.json extends.
//
//   node build/run.mjs build/rooms.ts     after a change of the map; test/house/ fails where it was forgotten
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.ts';

export interface Room {
  /** 'harvest/', 'host/api/' for a folder with a row of its own, or 'extension.ts' for a file that stands beside the rooms. */
  readonly name: string;
  /** Rooms beside itself and `common/`; of a room its one file as 'panel/protocol'. Of a folder of a room: its neighbours there. */
  readonly imports: readonly string[];
  /** Of a file beside the rooms: it may import everything but `imports`. */
  readonly isAllBut: boolean;
  /** The npm packages that no other room imports, but for the file `beside`. */
  readonly owns: readonly string[];
  readonly beside: string | undefined;
}

const rowShape = /^\| `([\w./]+)` \|([^|]*)\|([^|]*)\|$/gm;

/** The rows of the map, as ARCHITECTURE.md has them. */
export function readRooms(architecture: string): Room[] {
  return [...architecture.matchAll(rowShape)].map(([, name = '', lives = '', imports = '']) => {
    const [, all = '', beside] = /only importer of ((?:`[^`]+`(?: and )?)+)(?: beside `([^`]+)`)?/.exec(lives) ?? [];
    const owns = [...all.matchAll(/`([^`]+)`/g)].map(([, owned = '']) => owned);
    const others = [...imports.matchAll(/`([\w/]+?)\/?`/g)].map(([, other = '']) => other);
    return { name, imports: others, isAllBut: imports.trim().startsWith('all but'), owns, beside };
  });
}

/** Folders below a room: so deep rules are written. */
const depths = [1, 2];

function override(rooms: readonly Room[], room: Room, includes: string, group: readonly string[], message: string) {
  const foreign = rooms.flatMap(({ name, owns, beside }) =>
    name !== room.name && beside !== room.name ? owns.map((each) => [each, `only src/${name} imports ${each}`]) : [],
  );
  const options = { paths: Object.fromEntries(foreign), patterns: [{ group, message }] };
  return { includes: [includes], linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } } };
}

/** biome's overrides: one for each room and each depth of its folders. */
export function lintRules(rooms: readonly Room[]): unknown[] {
  return rooms.flatMap((room) => {
    if (room.isAllBut) {
      const group = room.imports.map((other) => `./${other}/**`);
      const message = `src/${room.name} may import all but ${room.imports.join(', ')} (ARCHITECTURE.md)`;
      return [override(rooms, room, `src/${room.name}`, group, message)];
    }
    const may = [...(room.name === 'common/' || room.name === 'panel/' ? [] : ['common']), ...room.imports];
    const message = `src/${room.name} may import ${may.join(', ') || 'nothing'} (ARCHITECTURE.md)`;
    const outer = rooms.find(({ name }) => name !== room.name && room.name.startsWith(name));
    if (outer) {
      const neighbours = ['*.ts', ...room.imports.map((other) => `${other}/**`)].map((other) => `!../${other}`);
      const group = ['../**', ...neighbours, ...patternsOf(['common', ...outer.imports], '../../')];
      const of = `src/${room.name} may import of src/${outer.name} its files, ${room.imports.join(', ')} (ARCHITECTURE.md)`;
      return [override(rooms, outer, `src/${room.name}*`, group, of)];
    }
    return depths.map((depth) => {
      const up = '../'.repeat(depth);
      const group = [`${up}**`, ...patternsOf(may, up)];
      return override(rooms, room, `src/${room.name}${'*/'.repeat(depth - 1)}*`, group, message);
    });
  });
}

function patternsOf(may: readonly string[], up: string): string[] {
  return may.map((other) => `!${up}${other}${other.includes('/') ? '.ts' : '/**'}`);
}

export const rulesFile = 'build/rooms.json';

if (import.meta.main) {
  const rooms = readRooms(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'));
  writeFileSync(join(root, rulesFile), JSON.stringify({ overrides: lintRules(rooms) }));
  const biome = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'biome.cmd' : 'biome');
  const done = spawnSync(biome, ['format', '--write', rulesFile], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = done.status ?? 1;
}
