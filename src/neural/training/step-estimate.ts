// The time of a training step with adapters, computed from the model's shape and this machine's speed: timing a step of
// a large base takes minutes.
import type { ModelConfig } from '../architecture/config.ts';
import { SPEED_PRODUCTS, speedGraph } from '../architecture/graphs.ts';
import type { LoraConfig } from '../architecture/lora.ts';
import { headLayer, layerParameters } from '../architecture/parameters.ts';
import { speedOf } from '../runtime/probe.ts';
import type { Device } from '../runtime/session.ts';

/**
 * A step takes this many times what its products would take alone, because of attention, unpacking and the loss.
 */
const OVERHEAD = 1.5;

export interface StepEstimate {
  readonly secondsPerStep: number;
  readonly totalSteps: number;
}

/** @param tokens in a step */
export async function estimateStep(
  config: ModelConfig,
  lora: LoraConfig,
  tokens: number,
  { device, threads }: { readonly device: Device; readonly threads: number },
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
