// Exports are byte for byte what the golden of llama.cpp was made from (test/golden/export/make.py).
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Network } from '../../../src/neural/inference/network.ts';
import { exportModel } from '../../../src/neural/models/export/export.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { assertFailed } from '../../support/results.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { TOKENS, writeExported } from './export-models.ts';

interface Golden {
  readonly files: Readonly<Record<string, string>>;
  readonly 'llama.cpp': readonly number[];
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/export/golden.json'), 'utf8'));
const folder = temporaryFolder();
before(() => loadLibrary());

/** After the last token, in full precision. */
async function logitsOf(model: string, base?: string): Promise<Float32Array> {
  const loaded = loadModel(model, base === undefined ? {} : { base });
  const network = await Network.load(loaded, { device: 'cpu', threads: 1, precision: 'fp32' });
  const rows = [TOKENS.length - 1];
  const logits = await network.forward(network.cache(), { ids: TOKENS, rows });
  await network.dispose();
  return logits.slice();
}

function furthest(ours: ArrayLike<number>, theirs: readonly number[]): number {
  assert.equal(ours.length, theirs.length);
  return theirs.reduce((most, each, i) => Math.max(most, Math.abs(each - (ours[i] as number))), 0);
}

function logProbabilities(logits: Float32Array): Float32Array {
  const total = Math.log(logits.reduce((sum, each) => sum + Math.exp(each), 0));
  return logits.map((each) => each - total);
}

test('llama.cpp reads an export as we do', async () => {
  const { base, model, tokenizer } = writeExported(folder);
  const into = join(folder, 'export');
  const done = exportModel({ model, base, tokenizer, into });
  assert.ok(done.ok, done.ok ? '' : done.error.message);
  assert.deepEqual(done.value.names, ['adapter.gguf', 'base.gguf', 'tokenizer.json', 'README.md']);
  for (const [file, hash] of Object.entries(golden.files)) {
    const bytes = createHash('sha256')
      .update(readFileSync(join(into, file)))
      .digest('hex');
    assert.equal(bytes.slice(0, 16), hash, `${file} is what was read`);
  }
  assert.deepEqual(readFileSync(join(into, 'tokenizer.json')), readFileSync(tokenizer));
  const theirs = golden['llama.cpp'];
  assert.ok(furthest(logProbabilities(await logitsOf(model, base)), theirs) < 1e-2);
  assert.ok(furthest(logProbabilities(await logitsOf(base)), theirs) > 0.1, 'the adapter changes something');
});

test('the README states the prompt format and the mistakes that cause no error', () => {
  const readme = readFileSync(join(folder, 'export', 'README.md'), 'utf8');
  assert.match(readme, /`<\|file\|>PATH\\n<\|suffix\|>AFTER<\|prefix\|>BEFORE`.*ends with `<\|eom\|>`/);
  assert.match(readme, /^llama-server -m base\.gguf --lora adapter\.gguf$/m);
  assert.match(readme, /rank 4, alpha 16.*over 'tiny-llama'\. Licence of the base: MIT\./);
  assert.match(readme, /does not know this tokenizer’s word splitting/);
});

test('an unwritable folder, a model that is no adapter and an unreadable one are failures', () => {
  const { base, model, tokenizer } = writeExported(folder);
  const into = join(folder, 'x');
  assertFailed(exportModel({ model, base, tokenizer, into: tokenizer }), 'unwritable');
  assertFailed(exportModel({ model: base, base, tokenizer, into }), 'unsupported');
  assertFailed(exportModel({ model: join(folder, 'none'), base, tokenizer, into }), 'unreadable');
});
