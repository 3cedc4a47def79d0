// Whether training can use the GPU: the probe's two halves, for the engine process, which may not reach below neural/training/.
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
