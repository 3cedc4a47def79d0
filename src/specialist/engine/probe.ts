// Measures in a process of its own whether training can use this machine's GPU: a bad driver may hang or crash it.
import { endAfter } from '../../common/child.ts';
import { messageOf } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import { probeGraph, speedGraph } from '../../neural/architecture/graphs.ts';
import { type ProbeResult, probeWebGpu } from '../../neural/runtime/device.ts';
import { type Device, loadLibrary, Session, Tensor } from '../../neural/runtime/session.ts';

/** Argument of a job's script: it only probes. */
export const PROBE_ARGUMENT = '--probe-webgpu';
/** Time limit for a graphics driver, ms. */
const PROBE_MS = 20_000;

export function probeInProcess(): Promise<ProbeResult> {
  return probeWebGpu({ script: process.argv[1] as string, args: [PROBE_ARGUMENT], timeoutMs: PROBE_MS });
}

/** In the process that `probeInProcess` has started. */
export async function probeThisProcess(): Promise<ProbeResult> {
  // In case the parent ends before the probe does.
  endAfter(PROBE_MS + 5000);
  await loadLibrary();
  return probeSession(probeGraph(), speedGraph());
}

/**
 * Doubles a vector on the GPU, then compares the GPU's speed with the CPU's: a software GPU works, but is slower.
 * @param model bytes of a graph y = x + x over float32 [4]
 * @param speedModel bytes of a graph from x and w, float32 [512, 512], to a number
 */
async function probeSession(model: Uint8Array, speedModel: Uint8Array): Promise<ProbeResult> {
  try {
    const session = await Session.load({ bytes: model }, { device: 'webgpu', threads: 1, strict: true });
    const { y } = await session.run({ x: Tensor.host(Float32Array.of(1, 2, 3, 4), [4]) });
    const isCorrect = (y as Tensor).floats.join() === '2,4,6,8';
    if (!isCorrect) return { ok: false, detail: 'the GPU computes wrong numbers' };
    const threads = threadCount('auto');
    const speedup = (await speedOf(speedModel, 'cpu', threads)) / (await speedOf(speedModel, 'webgpu', threads));
    return { ok: true, detail: 'WebGPU works', speedup };
  } catch (error) {
    return { ok: false, detail: `WebGPU is not available (${messageOf(error).split('\n')[0]})` };
  }
}

/** Seconds of `model`, a graph as in `probeSession`: the best of three runs, after one to compile and warm up. */
async function speedOf(model: Uint8Array, device: Device, threads: number): Promise<number> {
  const session = await Session.load({ bytes: model }, { device, threads, strict: true });
  const matrix = Tensor.host(new Float32Array(512 * 512).fill(0.01), [512, 512]);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 4; i++) {
    const started = performance.now();
    await session.run({ x: matrix, w: matrix });
    if (i > 0) best = Math.min(best, (performance.now() - started) / 1000);
  }
  await session.dispose();
  return best;
}
