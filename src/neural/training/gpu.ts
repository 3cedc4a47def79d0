// Checks whether training can use the GPU. Exists because specialist/engine/ may not import neural/runtime/.
import { probeGraph, speedGraph } from '../architecture/graphs.ts';
import type { ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { probeSession } from '../runtime/probe.ts';

export { probeWebGpu } from '../runtime/device.ts';

/** Runs in a separate process, which a bad driver may crash. */
export async function probeThisProcess(): Promise<ProbeResult> {
  await loadLibrary();
  return probeSession(probeGraph(), speedGraph());
}
