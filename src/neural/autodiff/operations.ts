// The operators as methods, for gradient rules, models and optimisers. The table of rules is the Builder's.
import {
  axisOf,
  type Dim,
  DTYPES,
  type DType,
  Graph,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from '../onnx/graph.ts';
import type { OpAttributes, OpName } from '../onnx/ops.ts';

type Operand = Value | number;
type GemmOptions = Partial<OpAttributes['Gemm']>;
/** Operators without attributes. */
type Plain = { [K in OpName]: Record<never, never> extends OpAttributes[K] ? K : never }[OpName];

export abstract class Operations {
  readonly graph: Graph;
  constructor(name: string) {
    this.graph = new Graph(name);
  }

  /** Appends a node, its types inferred. Throws GraphError where the operator does not take what it is given. */
  abstract op<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value[];

  private one<K extends OpName>(op: K, inputs: readonly Value[], attributes: OpAttributes[K]): Value {
    return this.op(op, inputs, attributes)[0] as Value;
  }

  private plain(op: Plain, ...inputs: Value[]): Value {
    return this.one(op, inputs, {});
  }

  private unary(op: Plain): (x: Value) => Value {
    return (x) => this.plain(op, x);
  }

  private binary(op: Plain): (x: Operand, y: Operand) => Value {
    return (x, y) => {
      const type = typeof x === 'number' ? (typeof y === 'number' ? 'f32' : y.type) : x.type;
      const value = (operand: Operand) => (typeof operand === 'number' ? this.scalar(operand, type) : operand);
      return this.plain(op, value(x), value(y));
    };
  }

  scalar(value: number, type: DType = 'f32'): Value {
    return this.graph.constant(type, [], type === 'i32' ? Int32Array.of(value) : Float32Array.of(value));
  }

  private longs(values: readonly number[]): Value {
    return this.graph.constant('i64', [values.length], BigInt64Array.from(values, BigInt));
  }

  fill(value: number, shape: Shape, type: DType = 'f32'): Value {
    return this.expand(this.scalar(value, type), shape);
  }

  readonly add = this.binary('Add');
  readonly sub = this.binary('Sub');
  readonly mul = this.binary('Mul');
  readonly div = this.binary('Div');
  readonly max = this.binary('Max');
  readonly min = this.binary('Min');
  readonly identity = this.unary('Identity');
  readonly neg = this.unary('Neg');
  readonly abs = this.unary('Abs');
  readonly floor = this.unary('Floor');
  readonly sqrt = this.unary('Sqrt');
  readonly reciprocal = this.unary('Reciprocal');
  readonly exp = this.unary('Exp');
  readonly log = this.unary('Log');
  readonly sigmoid = this.unary('Sigmoid');
  silu(x: Value): Value {
    return this.one('QuickGelu', [x], { alpha: 1 });
  }
  cast(x: Value, type: DType): Value {
    return x.type === type ? x : this.one('Cast', [x], { to: DTYPES[type].onnx });
  }

  sum(x: Value, axes: readonly number[], keepdims: 0 | 1 = 1): Value {
    return this.one('ReduceSum', [x, this.longs(axes)], { keepdims });
  }
  /** As a product and a sum: onnxruntime's ReduceSumSquare takes ten times as long on the CPU. */
  sumSquare(x: Value, axes: readonly number[]): Value {
    return this.sum(this.mul(x, x), axes);
  }
  reduceMax(x: Value, axes: readonly number[]): Value {
    return this.one('ReduceMax', [x, this.longs(axes)], { keepdims: 1 });
  }

  /**
   * The sum of all elements. The last axis goes first: onnxruntime's full reduction adds one by one and loses digits.
   */
  sumAll(x: Value): Value {
    const rows = x.shape.length > 1 ? this.sum(x, [-1], 0) : x;
    return rows.shape.length === 0 ? rows : this.sum(rows, [...rows.shape.keys()], 0);
  }
  sumSquareAll(x: Value): Value {
    return this.sumAll(this.mul(x, x));
  }

  softmax(x: Value): Value {
    return this.one('Softmax', [x], { axis: -1 });
  }

  /** A named size must be at its old place, or be the only one that moved. */
  reshape(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    const target = shape.map((dim, axis) => (typeof dim === 'number' ? dim : dim === x.shape[axis] ? 0 : -1));
    return this.plain('Reshape', x, this.longs(target));
  }
  transpose(x: Value, perm: readonly number[]): Value {
    return perm.every((axis, i) => axis === i) ? x : this.one('Transpose', [x], { perm });
  }
  concat(values: readonly Value[], axis: number): Value {
    return values.length === 1 ? (values[0] as Value) : this.one('Concat', values, { axis });
  }
  slice(x: Value, axis: number, start: number, end: number): Value {
    if (start === 0 && end === (x.shape[axisOf(axis, x.shape.length)] as Dim)) return x;
    return this.plain('Slice', x, this.longs([start]), this.longs([end]), this.longs([axis]));
  }
  pad(x: Value, before: readonly number[], after: readonly number[]): Value {
    return this.plain('Pad', x, this.longs([...before, ...after]));
  }
  expand(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    sizeOf(shape);
    return this.plain('Expand', x, this.longs(shape as number[]));
  }

  gather(data: Value, indices: Value): Value {
    return this.one('Gather', [data, indices], { axis: 0 });
  }

  /**
   * Rotary position embedding; `positions` int64 [batch, length], the tables [length, size / 2], which count as
   * constants.
   */
  rotary(x: Value, positions: Value, cos: Value, sin: Value): Value {
    return this.plain('RotaryEmbedding', x, positions, cos, sin);
  }

  matmul(x: Value, y: Value): Value {
    return this.plain('MatMul', x, y);
  }
  gemm(x: Value, y: Value, { transA = 0, transB = 0, alpha = 1 }: GemmOptions = {}): Value {
    return this.one('Gemm', [x, y], { transA, transB, alpha });
  }
}
