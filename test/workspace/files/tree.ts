// Folders on disk for the harvest's tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A new folder with these files; `remove` when done. */
export class Tree {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-harvest-')));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    this.write(files);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), { recursive: true });
      writeFileSync(this.at(path), content);
    }
  }

  at(path: string): string {
    return join(this.root, path);
  }

  git(...args: string[]): void {
    this.gitIn('.', ...args);
  }

  gitIn(folder: string, ...args: string[]): void {
    const settings = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
    // Nothing of the machine's own git settings, which might ignore or sign.
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    execFileSync('git', [...settings, ...args], { cwd: this.at(folder), env, stdio: 'pipe' });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** A text that resembles no other: `n` lines about `topic`. */
export function code(topic: string, n = 12): string {
  return Array.from({ length: n }, (_, i) => `export const ${topic}${i} = make('${topic}', ${i}, ${topic.length * i});`)
    .join('\n')
    .concat('\n');
}
