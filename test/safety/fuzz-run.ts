// Starts the fuzzer in a process with little memory, and reads its results.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FuzzRow } from './fuzz.ts';

export interface FuzzRun {
  readonly rows: readonly FuzzRow[];
  /** Growth of the process's memory at its peak. */
  readonly grownBytes: number;
}

/** Throws if the process died, which an input has caused. */
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
