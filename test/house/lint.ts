// A real lint run under our biome.json, over files that a test makes up.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';

export interface Diagnostic {
  readonly category: string;
  readonly location: { readonly path: string; readonly start?: { readonly line: number } };
}

/** @param rule its category: 'lint/suspicious/noImportCycles', or 'plugin' for rules of build/lint/ @param files texts by path */
export function diagnosticsOf(rule: string, files: Readonly<Record<string, string>>): Diagnostic[] {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-lint-'));
  try {
    for (const file of ['biome.json', 'build/lint']) cpSync(join(root, file), join(folder, file), { recursive: true });
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.'];
    const done = spawnSync(process.execPath, [biome, ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    assert.ok(done.stdout.startsWith('{'), `biome did not report: ${done.stdout}${done.stderr}`);
    const { diagnostics } = JSON.parse(done.stdout) as { diagnostics: Diagnostic[] };
    return diagnostics.filter(({ category }) => category === rule);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
