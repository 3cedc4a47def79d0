// Writes files and runs git in folders of tests, without the machine's own settings of git.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export function write(root: string, path: string, content: string | Buffer, mode = 0o644): void {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}

export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) write(root, path, content);
}

/** Runs nothing that the repository's settings name. */
export function git(folder: string, ...args: string[]): string {
  const own = ['user.name=t', 'user.email=t@example.org', 'protocol.file.allow=always'];
  const safe = ['core.fsmonitor=false', 'core.hooksPath=/dev/null'];
  const settings = [...own, ...safe].flatMap((setting) => ['-c', setting]);
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', [...settings, ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' });
}

/** Twelve lines of code about a word. */
export function source(word: string): string {
  return Array.from({ length: 12 }, (_, i) => `export const ${word}${i} = measure('${word}', ${i * 7});\n`).join('');
}
