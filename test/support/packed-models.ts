// Decoders in 4 bits, as those that ship, in memory and on disk.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256Of } from '../../src/common/file-hash.ts';
import { fromHalf, toHalf } from '../../src/common/half.ts';
import type { Model } from '../../src/neural/architecture/lora.ts';
import { type ModelConfig, parameterSpecs, type Weights } from '../../src/neural/architecture/parameters.ts';
import { BLOCK, type Quantized } from '../../src/neural/architecture/quantize.ts';
import { CONFIG, WEIGHTS, writeManifest } from '../../src/neural/models/manifest.ts';
import { writeConfig } from './config-json.ts';
import { initialWeights } from './random-models.ts';

export type PackedModel = Model & { readonly packed: Map<string, Quantized> };

/** Rounds to whole multiples, -8 to 7, of a scale for each 32 values. Scales have half precision, as on disk. */
export function quantize(data: Float32Array, rows: number, columns: number): Quantized {
  const packed = new Uint8Array(data.length / 2);
  const scales = new Float32Array(data.length / BLOCK);
  for (let start = 0; start < data.length; start += BLOCK) {
    const block = data.subarray(start, start + BLOCK);
    const extreme = block.reduce((most, x) => (Math.abs(x) > Math.abs(most) ? x : most), 0);
    const scale = fromHalf(toHalf(extreme / -8));
    scales[start / BLOCK] = scale;
    block.forEach((x, i) => {
      const q = scale === 0 ? 8 : Math.max(0, Math.min(15, Math.round(x / scale) + 8));
      const at = (start + i) >> 1;
      packed[at] = (packed[at] as number) | (i % 2 === 0 ? q : q << 4);
    });
  }
  return { rows, columns, packed, scales };
}

export function packedModel(config: ModelConfig, values: Weights): PackedModel {
  const weights = new Map<string, Float32Array>();
  const packed = new Map<string, Quantized>();
  for (const { name, shape, kind } of parameterSpecs(config)) {
    const data = values.get(name) as Float32Array;
    if (kind === 'norm') weights.set(name, data);
    else packed.set(name, quantize(data, shape[0] as number, shape[1] as number));
  }
  return { config, weights, packed };
}

/** Writes config.json and model.safetensors. */
export function savePacked(folder: string, { config, weights, packed }: PackedModel): void {
  const header: Record<string, object> = {};
  const pieces: Buffer[] = [];
  let at = 0;
  const add = (name: string, dtype: string, shape: readonly number[], data: Uint8Array | Uint16Array) => {
    header[name] = { dtype, shape, data_offsets: [at, at + data.byteLength] };
    pieces.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    at += data.byteLength;
  };
  for (const [name, data] of weights) add(name, 'F16', [data.length], Uint16Array.from(data, toHalf));
  for (const [name, { rows, columns, packed: bytes, scales }] of packed) {
    add(`${name}.packed`, 'U8', [rows, columns / BLOCK, BLOCK / 2], bytes);
    add(`${name}.scales`, 'F16', [rows, columns / BLOCK], Uint16Array.from(scales, toHalf));
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, WEIGHTS), Buffer.concat([length, json, ...pieces]));
  writeFileSync(join(folder, CONFIG), writeConfig(config, 'float16'));
}

/** A base with random weights on disk. */
export function saveRandomModel(folder: string, config: ModelConfig, seed = 7): void {
  savePacked(folder, packedModel(config, initialWeights(config, seed)));
}

/** Writes the manifest of a base. @param tokenizer path of its tokenizer.json */
export function describeBase(folder: string, name: string, tokenizer: string): void {
  writeManifest(folder, {
    ...{ version: 1, name, kind: 'model', base: null, dialect: 'easy-1', stop: ['<|eom|>', '<|end|>'], licence: 'MIT' },
    ...{ weights: sha256Of(join(folder, WEIGHTS)), tokenizer: sha256Of(tokenizer) },
  });
}
