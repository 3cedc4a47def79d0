// The reverse walk: from a scalar loss to the gradients of chosen values. It sums broadcasts back, accumulates and
// checks; rules do not.
import {
  broadcast,
  GraphError,
  type Node,
  sameShape,
  showType,
  sizeOf,
  stretchedAxes,
  type Value,
} from '../onnx/graph.ts';
import type { OpName } from '../onnx/ops.ts';
import type { Builder } from './builder.ts';
import { NOT_DIFFERENTIABLE, type OpRow } from './row.ts';
import { TABLE } from './table.ts';

/**
 * Gradients of `loss` (one element) with respect to each of `targets`, in their order and of exactly their types, added
 * to the same graph. Throws GraphError, naming operator and input, if a gradient has the wrong shape or type or
 * reaches an operator without one. Also throws if the loss does not depend on a target.
 */
export function gradients(b: Builder, loss: Value, targets: readonly Value[]): Value[] {
  if (sizeOf(loss.shape) !== 1) throw new GraphError(`the loss must be one number, not ${showType(loss)}`);
  const nodes = [...b.graph.nodes];
  const recomputation = new Recomputation(b);
  const onPath = valuesThatDependOn(b, nodes, targets);
  const sums = new Map<Value, Value>([[loss, b.fill(1, loss.shape, loss.type)]]);
  for (const node of nodes.reverse()) {
    const output = node.outputs[0] as Value;
    const gradient = sums.get(output);
    if (!gradient || b.detached.has(output) || !onPath.has(output)) continue;
    if (!targets.includes(output)) sums.delete(output);
    b.graph.scope('gradient', () => step(b, node, gradient, onPath, sums, recomputation));
  }
  recomputation.moveBefore(nodes.length);
  return targets.map((target) => {
    const gradient = sums.get(target);
    if (!gradient) throw new GraphError(`the loss does not depend on '${target.name}'`);
    return b.expand(gradient, target.shape);
  });
}

/** Values that depend on a target: only they need gradients. */
function valuesThatDependOn(b: Builder, nodes: readonly Node[], targets: readonly Value[]): Set<Value> {
  const reached = new Set(targets);
  for (const { inputs, outputs } of nodes) {
    if (!inputs.some((input) => reached.has(input))) continue;
    for (const output of outputs) if (!b.detached.has(output)) reached.add(output);
  }
  return reached;
}

function step(
  b: Builder,
  node: Node,
  gradient: Value,
  onPath: ReadonlySet<Value>,
  sums: Map<Value, Value>,
  recomputation: Recomputation,
): void {
  const row = TABLE[node.op] as OpRow<OpName>;
  if (row.gradient === NOT_DIFFERENTIABLE) {
    const input = node.inputs.find((value) => onPath.has(value));
    throw new GraphError(`${node.op} is not differentiable, and a gradient is wanted for its input '${input?.name}'`);
  }
  const output = node.outputs[0] as Value;
  const given = row.lazy ? gradient : b.expand(gradient, output.shape);
  const found = row.gradient(b, given, recomputation.node(node));
  node.inputs.forEach((input, index) => {
    if (!onPath.has(input)) return;
    const rule = found[index];
    // The value is also an earlier input, which already has both gradients.
    if (!rule && node.inputs.indexOf(input) < index) return;
    const before = sums.get(input);
    const part = checkedGradient(b, row, node, index, rule);
    sums.set(input, before ? b.add(before, part) : part);
  });
}

/** Checks a rule's gradient, and sums it over the axes along which the operator broadcast the input. */
function checkedGradient(b: Builder, row: OpRow<OpName>, node: Node, index: number, found: Value | undefined): Value {
  const input = node.inputs[index] as Value;
  const where = `gradient of ${node.op} with respect to input ${index} ('${input.name}', ${showType(input)})`;
  if (!found) throw new GraphError(`${where}: the row gives none`);
  if (found.type !== input.type) throw new GraphError(`${where} is ${showType(found)}`);
  // An elementwise rule may leave a gradient smaller than the output's shape; the others give the input's shape, or one
  // broadcast over a batch.
  const output = (node.outputs[0] as Value).shape;
  const elementwise = row.lazy === true;
  const stretched = elementwise ? stretchedAxes(input.shape, output) : stretchedAxes(input.shape, found.shape);
  if (stretched.length === 0 && stretches(found.shape, input.shape)) return found;
  const full = elementwise && stretches(found.shape, output) ? b.expand(found, output) : found;
  if (!stretches(input.shape, full.shape)) throw new GraphError(`${where} is ${showType(found)}`);
  return b.reshape(b.sum(full, stretched), input.shape);
}

function stretches(from: readonly (number | string)[], to: readonly (number | string)[]): boolean {
  try {
    return sameShape(broadcast(from, to), to);
  } catch {
    return false;
  }
}

/**
 * What the backward pass computes again instead of keeping it (Builder.recomputed): copies of the operators behind
 * transient values, down to the kept values. Each is copied once, for all rules. A session that merges equal operators
 * would undo this (SessionOptions.asWritten).
 */
class Recomputation {
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
