// A 4-bit matrix in a file: two tensors, the bytes and the scales.

import { CodedError } from '../../common/errors.ts';
import { REPAIR_ADVICE } from '../architecture/decoder-values.ts';
import { BLOCK, type Quantized } from '../architecture/quantize.ts';

/** Names of a matrix's two tensors: the bytes [rows, blocks, 16], two values each, and the scales [rows, blocks]. */
export const packedNames = (name: string) => ({ data: `${name}.packed`, scales: `${name}.scales` });

/** A 4-bit matrix [rows, columns] from a file. Throws CodedError 'corrupt' if sizes or scales do not fit. */
export function packedMatrix(
  name: string,
  rows: number,
  columns: number,
  packed: Uint8Array,
  scales: Float32Array | undefined,
): Quantized {
  const blocks = columns / BLOCK;
  if (
    !Number.isInteger(blocks) ||
    packed.length !== (rows * columns) / 2 ||
    scales?.length !== rows * blocks ||
    !scales.every(Number.isFinite)
  ) {
    throw new CodedError(
      'corrupt',
      `The model's packed tensor '${name}' does not have the shape [${rows}, ${columns}]. ${REPAIR_ADVICE}`,
    );
  }
  return { bits: 4, rows, columns, packed, scales };
}
