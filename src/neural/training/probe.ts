// Measures this machine: whether training can use its GPU, and how long a step with adapters takes.
import type { ModelConfig } from '../architecture/config.ts';
import { probeGraph, SPEED_PRODUCTS, speedGraph } from '../architecture/graphs.ts';
import type { LoraConfig } from '../architecture/lora.ts';
import { headLayer, layerParameters } from '../architecture/parameters.ts';
import type { ProbeResult } from '../runtime/device.ts';
import { loadLibrary } from '../runtime/library.ts';
import { probeSession, speedOf } from '../runtime/probe.ts';
import type { Device } from '../runtime/session.ts';

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
