// How much memory a process of the neural engine may take on this machine, and how much is available now.
import { freemem, totalmem } from 'node:os';

/** Share of the machine's memory. */
const SHARE = 0.4;
const LEAST = 3e9;
/** Share of a Mac's memory that it can free for a process. */
const MAC_SHARE = 0.25;

/**
 * Bytes: the limit in gigabytes; 0 for two fifths of the machine's memory, at least 3 GB.
 * @param machine bytes of memory of the machine, or of its container
 */
export function memoryCeiling(gigabytes: number, machine = machineMemory()): number {
  return gigabytes > 0 ? gigabytes * 1e9 : Math.max(LEAST, Math.round(SHARE * machine));
}

/**
 * Bytes that a process can still take. In a container `process.availableMemory` counts cached files as taken, so there
 * only its limit is regarded.
 * @param free bytes that the system reports
 * @param machine bytes of memory of the machine, or of its container
 */
export function availableMemory(
  platform: string = process.platform,
  free = platform === 'darwin' ? process.availableMemory() : freemem(),
  machine = machineMemory(),
): number {
  // On macOS, libuv before 1.52 reports only empty pages, which are few: the system frees cached ones on demand.
  return platform === 'darwin' ? Math.max(free, MAC_SHARE * machine) : Math.min(free, machine);
}

function machineMemory(): number {
  // 0, or more than there is, without a limit.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
