// Low-rank adapters (Hu et al. 2021): W x + alpha/rank B A x, for chosen linear layers. Also the values of a decoder in
// memory, with its adapter.
import { normals } from '../../common/statistics/random.ts';
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { Linear } from './decoder.ts';
import { elements, type ModelConfig, type ParameterSpec, parameterSpecs, type Weights } from './parameters.ts';
import type { Quantized } from './quantize.ts';

export interface Model {
  readonly config: ModelConfig;
  readonly weights: Map<string, Float32Array>;
  /** Matrices that are stored in 4 bits, which are not among the weights. Absent: none. */
  readonly packed?: ReadonlyMap<string, Quantized>;
  /** Added to the weights. Absent: none. */
  readonly adapter?: Adapter;
}

export const LORA_TARGETS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
type LoraTarget = (typeof LORA_TARGETS)[number];

export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  readonly targets: readonly LoraTarget[];
  /** The first adapted layer; absent: 0. Layers below need no backward pass. */
  readonly firstLayer?: number;
}

/** Adapts all linear layers. At this rank the adapters have a fortieth of the small base's parameters. */
const DEFAULT_LORA: LoraConfig = { rank: 16, alpha: 32, targets: LORA_TARGETS };

/**
 * Models with more layers adapt only the upper half. This takes three quarters of the time, and half of the memory for
 * activations.
 */
const ALL_LAYERS = 12;

export function loraFor({ layers }: ModelConfig): LoraConfig {
  return layers <= ALL_LAYERS ? DEFAULT_LORA : { ...DEFAULT_LORA, firstLayer: layers >> 1 };
}

function isAdaptedLayer(name: string, { targets, firstLayer = 0 }: LoraConfig): boolean {
  const layer = Number(/\.layers\.(\d+)\./.exec(name)?.[1] ?? -1);
  return layer >= firstLayer && targets.some((target) => name.endsWith(`${target}.weight`));
}

/** An adapter over an unchanged base: factors by the names in `adapterSpecs`. */
export interface Adapter {
  readonly lora: LoraConfig;
  readonly weights: Weights;
}

/** Names of the two factors of a layer's adapter, with peft's suffixes. */
export function adapterNames(weight: string): { a: string; b: string } {
  const layer = weight.slice(0, -'.weight'.length);
  return { a: `${layer}.lora_A.weight`, b: `${layer}.lora_B.weight` };
}

export function adapterSpecs(config: ModelConfig, lora: LoraConfig): ParameterSpec[] {
  return parameterSpecs(config)
    .filter(({ name, kind }) => kind === 'linear' && isAdaptedLayer(name, lora))
    .flatMap(({ name, shape: [out, inner] }) => [
      { name: adapterNames(name).a, shape: [lora.rank, inner as number], kind: 'linear' as const },
      { name: adapterNames(name).b, shape: [out as number, lora.rank], kind: 'linear' as const },
    ]);
}

/** A is uniform as in peft (Kaiming, a = sqrt 5); B is zero, so that the model starts unchanged. */
export function initialAdapters(config: ModelConfig, lora: LoraConfig, seed: number): Map<string, Float32Array> {
  const next = normals(seed);
  return new Map(
    adapterSpecs(config, lora).map(({ name, shape }) => {
      const data = new Float32Array(elements(shape));
      if (name.endsWith('lora_A.weight')) {
        const deviation = 1 / Math.sqrt(3 * (shape[1] as number));
        for (let i = 0; i < data.length; i++) data[i] = deviation * next();
      }
      return [name, data];
    }),
  );
}

export function adaptedLinear(b: Builder, lora: LoraConfig, plain: Linear, parameter: (name: string) => Value): Linear {
  return (x, name) => {
    const y = plain(x, name);
    if (!isAdaptedLayer(name, lora)) return y;
    const { a, b: up } = adapterNames(name);
    const low = b.keep(b.gemm(x, parameter(a), { transB: 1 }));
    return b.add(y, b.gemm(low, parameter(up), { transB: 1, alpha: lora.alpha / lora.rank }));
  };
}
