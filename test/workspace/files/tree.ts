// Temporary folders on disk for tests.

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, writeFiles } from '../../support/repositories.ts';

/** A new temporary folder with these files. Call `remove` at the end. */
export class Tree {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-harvest-')));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    this.write(files);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    writeFiles(this.root, files);
  }

  at(path: string): string {
    return join(this.root, path);
  }

  git(...args: string[]): void {
    this.gitIn('.', ...args);
  }

  gitIn(folder: string, ...args: string[]): void {
    git(this.at(folder), ...args);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** `n` lines about `topic`, which resemble no other text. */
export function code(topic: string, n = 12): string {
  return Array.from({ length: n }, (_, i) => `export const ${topic}${i} = make('${topic}', ${i}, ${topic.length * i});`)
    .join('\n')
    .concat('\n');
}
