// Rows of the operators that work element by element, and of reductions and softmax. With several inputs they
// broadcast; the walk sums that back. Those without a gradient are used by gradients, by the optimiser or in serving
// alone.
import { axisOf, broadcast, type Dim, DTYPES, type DType, type TensorType, type Value } from '../onnx/graph.ts';
import type { OpName } from '../onnx/ops.ts';
import type { Operations } from './operations.ts';
import { at, ints, NOT_DIFFERENTIABLE, type OpRow, type Rows } from './row.ts';

function broadcasting(inputs: readonly TensorType[]): TensorType[] {
  const [a, b] = inputs as [TensorType, TensorType];
  return [{ type: a.type, shape: broadcast(a.shape, b.shape) }];
}

function binary<K extends OpName>(
  rule: (b: Operations, g: Value, x: Value, y: Value, out: Value) => [Value, Value | undefined],
): OpRow<K> {
  return {
    infer: broadcasting,
    lazy: true,
    gradient: (b, g, { inputs, outputs }) => rule(b, g, at(inputs, 0), at(inputs, 1), at(outputs, 0)),
  };
}

const same = ([x]: readonly TensorType[]): TensorType[] => [x as TensorType];

function unary<K extends OpName>(rule: (b: Operations, g: Value, x: Value, out: Value) => Value): OpRow<K> {
  return {
    infer: same,
    lazy: true,
    gradient: (b, g, { inputs, outputs }) => [rule(b, g, at(inputs, 0), at(outputs, 0))],
  };
}

export const ELEMENTWISE = {
  Add: binary((_, g) => [g, g]),
  Sub: binary((b, g) => [g, b.neg(g)]),
  // The two gradients of a square are equal; the factor is applied where the tensor may still be small.
  Mul: binary((b, g, x, y) =>
    x === y ? [b.mul(b.mul(g, b.scalar(2, g.type)), x), undefined] : [b.mul(g, y), b.mul(g, x)],
  ),
  Div: { infer: broadcasting, gradient: NOT_DIFFERENTIABLE },
  Max: { infer: broadcasting, gradient: NOT_DIFFERENTIABLE },
  Min: { infer: broadcasting, gradient: NOT_DIFFERENTIABLE },
  Identity: { infer: same, gradient: NOT_DIFFERENTIABLE },
  Neg: { infer: same, gradient: NOT_DIFFERENTIABLE },
  Abs: { infer: same, gradient: NOT_DIFFERENTIABLE },
  // Unpacks 4-bit values, which are not trained.
  Floor: { infer: same, gradient: NOT_DIFFERENTIABLE },
  Sqrt: unary((b, g, _x, out) => b.div(b.mul(g, b.scalar(0.5, g.type)), out)),
  Reciprocal: unary((b, g, _x, out) => b.neg(b.mul(g, b.mul(out, out)))),
  Exp: unary((b, g, _x, out) => b.mul(g, out)),
  Log: unary((b, g, x) => b.div(g, x)),
  Sigmoid: { infer: same, gradient: NOT_DIFFERENTIABLE },
  // With y = x s: dy/dx = s + y (1 - s). The sigmoid is recomputed rather than kept.
  QuickGelu: unary((b, g, x, y) => {
    const s = b.sigmoid(x);
    return b.mul(g, b.add(s, b.sub(y, b.mul(y, s))));
  }),
  Cast: {
    infer: ([x], { to }) => {
      const type = (Object.keys(DTYPES) as DType[]).find((candidate) => DTYPES[candidate].onnx === to) as DType;
      return [{ type, shape: (x as Value).shape }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
} satisfies Partial<Rows<OpName>>;

function keptShape(x: Value, axes: Value): Dim[] {
  const reduced = ints(axes).map((axis) => axisOf(axis, x.shape.length));
  return x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim));
}

function reduced(inputs: readonly Value[], { keepdims }: { keepdims: 0 | 1 }): TensorType[] {
  const x = at(inputs, 0);
  const axes = at(inputs, 1);
  const shape = keptShape(x, axes);
  if (keepdims === 1) return [{ type: x.type, shape }];
  const gone = ints(axes).map((axis) => axisOf(axis, x.shape.length));
  return [{ type: x.type, shape: shape.filter((_, axis) => !gone.includes(axis)) }];
}

/** The gradient with the reduced axes back as 1, so that it broadcasts to the input. */
function kept(b: Operations, gradient: Value, inputs: readonly Value[], keepdims: 0 | 1): Value {
  return keepdims === 1 ? gradient : b.reshape(gradient, keptShape(at(inputs, 0), at(inputs, 1)));
}

export const REDUCTIONS: Rows<'ReduceSum' | 'ReduceMax' | 'Softmax'> = {
  ReduceSum: {
    infer: reduced,
    gradient: (b, g, { inputs, attributes }) => [kept(b, g, inputs, attributes.keepdims), undefined],
  },
  // The log-sum-exp subtracts it as a constant (Builder.detach); nothing else needs its gradient.
  ReduceMax: { infer: reduced, gradient: NOT_DIFFERENTIABLE },
  Softmax: {
    infer: same,
    gradient: (b, g, { outputs }) => {
      const y = at(outputs, 0);
      return [b.mul(y, b.sub(g, b.sum(b.mul(g, y), [-1])))];
    },
  },
};
