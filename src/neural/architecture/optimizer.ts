// Optimisers as graph operators: clipping by the global norm, AdamW, and Muon for hidden matrices.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { ParameterSpec } from './parameters.ts';

export interface OptimizerConfig {
  /** Hidden matrices by Muon, everything else by AdamW; or everything by AdamW. */
  readonly kind: 'adamw' | 'muon';
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled; matrices and embeddings only. */
  readonly weightDecay: number;
  /** Muon's momentum. */
  readonly momentum: number;
}

export const DEFAULT_OPTIMIZER: OptimizerConfig = {
  kind: 'adamw',
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  momentum: 0.95,
};

/** Numbers that change every step: inputs of the graph, f32 scalars. */
export const STEP_INPUTS = ['learningRate', 'correction1', 'correction2', 'maxNorm'] as const;
export type StepInputs = Readonly<Record<(typeof STEP_INPUTS)[number], number>>;

/** `step` counts from 1. */
export function stepInputs(config: OptimizerConfig, step: number, learningRate: number, maxNorm: number): StepInputs {
  return {
    learningRate,
    correction1: 1 / (1 - config.beta1 ** step),
    correction2: 1 / Math.sqrt(1 - config.beta2 ** step),
    maxNorm,
  };
}

function usesMuon(spec: ParameterSpec, config: OptimizerConfig): boolean {
  return config.kind === 'muon' && spec.kind === 'linear';
}

/**
 * Names of the state that the optimiser keeps for a parameter; each has its shape and starts at zero. The mean `exp_avg` is kept
 * times sqrt(1 - beta2) / (1 - beta1): one scaled gradient then serves it and, squared, the mean of squares.
 */
export function stateNames(spec: ParameterSpec, config: OptimizerConfig): string[] {
  return usesMuon(spec, config) ? [`${spec.name}.momentum`] : [`${spec.name}.exp_avg`, `${spec.name}.exp_avg_sq`];
}

export interface Update {
  readonly name: string;
  readonly value: Value;
}

/**
 * New parameters and state. Each is the last operator on its parameter, and depends through the norm on every gradient, so
 * on every operator that reads any parameter: a session may therefore write them over the old ones.
 */
export function updates(
  b: Builder,
  config: OptimizerConfig,
  specs: readonly ParameterSpec[],
  input: (name: string) => Value,
  grads: readonly Value[],
  scalars: Readonly<Record<(typeof STEP_INPUTS)[number], Value>>,
): { updates: Update[]; norm: Value } {
  const norm = b.sqrt(grads.map((gradient) => b.sumSquareAll(gradient)).reduce((sum, part) => b.add(sum, part)));
  const clip = b.min(b.div(scalars.maxNorm, b.add(norm, 1e-6)), 1);
  const out: Update[] = [];
  specs.forEach((spec, i) => {
    const raw = grads[i] as Value;
    const old = input(spec.name);
    const decays = config.weightDecay > 0 && spec.shape.length > 1;
    const kept = decays ? b.mul(old, b.sub(1, b.mul(scalars.learningRate, config.weightDecay))) : old;
    if (usesMuon(spec, config)) {
      const [name] = stateNames(spec, config) as [string];
      const gradient = b.mul(raw, clip);
      const momentum = b.add(b.mul(input(name), config.momentum), gradient);
      const direction = orthogonal(b, b.add(gradient, b.mul(momentum, config.momentum)));
      // Scaled so that one learning rate suits both optimisers (Liu et al. 2025, "Muon is scalable").
      const size = 0.2 * Math.sqrt(Math.max(...spec.shape));
      out.push({ name, value: momentum });
      out.push({ name: spec.name, value: b.sub(kept, b.mul(direction, b.mul(scalars.learningRate, size))) });
    } else {
      const [first, second] = stateNames(spec, config) as [string, string];
      // Scalars are folded together wherever that saves a pass over the parameter: memory is what this costs.
      const part = b.mul(raw, b.mul(clip, Math.sqrt(1 - config.beta2)));
      const mean = b.add(b.mul(input(first), config.beta1), part);
      const square = b.add(b.mul(input(second), config.beta2), b.mul(part, part));
      // mean c1 / (sqrt(square) c2 + epsilon), with c2 taken out of the denominator.
      const corrected = b.div(b.mul(scalars.learningRate, scalars.correction1), scalars.correction2);
      const size = b.mul(corrected, (1 - config.beta1) / Math.sqrt(1 - config.beta2));
      const denominator = b.add(b.sqrt(square), b.div(config.epsilon, scalars.correction2));
      out.push({ name: first, value: mean }, { name: second, value: square });
      out.push({ name: spec.name, value: b.sub(kept, b.mul(b.div(mean, denominator), size)) });
    }
  });
  return { updates: out, norm };
}

/** Newton-Schulz iteration to about U V' of the singular value decomposition (Jordan et al. 2024), on the shorter side. */
function orthogonal(b: Builder, matrix: Value): Value {
  const [rows, columns] = matrix.shape as [number, number];
  const tall = rows > columns;
  const norm = b.sqrt(b.add(b.sumSquareAll(matrix), 1e-14));
  let x = b.div(tall ? b.transpose(matrix, [1, 0]) : matrix, norm);
  for (let i = 0; i < 5; i++) {
    const gram = b.gemm(x, x, { transB: 1 });
    const polynomial = b.add(b.mul(gram, -4.775), b.gemm(gram, gram, { alpha: 2.0315 }));
    x = b.add(b.mul(x, 3.4445), b.gemm(polynomial, x));
  }
  return tall ? b.transpose(x, [1, 0]) : x;
}
