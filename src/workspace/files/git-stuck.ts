// Detects before the timeout that a git process waits forever, for example because an ignore file is a named pipe.
// Works only on Linux.

import { readFileSync } from 'node:fs';

const checkMs = 500;
/** Number of checks in a row without activity: three seconds. Each answer of a slow drive counts as activity. */
const maxIdleChecks = 6;

/** Calls `onStuck` once if the process sleeps without activity. Returns a function that ends the watch. */
export function watchStuck(pid: number | undefined, onStuck: () => void): () => void {
  if (process.platform !== 'linux' || pid === undefined) return () => {};
  let before = '';
  let idleChecks = 0;
  const timer = setInterval(() => {
    const now = activityOf(pid);
    idleChecks = now !== undefined && now === before ? idleChecks + 1 : 0;
    before = now ?? '';
    if (idleChecks < maxIdleChecks) return;
    clearInterval(timer);
    onStuck();
  }, checkMs);
  return () => clearInterval(timer);
}

/** CPU time and number of context switches of a sleeping process. Undefined if it runs, reads a disk or is gone. */
function activityOf(pid: number): string | undefined {
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
