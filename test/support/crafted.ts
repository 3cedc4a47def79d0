// Folders with links that lead outside, pipes and devices that block, and git indexes with paths that git never writes.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitIn as git, writeIn as write } from './tree.ts';

/** A word in every file outside the opened folder, and in no file inside. */
export const outsideWord = 'smugglersCove';

export interface Crafted {
  /** Changes `root`, a folder with `kept.ts` and `src/kept.ts`. `outside` has `plan.ts` and `deep/plan.ts`. */
  make(root: string, outside: string): void;
  /** Which of the two kept files a harvest leaves out; default: none. */
  readonly leftOut?: readonly string[];
  /** Whether Git must not be started, because it would block. */
  readonly withoutGit?: true;
}

export function source(word: string): string {
  return Array.from({ length: 12 }, (_, i) => `export const ${word}${i} = measure('${word}', ${i * 7});\n`).join('');
}

/** Makes `base`/folder and `base`/outside, and returns both. */
export function makeCrafted({ make }: Crafted, base: string): { readonly root: string; readonly outside: string } {
  const [root, outside] = [join(base, 'folder'), join(base, 'outside')];
  write(root, 'kept.ts', source('harbour'));
  write(root, 'src/kept.ts', source('lighthouse'));
  write(outside, 'plan.ts', source(outsideWord));
  write(outside, 'deep/plan.ts', source(`${outsideWord}Deep`));
  make(root, outside);
  return { root, outside };
}

function pipe(root: string, path: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  rmSync(join(root, path), { force: true });
  execFileSync('mkfifo', [join(root, path)]);
}

const file = 0o100644;
const submodule = 0o160000;

/** Writes a git index (version 2) with any paths, also those that git refuses to write. */
export function writeIndex(root: string, entries: readonly (readonly [path: string, mode: number])[]): void {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const head = Buffer.alloc(12);
  head.write('DIRC', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(sorted.length, 8);
  const records = sorted.map(([path, mode]) => {
    const name = Buffer.from(path);
    const record = Buffer.alloc(Math.ceil((62 + name.length + 1) / 8) * 8);
    record.writeUInt32BE(mode, 24);
    record.fill(0xe6, 40, 60);
    record.writeUInt16BE(Math.min(name.length, 0xfff), 60);
    name.copy(record, 62);
    return record;
  });
  const body = Buffer.concat([head, ...records]);
  writeFileSync(join(root, '.git/index'), Buffer.concat([body, createHash('sha1').update(body).digest()]));
}

export const craftedFolders: Readonly<Record<string, Crafted>> = {
  'a tracked folder that has become a link': {
    make(root, outside) {
      write(root, 'e/plan.ts', source('breakwater'));
      write(root, 'e/deep/plan.ts', source('breakwaterDeep'));
      git(root, 'init', '-q');
      git(root, 'add', '.');
      rmSync(join(root, 'e'), { recursive: true });
      symlinkSync(outside, join(root, 'e'));
    },
  },
  'links to a file, a folder, and a folder through itself': {
    make(root, outside) {
      symlinkSync(join(outside, 'plan.ts'), join(root, 'plan.ts'));
      symlinkSync('../outside', join(root, 'src/out'));
      symlinkSync('../outside/deep', join(root, 'deep'));
      symlinkSync('..', join(root, 'src/loop'));
    },
  },
  'an index that names files outside': {
    make(root) {
      git(root, 'init', '-q');
      writeIndex(root, [
        ['../outside/plan.ts', file],
        ['src/../../outside/deep/plan.ts', file],
        ['src/./kept.ts', file],
        ['.git/config', file],
        ['kept.ts', file],
        ['src/kept.ts', file],
      ]);
    },
  },
  'an index whose submodules lie outside': {
    make(root, outside) {
      git(root, 'init', '-q');
      git(outside, 'init', '-q');
      git(outside, 'add', '.');
      symlinkSync(outside, join(root, 'module'));
      writeIndex(root, [
        ['../outside', submodule],
        ['module', submodule],
        ['kept.ts', file],
        ['src/kept.ts', file],
      ]);
    },
  },
  'ignore files that are pipes': {
    make(root) {
      git(root, 'init', '-q');
      for (const path of ['.gitignore', 'src/.gitignore']) pipe(root, path);
    },
    withoutGit: true,
  },
  "git's own files are pipes": {
    make(root) {
      git(root, 'init', '-q');
      for (const path of ['.git/info/exclude', '.git/info/attributes', '.git/info/sparse-checkout']) pipe(root, path);
    },
    withoutGit: true,
  },
  'settings that include a pipe': {
    make(root) {
      git(root, 'init', '-q');
      git(root, 'config', 'include.path', '../more');
      pipe(root, 'more');
    },
  },
  'a nested repository that never answers': {
    make(root) {
      git(root, 'init', '-q');
      for (const name of ['a', 'b', 'c']) {
        write(root, `nested/${name}/inner.ts`, source(`inner${name}`));
        git(join(root, 'nested', name), 'init', '-q');
        pipe(root, `nested/${name}/.git/info/exclude`);
      }
    },
  },
  'ignore files that are links to devices': {
    make(root) {
      git(root, 'init', '-q');
      symlinkSync('/dev/zero', join(root, '.gitignore'));
      symlinkSync('/dev/zero', join(root, 'src/.gitignore'));
      symlinkSync('/dev/zero', join(root, 'zero.ts'));
    },
  },
  'an ignore file of ours that is a pipe': {
    make: (root) => pipe(root, 'src/.easyadaptationignore'),
    leftOut: ['src/kept.ts'],
  },
  'an ignore file of ours that is a link to a device': {
    make: (root) => symlinkSync('/dev/zero', join(root, 'src/.easyadaptationignore')),
    leftOut: ['src/kept.ts'],
  },
  'an ignore file of ours without an end': {
    make: (root) => write(root, 'src/.easyadaptationignore', '# a comment\n'.repeat(100_000)),
    leftOut: ['src/kept.ts'],
  },
  'pipes, sockets and devices with names of sources': {
    make(root) {
      pipe(root, 'pipe.ts');
      pipe(root, 'src/pipe.ts');
      symlinkSync('/dev/zero', join(root, 'src/zero.ts'));
      symlinkSync('/proc/self/environ', join(root, 'src/environ.ts'));
      // Only root can make devices, and not in every container.
      spawnSync('mknod', [join(root, 'src/device.ts'), 'c', '1', '5'], { stdio: 'ignore' });
    },
  },
};
