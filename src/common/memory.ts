// How much memory a process of the neural engine may take on this machine.
import { totalmem } from 'node:os';

/** Share of the machine's memory. */
const SHARE = 0.4;
const LEAST = 3e9;

/**
 * Bytes: the limit in gigabytes; 0 for two fifths of the machine's memory, at least 3 GB.
 * @param machine bytes of memory of the machine, or of its container
 */
export function memoryCeiling(gigabytes: number, machine = machineMemory()): number {
  return gigabytes > 0 ? gigabytes * 1e9 : Math.max(LEAST, Math.round(SHARE * machine));
}

function machineMemory(): number {
  // 0, or more than there is, without a limit.
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
