// The optimiser as graph operators: clipping by the global norm, and AdamW.
import type { Builder } from '../autodiff/builder.ts';
import type { Value } from '../onnx/graph.ts';
import type { ParameterSpec } from './parameters.ts';

export interface OptimizerConfig {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Decoupled. */
  readonly weightDecay: number;
}

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

/**
 * Names of a parameter's optimiser state; each tensor has the parameter's shape and starts at zero. `exp_avg` is stored
 * times sqrt(1 - beta2) / (1 - beta1): one scaled gradient then serves both moments.
 */
export function stateNames({ name }: ParameterSpec): [mean: string, squares: string] {
  return [`${name}.exp_avg`, `${name}.exp_avg_sq`];
}

export interface Update {
  readonly name: string;
  readonly value: Value;
}

/**
 * New parameters and state, which a session may write over the old ones. Each is the last operator on its parameter.
 * Through the norm it depends on every gradient, and so on every operator that reads a parameter.
 */
export function addUpdates(
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
    const kept = b.mul(old, b.sub(1, b.mul(scalars.learningRate, config.weightDecay)));
    const [first, second] = stateNames(spec);
    // Scalars are multiplied first if that saves a pass over the parameter, because memory bandwidth is the cost.
    const part = b.mul(raw, b.mul(clip, Math.sqrt(1 - config.beta2)));
    const mean = b.add(b.mul(input(first), config.beta1), part);
    const square = b.add(b.mul(input(second), config.beta2), b.mul(part, part));
    // Adam's step is mean c1 / (sqrt(square) c2 + epsilon), c1 and c2 the corrections. Here c2 is divided out.
    const corrected = b.div(b.mul(scalars.learningRate, scalars.correction1), scalars.correction2);
    const size = b.mul(corrected, (1 - config.beta1) / Math.sqrt(1 - config.beta2));
    const denominator = b.add(b.sqrt(square), b.div(config.epsilon, scalars.correction2));
    out.push({ name: first, value: mean }, { name: second, value: square });
    out.push({ name: spec.name, value: b.sub(kept, b.mul(b.div(mean, denominator), size)) });
  });
  return { updates: out, norm };
}
