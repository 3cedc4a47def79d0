// Element types, dimensions and shapes of tensors, as the graph, its writer and its shape rules share them.

/** Element types we use, each with ONNX's number and its size in bytes. */
export const DTYPES = {
  f32: { onnx: 1, bytes: 4 },
  u8: { onnx: 2, bytes: 1 },
  i8: { onnx: 3, bytes: 1 },
  i32: { onnx: 6, bytes: 4 },
  i64: { onnx: 7, bytes: 8 },
  bool: { onnx: 9, bytes: 1 },
  f16: { onnx: 10, bytes: 2 },
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
