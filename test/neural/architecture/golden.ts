// Reads the golden cases that test/golden/engine/make.py wrote.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoraConfig } from '../../../src/neural/architecture/lora.ts';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import type { Quantized } from '../../../src/neural/architecture/quantize.ts';
import { parseConfig } from '../../../src/neural/models/config-json.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { readSafetensors } from '../../../src/neural/models/safetensors.ts';
import { Tensor } from '../../../src/neural/runtime/session.ts';

export const GOLDEN_CASES = ['llama', 'packed'] as const;

export interface GoldenBatch {
  readonly ids: number[];
  readonly targets: number[];
  readonly weights: number[];
}

export interface GoldenLogits {
  readonly config: ModelConfig;
  readonly lora?: LoraConfig;
  readonly batch: number;
  readonly length: number;
  readonly batches: readonly GoldenBatch[];
  /** [batch x length, vocabulary] of the first batch. */
  readonly logits: number[];
  readonly weights: Map<string, Float32Array>;
  /** Matrices in 4 bits, which `weights` does not contain. */
  readonly packed: Map<string, Quantized>;
}

/** Ten steps of training. */
export interface Golden extends GoldenLogits {
  readonly lora: LoraConfig;
  readonly losses: number[];
  readonly norms: number[];
  readonly gradients: Map<string, Float32Array>;
}

const folder = join(import.meta.dirname, '../../golden/engine');

export function goldenFolder(name: string): string {
  return join(folder, name);
}

function tensors(name: string, file: string): Map<string, Float32Array> {
  const { tensors } = readSafetensors(readFileSync(join(folder, name, file)));
  return new Map([...tensors].map(([key, { data }]) => [key, data]));
}

export function readGolden(): Golden {
  return { ...readLogits('packed'), gradients: tensors('packed', 'gradients.safetensors') } as Golden;
}

export function readLogits(name: (typeof GOLDEN_CASES)[number]): GoldenLogits {
  const config = parseConfig(readFileSync(join(folder, name, 'config.json'), 'utf8'));
  if (!config.ok) throw new Error(config.error.message);
  const json = JSON.parse(readFileSync(join(folder, name, 'golden.json'), 'utf8'));
  const { packed } = loadModel(join(folder, name));
  return { ...json, config: config.value, weights: tensors(name, 'model.safetensors'), packed };
}

/** Feeds of a batch; the weights sum to 1. */
export function batchFeeds({ ids, targets, weights }: GoldenBatch): Record<string, Tensor> {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    ids: Tensor.host(Int32Array.from(ids), [ids.length]),
    targets: Tensor.host(Int32Array.from(targets), [ids.length]),
    weights: Tensor.host(
      Float32Array.from(weights, (weight) => weight / total),
      [ids.length],
    ),
  };
}

/** The largest difference, divided by the largest expected magnitude. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs((actual[i] as number) - (expected[i] as number)));
    scale = Math.max(scale, Math.abs(expected[i] as number));
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / scale;
}
