// Starts the fuzzer in a process of little memory and reads what became of every input.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FuzzRow } from './fuzz.ts';

export interface FuzzRun {
  readonly rows: readonly FuzzRow[];
  /** By how much the process has grown, at its peak. */
  readonly grownBytes: number;
}

/** Throws where the process did not come to its end: an input has taken it along. */
export function runFuzz(seed: number, count: number): FuzzRun {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-fuzz-'));
  try {
    const script = join(import.meta.dirname, 'fuzz-child.ts');
    const args = ['--max-old-space-size=300', script, folder, String(seed), String(count)];
    const done = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 });
    if (done.status !== 0) throw new Error(`the fuzzer ended with ${done.status ?? done.signal}: ${done.stderr}`);
    return JSON.parse(done.stdout) as FuzzRun;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
