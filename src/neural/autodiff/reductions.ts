// Rows of the reductions and of softmax.
import type { Value } from '../onnx/graph.ts';
import { axisOf, type Dim, GraphError, type TensorType } from '../onnx/types.ts';
import type { Operations } from './operations.ts';
import { at, expectType, ints, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

function keptShape(x: Value, axes: Value): Dim[] {
  const reduced = ints(axes).map((axis) => axisOf(axis, x.shape.length));
  return x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim));
}

function reduced(inputs: readonly Value[], { keepdims }: { keepdims: 0 | 1 }): TensorType[] {
  const x = at(inputs, 0);
  const axes = at(inputs, 1);
  expectType(x, 'f32', 'f16');
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
    infer: ([x], { axis }) => {
      expectType(x as Value, 'f32', 'f16');
      // onnxruntime's WebGPU kernel transposes for any other axis; nothing here needs one.
      if (axisOf(axis, (x as Value).shape.length) !== (x as Value).shape.length - 1) {
        throw new GraphError('softmax runs along the last axis');
      }
      return [x as Value];
    },
    gradient: (b, g, { outputs }) => {
      const y = at(outputs, 0);
      return [b.mul(y, b.sub(g, b.sum(b.mul(g, y), [-1])))];
    },
  },
};
