// Builds a graph operator by operator: infers each type from the table, and names operator and inputs when it fails.
import { GraphError, showType, type Value } from '../onnx/graph.ts';
import type { OpAttributes, OpName } from '../onnx/ops.ts';
import { Operations } from './operations.ts';
import type { OpRow } from './row.ts';
import { TABLE } from './table.ts';

export class Builder extends Operations {
  /** Values through which no gradient flows. */
  readonly detached = new Set<Value>();
  /** Values that the backward pass recomputes instead of keeping them: see `recomputed`. */
  readonly transient = new Set<Value>();
  private recomputing = false;

  op<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value[] {
    const row: OpRow<K> = TABLE[op];
    try {
      const outputs = this.graph.node(op, inputs, attributes, row.infer(inputs, attributes));
      if (this.recomputing) for (const output of outputs) this.transient.add(output);
      return outputs;
    } catch (cause) {
      const inputTypes = inputs.map((value) => `${value?.name} ${value ? showType(value) : ''}`).join(', ');
      throw new GraphError(`${op}(${inputTypes}): ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      });
    }
  }

  /** A copy that counts as a constant for gradients. */
  detach(x: Value): Value {
    const copy = this.identity(x);
    this.detached.add(copy);
    return copy;
  }

  /**
   * The backward pass recomputes what `build` makes instead of keeping it (Chen et al. 2016, arXiv 1604.06174), except
   * for values that `keep` is called with.
   */
  recomputed<T>(build: () => T): T {
    const outer = this.recomputing;
    this.recomputing = true;
    try {
      return build();
    } finally {
      this.recomputing = outer;
    }
  }
  keep(x: Value): Value {
    this.transient.delete(x);
    return x;
  }
}
