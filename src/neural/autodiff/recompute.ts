// Recomputation: what the backward pass computes again instead of keeping it (Builder.recomputed).
import type { Node, Value } from '../onnx/graph.ts';
import type { Builder } from './builder.ts';

/**
 * Copies of the operators behind transient values, down to the kept values; each is copied once, for all rules. A
 * session that merges equal operators would undo this (SessionOptions.asWritten).
 */
export class Recomputation {
  private readonly b: Builder;
  private readonly copies = new Map<Value, Value>();
  private readonly made = new Set<Node>();

  constructor(b: Builder) {
    this.b = b;
  }

  /** The node as a gradient rule sees it, with copies in place of transient values. */
  node(node: Node): Node {
    const { transient } = this.b;
    if (![...node.inputs, ...node.outputs].some((value) => transient.has(value))) return node;
    return { ...node, inputs: node.inputs.map(this.value), outputs: node.outputs.map(this.value) };
  }

  private readonly value = (value: Value): Value => {
    const { producer } = value;
    if (!producer || !this.b.transient.has(value)) return value;
    const known = this.copies.get(value);
    if (known) return known;
    const inputs = producer.inputs.map(this.value);
    const outputs = this.b.graph.scope('again', () =>
      this.b.graph.node(producer.op, inputs, producer.attributes, producer.outputs),
    );
    producer.outputs.forEach((output, i) => {
      this.copies.set(output, outputs[i] as Value);
    });
    this.made.add((outputs[0] as Value).producer as Node);
    return this.copies.get(value) as Value;
  };

  /**
   * Puts the copies behind the first `count` operators of the graph, before those of the gradients. onnxruntime orders
   * a run depth first from the outputs, and an operator's last input in the file comes first. So the gradient arrives,
   * and only then is its other factor recomputed.
   */
  moveBefore(count: number): void {
    const added = this.b.graph.nodes.splice(count);
    this.b.graph.nodes.push(...added.filter((node) => this.made.has(node)));
    this.b.graph.nodes.push(...added.filter((node) => !this.made.has(node)));
  }
}
