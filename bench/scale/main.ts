// A million tokens: harvest, index, save one file, complete. In a process of its own, so that its memory is its own.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchPackage, otherPackages, sourceFiles } from '../common/packages.ts';
import { shippedTokenizer } from '../common/shipped.ts';
import type { Benchmark, Figures } from '../figures.ts';
import { printFigures } from '../print.ts';

const wantedTokens = 1_000_000;

export const scale: Benchmark = {
  name: 'scale',
  what: 'a million tokens: harvest, index, a saved file, completions; their time and memory',
  takes: [],
  run,
};

async function run(): Promise<Figures> {
  const tokenizer = shippedTokenizer();
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-scale-'));
  try {
    let tokens = 0;
    for (const spec of otherPackages) {
      const source = fetchPackage(spec);
      for (const { path, text } of sourceFiles(source)) {
        if (tokens >= wantedTokens) break;
        if (statSync(join(source, path)).size > 400_000) continue;
        cpSync(join(source, path), join(folder, spec.replaceAll('/', '+'), path));
        tokens += tokenizer.encode(text).length;
      }
    }
    const child = join(import.meta.dirname, 'child.ts');
    const done = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--expose-gc', child, folder], {
      encoding: 'utf8',
    });
    if (done.status !== 0) throw new Error(`the scale run failed: ${done.stderr}`);
    const figures = JSON.parse(done.stdout) as Figures;
    printFigures('at scale', figures);
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
