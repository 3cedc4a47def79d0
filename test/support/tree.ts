// Temporary folders on disk for tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Writes a file with the folders above it. */
export function writeIn(folder: string, path: string, content: string | Buffer): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** Git's output. The machine's own settings, which might ignore files or sign commits, do not count. */
export function gitIn(folder: string, ...args: string[]): string {
  const settings = ['-c', 'user.name=t', '-c', 'user.email=t@example.org', '-c', 'protocol.file.allow=always'];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', [...settings, ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
}

const roots: string[] = [];
process.on('exit', () => {
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

/** A new temporary folder with these files, which the end of the process removes. */
export class Tree {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-test-')));

  constructor(files: Readonly<Record<string, string | Buffer>> = {}) {
    roots.push(this.root);
    this.write(files);
  }

  write(files: Readonly<Record<string, string | Buffer>>): void {
    for (const [path, content] of Object.entries(files)) writeIn(this.root, path, content);
  }

  at(path: string): string {
    return join(this.root, path);
  }

  git(...args: string[]): void {
    this.gitIn('.', ...args);
  }

  gitIn(folder: string, ...args: string[]): void {
    gitIn(this.at(folder), ...args);
  }

  /** Commits all files, in a new repository if there is none. */
  commit(message = 'x'): void {
    this.git('init', '-q');
    this.git('add', '-A');
    this.git('commit', '-qm', message);
  }

  read(path: string): string {
    return readFileSync(this.at(path), 'utf8');
  }
}

/** `n` lines about `topic`, which resemble no other text. */
export function code(topic: string, n = 12): string {
  return Array.from({ length: n }, (_, i) => `export const ${topic}${i} = make('${topic}', ${i}, ${topic.length * i});`)
    .join('\n')
    .concat('\n');
}
