// The graph under construction: typed values, nodes in topological order, and the one authority on names. Also its
// types and shapes.
import type { OpAttributes, OpName } from './ops.ts';

/** Element types we use, each with ONNX's number and its size in bytes. */
export const DTYPES = {
  f32: { onnx: 1, bytes: 4 },
  u8: { onnx: 2, bytes: 1 },
  i8: { onnx: 3, bytes: 1 },
  i32: { onnx: 6, bytes: 4 },
  i64: { onnx: 7, bytes: 8 },
} as const;

export type DType = keyof typeof DTYPES;

/** A size known now, or the name of one known at run time ('past'). Equal names are equal sizes. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** The known properties of a tensor before it exists. */
export interface TensorType {
  readonly type: DType;
  readonly shape: Shape;
}

/** An error in building a graph: always our bug, never the user's. */
export class GraphError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'GraphError';
  }
}

export function showType(value: TensorType): string {
  return `${value.type}[${value.shape.join(',')}]`;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** Number of elements. Throws GraphError if a size is not known yet. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) {
    if (typeof dim === 'string') throw new GraphError(`size of [${shape.join(',')}] is known only at run time`);
    size *= dim;
  }
  return size;
}

/** -1 counts from the end. */
export function axisOf(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank) {
    throw new GraphError(`axis ${axis} is outside rank ${rank}`);
  }
  return positive;
}

/** NumPy's rule: align on the right; 1 stretches. */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  const out: Dim[] = [];
  for (let i = 0; i < rank; i++) {
    const x = a[a.length - rank + i] ?? 1;
    const y = b[b.length - rank + i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) throw new GraphError(`[${a.join(',')}] and [${b.join(',')}] do not broadcast`);
    out.push(x === 1 ? y : x);
  }
  return out;
}

/** The axes that broadcasting from `from` to `to` stretches or adds. */
export function stretchedAxes(from: Shape, to: Shape): number[] {
  const offset = to.length - from.length;
  return to.map((_, axis) => axis).filter((axis) => axis < offset || (from[axis - offset] === 1 && to[axis] !== 1));
}

/** A tensor of the graph. Made by Graph alone. */
export interface Value extends TensorType {
  readonly name: string;
  /** Absent for inputs and constants. */
  readonly producer?: Node;
  /** Little-endian bytes of a constant, by reference. */
  readonly data?: Uint8Array;
}

export interface Node<K extends OpName = OpName> {
  readonly op: K;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: OpAttributes[K];
}

/** An optional input that is not given. */
export const ABSENT: Value = { name: '', type: 'f32', shape: [] };

/** Hands out unique names. */
class Names {
  private readonly taken = new Map<string, number>();

  claim(name: string): string {
    if (this.taken.has(name)) throw new GraphError(`name '${name}' is taken`);
    this.taken.set(name, 0);
    return name;
  }

  fresh(hint: string): string {
    let name = hint;
    while (this.taken.has(name)) {
      const next = (this.taken.get(hint) ?? 0) + 1;
      this.taken.set(hint, next);
      name = `${hint}_${next}`;
    }
    return this.claim(name);
  }
}

export class Graph {
  readonly name: string;
  readonly nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly outputs: Value[] = [];
  readonly constants: Value[] = [];
  private readonly names = new Names();
  private readonly small = new Map<string, Value>();
  private prefix = '';

  constructor(name: string) {
    this.name = name;
  }

  input(name: string, type: DType, shape: Shape): Value {
    const value: Value = { name: this.names.claim(name), type, shape };
    this.inputs.push(value);
    return value;
  }

  /** A constant; `data` is kept by reference. Small equal ones are one value. */
  constant(type: DType, shape: Shape, data: ArrayBufferView, name?: string): Value {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    if (bytes.length !== sizeOf(shape) * DTYPES[type].bytes) {
      throw new GraphError(`constant ${name ?? ''} ${showType({ type, shape })} has ${bytes.length} bytes`);
    }
    const key = name === undefined && bytes.length <= 64 ? `${type} ${shape.join(',')} ${bytes.join(',')}` : undefined;
    const known = key === undefined ? undefined : this.small.get(key);
    if (known) return known;
    const value: Value = {
      name: name === undefined ? this.names.fresh('const') : this.names.claim(name),
      type,
      shape,
      data: bytes,
    };
    this.constants.push(value);
    if (key !== undefined) this.small.set(key, value);
    return value;
  }

  /** Appends a node whose output types the caller has inferred; undefined: an optional output that is not wanted. */
  node<K extends OpName>(
    op: K,
    inputs: readonly Value[],
    attributes: OpAttributes[K],
    types: readonly (TensorType | undefined)[],
  ): Value[] {
    const outputs: Value[] = [];
    const node: Node<K> = { op, inputs, outputs, attributes };
    for (const type of types) {
      outputs.push(type ? { ...type, name: this.names.fresh(this.prefix + op), producer: node } : ABSENT);
    }
    this.nodes.push(node as unknown as Node);
    return outputs;
  }

  /** Makes `value` an output called `name`. An input or a value that is an output already is copied. */
  output(name: string, value: Value): void {
    let out = value;
    if (!value.producer || this.outputs.includes(value)) {
      out = this.node('Identity', [value], {}, [value])[0] as Value;
    }
    (out as { name: string }).name = this.names.claim(name);
    this.outputs.push(out);
  }

  /** Names of nodes made by `build` start with `scope/`: what onnxruntime's errors and profiles show. */
  scope<T>(scope: string, build: () => T): T {
    const outer = this.prefix;
    this.prefix = `${outer}${scope}/`;
    try {
      return build();
    } finally {
      this.prefix = outer;
    }
  }

  /** The nodes that the outputs depend on, in order. */
  live(): { nodes: Node[]; constants: Value[] } {
    const needed = new Set<Value>(this.outputs);
    const nodes: Node[] = [];
    for (let i = this.nodes.length - 1; i >= 0; i--) {
      const node = this.nodes[i] as Node;
      if (!node.outputs.some((value) => needed.has(value))) continue;
      nodes.push(node);
      for (const input of node.inputs) needed.add(input);
    }
    return { nodes: nodes.reverse(), constants: this.constants.filter((value) => needed.has(value)) };
  }
}
