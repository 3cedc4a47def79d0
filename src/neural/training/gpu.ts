// Whether training can use the GPU: both halves of the probe, for the engine process, which may not import
// neural/runtime/.
import { probeGraph, speedGraph } from '../architecture/graphs.ts';
import type { ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { probeSession } from '../runtime/probe.ts';

export { probeWebGpu } from '../runtime/device.ts';

/** In the disposable process. */
export async function probeHere(): Promise<ProbeResult> {
  await loadLibrary();
  return probeSession(probeGraph(), speedGraph());
}
