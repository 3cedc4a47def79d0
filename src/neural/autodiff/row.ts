// The row of one operator in the table: its shape rule and its gradient.
import { GraphError, type Node, type TensorType, type Value } from '../onnx/graph.ts';
import type { OpAttributes, OpName } from '../onnx/ops.ts';
import type { Operations } from './operations.ts';

export const NOT_DIFFERENTIABLE = 'not differentiable';

/**
 * Computes the gradients of the loss with respect to the inputs, in their order, from that with respect to the first
 * output. Undefined: the input has no gradient (indices, shapes), or an earlier input is the same value and has both.
 * A gradient may be smaller than its input or have the output's broadcast shape. The caller expands and sums it to the
 * input's shape.
 */
export type GradientRule<K extends OpName> = (b: Operations, gradient: Value, node: Node<K>) => (Value | undefined)[];

export interface OpRow<K extends OpName> {
  /**
   * Types of the outputs; undefined for an optional one that is not read. Whether the inputs fit is checked by
   * onnxruntime, which names the operator when it loads the graph.
   */
  infer(inputs: readonly Value[], attributes: OpAttributes[K]): (TensorType | undefined)[];
  readonly gradient: GradientRule<K> | typeof NOT_DIFFERENTIABLE;
  /** The rule takes a gradient that is not expanded to the output's shape, which saves a copy of that size. */
  readonly lazy?: true;
}

export type Rows<K extends OpName> = { readonly [Op in K]: OpRow<Op> };

/** The nth input or output; a missing one is a bug in a rule. */
export function at(values: readonly Value[], index: number): Value {
  const value = values[index];
  if (!value) throw new GraphError(`input ${index} is missing`);
  return value;
}

/** The integers of a constant int64 input (axes, shapes, starts). */
export function ints(value: Value): number[] {
  if (value.type !== 'i64' || !value.data) throw new GraphError(`'${value.name}' is not a constant list of integers`);
  const { buffer, byteOffset, byteLength } = value.data;
  return Array.from(new BigInt64Array(buffer.slice(byteOffset, byteOffset + byteLength)), Number);
}
