// The base under adapters, in 4 bits: a training graph unpacks a matrix for each product, and again in the
// backward pass. At most one matrix exists in f32 at a time (QLoRA, Dettmers et al. 2023, arXiv 2305.14314).
import type { Builder } from '../autodiff/builder.ts';
import type { DType, Value } from '../onnx/graph.ts';
import { EMBEDDING } from './parameters.ts';
import { BLOCK, type Quantized } from './quantize.ts';

/**
 * 'columns', for the CPU: transposed, so that arithmetic on whole arrays unpacks them, five times as fast as
 * GatherBlockQuantized. Inputs of the graph, which sessions share by reference: [blocks, 16, rows] signed bytes, whose
 * lower halves are a block's first 16 columns, the upper halves the others.
 * 'rows', for WebGPU, which has no arithmetic on bytes: the layout of the file, unpacked by GatherBlockQuantized.
 * Constants of the graph.
 */
export type FrozenLayout = 'columns' | 'rows';

/** One array of a packed matrix that a graph reads. */
export interface FrozenArray {
  readonly name: string;
  readonly type: DType;
  readonly shape: readonly number[];
  readonly data: () => Int8Array | Uint8Array | Float32Array;
}

const rowsOf = (name: string, { rows, columns, packed, scales }: Quantized): readonly [FrozenArray, FrozenArray] => [
  { name: `${name}.packed`, type: 'u8', shape: [rows, columns / 2], data: () => packed },
  { name: `${name}.scales`, type: 'f32', shape: [rows, columns / BLOCK], data: () => scales },
];

const columnsOf = (name: string, matrix: Quantized): readonly [FrozenArray, FrozenArray] => {
  const { rows, columns } = matrix;
  const blocks = columns / BLOCK;
  return [
    { name: `${name}.halves`, type: 'i8', shape: [blocks, BLOCK / 2, rows], data: () => packHalves(matrix) },
    { name: `${name}.columns`, type: 'f32', shape: [blocks, 1, rows], data: () => transposeScales(matrix) },
  ];
};

/** Copies: the bytes may be a view that keeps its whole file in memory. */
const copyArrays = (arrays: readonly FrozenArray[]) =>
  arrays.map((each) => ({ ...each, data: () => each.data().slice() }));

/** The arrays that are inputs of graphs with these matrices. */
export function frozenArrays(packed: ReadonlyMap<string, Quantized>, layout: FrozenLayout): FrozenArray[] {
  if (layout === 'rows') return [];
  return [...packed].flatMap(([name, matrix]) => [
    ...columnsOf(name, matrix),
    ...(name === EMBEDDING ? copyArrays(rowsOf(name, matrix)) : []),
  ]);
}

/** The shapes alone, for graphs whose arrays are inputs. */
export function withoutData(packed: ReadonlyMap<string, Quantized>): Map<string, Quantized> {
  const [bytes, scales] = [new Uint8Array(), new Float32Array()];
  return new Map([...packed].map(([name, matrix]) => [name, { ...matrix, packed: bytes, scales }]));
}

/** The matrices of one graph. */
export class FrozenMatrices {
  private readonly b: Builder;
  private readonly packed: ReadonlyMap<string, Quantized>;
  private readonly layout: FrozenLayout;
  private readonly inputs = new Map<string, Value>();

  constructor(b: Builder, packed: ReadonlyMap<string, Quantized>, layout: FrozenLayout) {
    this.b = b;
    this.packed = packed;
    this.layout = layout;
    for (const { name, type, shape } of frozenArrays(packed, layout)) {
      this.inputs.set(name, b.graph.input(name, type, shape));
    }
  }

  /** Unpacks the matrix, for products x Wᵀ with it, [n, rows]. */
  product(name: string): (x: Value) => Value {
    const { b } = this;
    if (this.layout === 'columns') {
      const transposed = this.unpackedColumns(name);
      return (x) => b.gemm(x, transposed);
    }
    const matrix = this.unpackedRows(name);
    return (x) => b.gemm(x, matrix, { transB: 1 });
  }

  /** The rows with the indexes `ids`, int32 [n]. */
  rows(name: string, ids: Value): Value {
    const matrix = this.matrix(name);
    const [data, scales] = rowsOf(name, matrix).map((each) => this.value(each));
    const attributes = { gather_axis: 0, quantize_axis: 1, block_size: BLOCK, bits: 4 } as const;
    return this.b.op('GatherBlockQuantized', [data as Value, ids, scales as Value], attributes)[0] as Value;
  }

  private unpackedRows(name: string): Value {
    const { rows } = this.matrix(name);
    const all = `rows:${rows}`;
    const ids =
      this.inputs.get(all) ??
      this.b.graph.constant(
        'i32',
        [rows],
        Int32Array.from({ length: rows }, (_, i) => i),
      );
    this.inputs.set(all, ids);
    return this.rows(name, ids);
  }

  /** The transpose, [columns, rows]. */
  private unpackedColumns(name: string): Value {
    const { b } = this;
    const matrix = this.matrix(name);
    const [data, scales] = columnsOf(name, matrix).map((each) => this.value(each)) as [Value, Value];
    // A byte is 16 upper + lower, upper in -8..7 and lower in 0..15, which stands for -8..7.
    const sixteenths = b.mul(b.cast(data, 'f32'), 1 / 16);
    const upper = b.floor(sixteenths);
    const lower = b.sub(b.sub(sixteenths, upper), 0.5);
    const values = b.concat([b.mul(lower, b.mul(scales, 16)), b.mul(upper, scales)], 1);
    return b.reshape(values, [matrix.columns, matrix.rows]);
  }

  private value(array: FrozenArray): Value {
    const known = this.inputs.get(array.name);
    if (known) return known;
    const value = this.b.graph.constant(array.type, array.shape, array.data(), array.name);
    this.inputs.set(array.name, value);
    return value;
  }

  private matrix(name: string): Quantized {
    const matrix = this.packed.get(name);
    if (!matrix) throw new Error(`'${name}' is not packed`);
    return matrix;
  }
}

function packHalves({ rows, columns, packed }: Quantized): Int8Array {
  const blocks = columns / BLOCK;
  const half = BLOCK / 2;
  const out = new Int8Array(rows * blocks * half);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) {
      const from = (row * blocks + block) * half;
      for (let i = 0; i < half; i += 2) {
        const first = packed[from + i / 2] as number;
        const second = packed[from + half / 2 + i / 2] as number;
        const to = (block * half + i) * rows + row;
        out[to] = (((second & 15) - 8) << 4) | (first & 15);
        out[to + rows] = (((second >> 4) - 8) << 4) | (first >> 4);
      }
    }
  }
  return out;
}

function transposeScales({ rows, columns, scales }: Quantized): Float32Array {
  const blocks = columns / BLOCK;
  const out = new Float32Array(scales.length);
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocks; block++) out[block * rows + row] = scales[row * blocks + block] as number;
  }
  return out;
}
