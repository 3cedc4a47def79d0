// Rows of the operators that pick or place elements by int32 indices.
import type { Value } from '../onnx/graph.ts';
import { axisOf, GraphError } from '../onnx/types.ts';
import { at, expectSameType, expectType, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

export const INDEXING: Rows<'Gather' | 'GatherElements' | 'ScatterElements' | 'GatherBlockQuantized'> = {
  Gather: {
    infer: ([data, indices], { axis }) => {
      expectType(indices as Value, 'i32');
      const { type, shape } = data as Value;
      if (axisOf(axis, shape.length) !== 0) throw new GraphError('Gather picks along axis 0');
      return [{ type, shape: [...(indices as Value).shape, ...shape.slice(1)] }];
    },
    // Rows picked twice get both gradients. ScatterND would fit better, but its CPU kernel adds duplicates without a
    // lock.
    gradient: (b, g, { inputs }) => {
      const data = at(inputs, 0);
      const indices = at(inputs, 1);
      const picked = b.size(indices.shape);
      const row = data.shape.slice(1);
      const flat = b.reshape(indices, [picked, ...row.map(() => 1)]);
      const expanded = b.expand(flat, [picked, ...row]);
      const updates = b.reshape(g, [picked, ...row]);
      return [(before) => b.scatterAdd(before ?? b.fill(0, data.shape, data.type), expanded, updates, 0), undefined];
    },
  },
  GatherElements: {
    infer: ([data, indices]) => {
      expectType(indices as Value, 'i32');
      return [{ type: (data as Value).type, shape: (indices as Value).shape }];
    },
    gradient: (b, g, { inputs, attributes }) => {
      const data = at(inputs, 0);
      return [b.scatterAdd(b.fill(0, data.shape, data.type), at(inputs, 1), g, attributes.axis), undefined];
    },
  },
  ScatterElements: {
    infer: ([data, indices, updates]) => {
      expectType(indices as Value, 'i32');
      return [{ type: expectSameType([data as Value, updates as Value]), shape: (data as Value).shape }];
    },
    gradient: (b, g, { inputs, attributes }) => [g, undefined, b.gatherElements(g, at(inputs, 1), attributes.axis)],
  },
  GatherBlockQuantized: {
    infer: ([data, indices, scales], { bits, gather_axis }) => {
      expectType(data as Value, 'u8');
      expectType(indices as Value, 'i32');
      if (gather_axis !== 0) throw new GraphError('GatherBlockQuantized picks along axis 0');
      const width = ((data as Value).shape[1] as number) * (8 / bits);
      return [{ type: (scales as Value).type, shape: [...(indices as Value).shape, width] }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
};
