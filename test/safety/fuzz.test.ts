// Damaged files and messages are used or give errors with a code and advice. They cause no raw error, and no memory is
// allocated only because a file claims a size.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { storedReport, storedRouter } from '../../src/adapt/report/adapt-report.ts';
import { parseConfig } from '../../src/neural/models/config-json.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { readSafetensors } from '../../src/neural/models/safetensors.ts';
import { trainingStatusOf } from '../../src/neural/training/checkpoint.ts';
import { defaultRouter } from '../../src/routing/fit.ts';
import { writeConfig } from '../support/config-json.ts';
import { initialWeights, saveValues } from '../support/random-models.ts';
import { Tree } from '../support/tree.ts';
import type { FuzzRow } from './fuzz.ts';
import { config } from './fuzz-targets.ts';

let folder: string;
beforeEach(() => {
  folder = new Tree().root;
});

test('2,000 damaged inputs for every loader end in coded errors with advice, in little memory', () => {
  const args = ['--max-old-space-size=300', join(import.meta.dirname, 'fuzz.ts'), folder, '20261126', '2000'];
  const done = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 });
  assert.equal(done.status, 0, done.stderr);
  const { rows, grownBytes } = JSON.parse(done.stdout) as { rows: FuzzRow[]; grownBytes: number };
  assert.ok(rows.reduce((sum, { tried }) => sum + tried, 0) >= 2000);
  const actual = rows.flatMap(({ failures }) => failures);
  assert.deepEqual(actual, []);
  // Some inputs of every loader are used and some refused, so the loaders do not always do the same.
  assert.ok(rows.reduce((sum, { used }) => sum + used, 0) > 200);
  assert.ok(rows.reduce((sum, { refused }) => sum + refused, 0) > 500);
  // Usually 40 MB. One array of a claimed size would need gigabytes.
  assert.ok(grownBytes < 500e6, `${grownBytes} bytes`);
});

test('refuses a config.json with a billion layers or another impossible size', () => {
  const json = JSON.parse(writeConfig(config, 'float32')) as Record<string, unknown>;
  assert.ok(parseConfig(JSON.stringify(json)).ok);
  for (const key of [
    'num_hidden_layers',
    'vocab_size',
    'hidden_size',
    'intermediate_size',
    'head_dim',
    'num_attention_heads',
  ]) {
    const refused = parseConfig(JSON.stringify({ ...json, [key]: 1_000_000_000 }));
    assert.equal(refused.ok ? '' : refused.error.code, 'corrupt', key);
  }
});

test('refuses a config.json that is too large for its weights, before reading them', () => {
  saveValues(folder, config, initialWeights(config, 1), 'F32');
  assert.equal(loadModel(folder).config.layers, 1);
  writeFileSync(join(folder, 'config.json'), writeConfig({ ...config, layers: 500, hiddenSize: 8192 }, 'float32'));
  assert.throws(() => loadModel(folder), { code: 'corrupt', message: /smaller than its config/ });
  writeFileSync(join(folder, 'config.json'), ' '.repeat(2_000_000));
  assert.throws(() => loadModel(folder), { code: 'corrupt' });
});

function safetensors(header: unknown, data: number): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([start, text, Buffer.alloc(data)]);
}

test('refuses a safetensors file with overlapping or missing data', () => {
  const entry = { dtype: 'F32', shape: [1000], data_offsets: [0, 4000] };
  assert.equal(readSafetensors(safetensors({ a: entry }, 4000)).tensors.size, 1);
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`t${i}`, entry]));
  assert.throws(() => readSafetensors(safetensors(many, 4000)), { code: 'corrupt', message: /overlaps/ });
  const huge = { a: { dtype: 'F32', shape: [2 ** 38], data_offsets: [0, 2 ** 40] } };
  assert.throws(() => readSafetensors(safetensors(huge, 4000)), { code: 'corrupt' });
});

test('does not read the header of a checkpoint past the end of the file', () => {
  const path = join(folder, 'checkpoint.safetensors');
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(2n ** 33n);
  writeFileSync(path, start);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(trainingStatusOf(folder), undefined);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1e6);
});

test('reports a damaged adaptation row in the store without an exception', () => {
  for (const json of ['', '{', 'null', '7', '[]', '{"harvest":1,"notes":[]}', '{"harvest":{}}']) {
    assert.equal(storedReport(json), undefined, json);
    const fit = storedRouter(json);
    assert.equal(fit.ok ? '' : fit.error.code, 'corrupt', json);
  }
  assert.ok(storedRouter(JSON.stringify(defaultRouter())).ok);
});
