// Notices a child that waits for what will never come (a pipe in place of an ignore file), long before its time is up.
// Linux.

import { readFileSync } from 'node:fs';

const lookMs = 500;
/**
 * So many looks in a row without a sign of life: three seconds. A slow drive answers now and then, and each answer is
 * one.
 */
const patience = 6;

/** Calls `onStuck` once if the process sleeps and neither computes nor wakes. Returns what ends the watch. */
export function watchStuck(pid: number | undefined, onStuck: () => void): () => void {
  if (process.platform !== 'linux' || pid === undefined) return () => {};
  let before = '';
  let looks = 0;
  const timer = setInterval(() => {
    const now = lifeOf(pid);
    looks = now !== undefined && now === before ? looks + 1 : 0;
    before = now ?? '';
    if (looks < patience) return;
    clearInterval(timer);
    onStuck();
  }, lookMs);
  return () => clearInterval(timer);
}

/**
 * The time that it has computed and how often it fell asleep, while it sleeps; undefined while it runs, reads a disk or
 * is gone.
 */
function lifeOf(pid: number): string | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    if (!/^State:\s+S/m.test(status)) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const times = stat.slice(stat.lastIndexOf(')')).split(' ').slice(12, 14);
    return [/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1], ...times].join(' ');
  } catch {
    return undefined;
  }
}
