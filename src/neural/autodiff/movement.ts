// Rows of the operators that only move elements: reshape, transpose, concat, slice, pad, expand; and of those that pick
// them by int32 indices.
import { axisOf, broadcast, type Dim, GraphError, type Shape, type Value } from '../onnx/graph.ts';
import { at, ints, NOT_DIFFERENTIABLE, type Rows } from './row.ts';

/** The product of sizes: the product of the numbers, and the names in order. As one dimension: '2*tokens'. */
function product(dims: Shape): { number: number; names: string[] } {
  let number = 1;
  const names: string[] = [];
  for (const dim of dims) {
    for (const factor of typeof dim === 'number' ? [dim] : dim.split('*')) {
      if (typeof factor === 'string' && Number.isNaN(Number(factor))) names.push(factor);
      else number *= Number(factor);
    }
  }
  return { number, names };
}

function quotient(whole: Shape, parts: Shape): Dim | undefined {
  const { number, names } = product(whole);
  const known = product(parts);
  for (const name of known.names) {
    const index = names.indexOf(name);
    if (index < 0) return undefined;
    names.splice(index, 1);
  }
  const rest = number / known.number;
  if (!Number.isInteger(rest)) return undefined;
  if (names.length === 0) return rest;
  return [...(rest === 1 ? [] : [String(rest)]), ...names.sort()].join('*');
}

/** ONNX's Reshape: 0 copies the input's size at that place, -1 takes what is left. */
export function reshaped(from: Shape, target: readonly number[]): Dim[] {
  const fail = () => new GraphError(`[${from.join(',')}] does not reshape to [${target.join(',')}]`);
  const shape: Dim[] = target.map((dim, axis) => (dim === 0 ? (from[axis] as Dim) : dim));
  if (shape.some((dim) => dim === undefined)) throw fail();
  const open = shape.indexOf(-1);
  const rest = quotient(
    from,
    shape.filter((_, axis) => axis !== open),
  );
  if (rest === undefined || (open < 0 && rest !== 1)) throw fail();
  if (open >= 0) shape[open] = rest;
  return shape;
}

/** Starts, ends and axes of a Slice with steps of 1, resolved against the shape. */
function spans(inputs: readonly Value[]): { axis: number; start: number; end: number }[] {
  const { shape } = at(inputs, 0);
  const ends = ints(at(inputs, 2));
  const axes = ints(at(inputs, 3));
  return ints(at(inputs, 1)).map((start, i) => {
    const axis = axisOf(axes[i] as number, shape.length);
    return { axis, start, end: ends[i] as number };
  });
}

/** The rows of the operator table. */
export const MOVEMENT_ROWS: Rows<'Reshape' | 'Transpose' | 'Concat' | 'Slice' | 'Pad' | 'Expand'> = {
  Reshape: {
    infer: ([x, target]) => [{ type: (x as Value).type, shape: reshaped((x as Value).shape, ints(target as Value)) }],
    gradient: (b, g, { inputs }) => [b.reshape(g, at(inputs, 0).shape), undefined],
  },
  Transpose: {
    infer: ([x], { perm }) => {
      const { type, shape } = x as Value;
      return [{ type, shape: perm.map((axis) => shape[axis] as Dim) }];
    },
    gradient: (b, g, { attributes }) => [
      b.transpose(
        g,
        attributes.perm.map((_, axis) => attributes.perm.indexOf(axis)),
      ),
    ],
  },
  Concat: {
    infer: (inputs, { axis }) => {
      const { type, shape: first } = at(inputs, 0);
      const along = axisOf(axis, first.length);
      const sizes = inputs.map(({ shape }) => shape[along] as Dim);
      const total = sizes.every((size) => typeof size === 'number')
        ? sizes.reduce((sum, size) => sum + size, 0)
        : sizes.join('+');
      return [{ type, shape: first.map((dim, i) => (i === along ? total : dim)) }];
    },
    gradient: (b, g, { inputs, attributes }) => {
      let start = 0;
      return inputs.map(({ shape }) => {
        const size = shape[axisOf(attributes.axis, shape.length)] as number;
        start += size;
        return b.slice(g, attributes.axis, start - size, start);
      });
    },
  },
  Slice: {
    infer: (inputs) => {
      const shape = [...at(inputs, 0).shape];
      for (const { axis, start, end } of spans(inputs)) shape[axis] = end - start;
      return [{ type: at(inputs, 0).type, shape }];
    },
    gradient: (b, g, { inputs }) => {
      const { shape } = at(inputs, 0);
      const before = shape.map(() => 0);
      const after = shape.map(() => 0);
      for (const { axis, start, end } of spans(inputs)) {
        before[axis] = start;
        after[axis] = (shape[axis] as number) - end;
      }
      return [b.pad(g, before, after), undefined, undefined, undefined];
    },
  },
  Pad: {
    infer: ([x, pads]) => {
      const { type, shape } = x as Value;
      const counts = ints(pads as Value);
      const added = (axis: number) => (counts[axis] as number) + (counts[axis + shape.length] as number);
      return [{ type, shape: shape.map((dim, axis) => (typeof dim === 'string' ? dim : dim + added(axis))) }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  Expand: {
    infer: ([x, target]) => [{ type: (x as Value).type, shape: broadcast((x as Value).shape, ints(target as Value)) }],
    gradient: NOT_DIFFERENTIABLE,
  },
};

export const INDEXING: Rows<'Gather' | 'GatherBlockQuantized'> = {
  Gather: {
    infer: ([data, indices]) => {
      const { type, shape } = data as Value;
      return [{ type, shape: [...(indices as Value).shape, ...shape.slice(1)] }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
  GatherBlockQuantized: {
    infer: ([data, indices, scales], { bits }) => {
      const width = ((data as Value).shape[1] as number) * (8 / bits);
      return [{ type: (scales as Value).type, shape: [...(indices as Value).shape, width] }];
    },
    gradient: NOT_DIFFERENTIABLE,
  },
};
