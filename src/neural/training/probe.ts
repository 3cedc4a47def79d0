// Measures this machine: whether training can use its GPU, and how long a step with adapters takes.
import { messageOf } from '../../common/errors.ts';
import { threadCount } from '../../common/threads.ts';
import type { ModelConfig } from '../architecture/config.ts';
import { probeGraph, SPEED_PRODUCTS, speedGraph } from '../architecture/graphs.ts';
import type { LoraConfig } from '../architecture/lora.ts';
import { headLayer, layerParameters } from '../architecture/parameters.ts';
import type { ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { type Device, Session } from '../runtime/session.ts';
import { Tensor } from '../runtime/tensor.ts';

export { probeWebGpu } from '../runtime/device.ts';

/** Runs in a separate process, which a bad driver may crash. */
export async function probeThisProcess(): Promise<ProbeResult> {
  await loadLibrary();
  return probeSession(probeGraph(), speedGraph());
}

/** A step takes this many times what its products would take alone, because of attention, unpacking and the loss. */
const OVERHEAD = 1.5;

export interface StepEstimate {
  readonly secondsPerStep: number;
  readonly totalSteps: number;
}

/**
 * Seconds of a step with adapters, computed from the model's shape and this machine's speed: timing a step of a large
 * base takes minutes.
 * @param tokens in a step
 */
export async function estimateStep(
  config: ModelConfig,
  lora: LoraConfig,
  tokens: number,
  device: Device,
  threads: number,
): Promise<number> {
  const secondsPerProduct = (await speedOf(speedGraph(), device, threads)) / SPEED_PRODUCTS;
  return OVERHEAD * tokens * productsPerToken(config, lora) * secondsPerProduct;
}

/**
 * Multiply-adds with matrices: forward in all layers; in the adapted ones forward again and backward; the output matrix
 * forward and backward.
 */
export function productsPerToken(config: ModelConfig, { firstLayer = 0 }: Pick<LoraConfig, 'firstLayer'>): number {
  const { query, key, value, output, gate, up, down } = layerParameters(config, 0);
  const layer = [query, key, value, output, gate, up, down].reduce((sum, { out, inner }) => sum + out * inner, 0);
  const head = headLayer(config);
  return layer * (config.layers + 2 * (config.layers - firstLayer)) + 2 * head.out * head.inner;
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
