// The weights of a GGUF file for training adapters over them: matrices in 8 bits by blocks of 32, whatever types the
// file has. llama.cpp goes on serving the file itself.
import type { Model } from '../../architecture/decoder-values.ts';
import { elements, parameterSpecs } from '../../architecture/parameters.ts';
import { BLOCK, type Quantized, quantize } from '../../architecture/quantize.ts';
import { type ModelSource, RowReader, type TensorLocation } from './source.ts';

/** Rows that are read at once; if rows are interleaved, one head's. */
const ROWS = 128;

/**
 * Throws CodedError as RowReader does.
 * @param pause awaited every few milliseconds; a rejection ends the reading
 */
export async function loadGguf(
  { config, locations, files }: ModelSource,
  pause: () => Promise<void> = async () => {},
): Promise<Pick<Model, 'weights'> & { readonly packed: Map<string, Quantized> }> {
  const weights = new Map<string, Float32Array>();
  const packed = new Map<string, Quantized>();
  const reader = await RowReader.open(files);
  try {
    for (const { name, shape } of parameterSpecs(config)) {
      const location = locations.get(name) as TensorLocation;
      if (shape.length === 2) packed.set(name, await quantizedRows(reader, location, pause));
      else {
        const values = new Float32Array(elements(shape));
        await reader.read(location, 0, location.rows, values);
        weights.set(name, values);
      }
    }
  } finally {
    await reader.close();
  }
  return { weights, packed };
}

async function quantizedRows(
  reader: RowReader,
  location: TensorLocation,
  pause: () => Promise<void>,
): Promise<Quantized> {
  const { rows, columns, interleavedHeadRows: rowsPerRead = ROWS } = location;
  const packed = new Uint8Array(rows * columns);
  const scales = new Float32Array((rows * columns) / BLOCK);
  const values = new Float32Array(rowsPerRead * columns);
  for (let at = 0; at < rows; at += rowsPerRead) {
    const count = Math.min(rowsPerRead, rows - at);
    await reader.read(location, at, count, values);
    const part = quantize(values.subarray(0, count * columns), count, columns, 8);
    packed.set(part.packed, at * columns);
    scales.set(part.scales, (at * columns) / BLOCK);
    await pause();
  }
  return { bits: 8, rows, columns, packed, scales };
}
