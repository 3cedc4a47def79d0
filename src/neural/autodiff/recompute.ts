// What the way back computes again instead of holding it since the way forward (Builder.recomputed).
import type { Node, Value } from '../onnx/graph.ts';
import type { Builder } from './builder.ts';

/**
 * Copies of the operators behind transient values, down to what is kept: each once, however many rules want it. A session that merges
 * equal operators would undo it (SessionOptions.asWritten).
 */
export class Recomputation {
  private readonly b: Builder;
  private readonly copies = new Map<Value, Value>();
  private readonly made = new Set<Node>();

  constructor(b: Builder) {
    this.b = b;
  }

  /** The node as a gradient rule should see it: with the copies in place of what is gone by then. */
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
   * Puts the copies before the gradients' operators, behind the first `count` of the graph. onnxruntime orders a run by depth first from
   * the outputs, and of an operator's inputs the one that stands last in the file comes first: so the gradient arrives, and only then is
   * computed again what it is multiplied with.
   */
  moveBefore(count: number): void {
    const added = this.b.graph.nodes.splice(count);
    this.b.graph.nodes.push(...added.filter((node) => this.made.has(node)));
    this.b.graph.nodes.push(...added.filter((node) => !this.made.has(node)));
  }
}
