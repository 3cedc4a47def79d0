// Importing a base: complete or not at all, resumable, in little memory, with a usable base as the result.
import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { unwrap } from '../../../../src/common/errors.ts';
import { parameterSpecs } from '../../../../src/neural/architecture/parameters.ts';
import { dequantize, quantize } from '../../../../src/neural/architecture/quantize.ts';
import { writeConfig } from '../../../../src/neural/models/config-json.ts';
import { discoverModels } from '../../../../src/neural/models/import/discover-models.ts';
import { importModel } from '../../../../src/neural/models/import/import-model.ts';
import { readSource } from '../../../../src/neural/models/import/source-of.ts';
import { listPackages } from '../../../../src/neural/models/list.ts';
import { loadModel } from '../../../../src/neural/models/model-folder.ts';
import { headerFor } from '../../../../src/neural/models/safetensors.ts';
import { readTokenizer } from '../../../../src/text/tokenizer/load.ts';
import { CRAFTED_FOLDERS, writeCrafted, writeFolder } from './crafted-models.ts';

let folder = '';
const never = new AbortController().signal;
const at = (...parts: string[]) => join(folder, ...parts);

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-bring-'));
  writeCrafted(at('theirs'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

test('a folder of safetensors becomes a package with config, tokenizer, licence and 4-bit weights', async () => {
  const imported = unwrap(await importModel({ path: at('theirs', 'qwen2-whole'), into: at('bases') }, never));
  assert.deepEqual(
    listPackages(at('bases')).map(({ name }) => name),
    ['qwen2-whole'],
  );
  const { manifest } = imported;
  assert.deepEqual([manifest.dialect, manifest.licence, manifest.precision], ['none', 'mit', 'int4']);
  const tokenizer = unwrap(readTokenizer(imported.tokenizer));
  assert.equal(tokenizer.decode(tokenizer.encode('export const 42')), 'export const 42');
  const { weights, config } = loadModel(imported.folder);
  const name = 'model.layers.1.mlp.up_proj.weight';
  const theirs = loadModel(at('theirs', 'qwen2-whole')).weights;
  const [rows, columns] = [config.intermediateSize, config.hiddenSize];
  const expected = dequantize(quantize(theirs.get(name) as Float32Array, rows, columns, 4));
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (weights.get(name)?.[i] as number))),
    0,
  );
  // Scales are kept in half precision.
  assert.ok(worst < 1e-3 * 0.4, `${worst}`);
  assert.deepEqual(
    weights.get('model.layers.0.self_attn.q_proj.bias'),
    theirs.get('model.layers.0.self_attn.q_proj.bias'),
  );
});

test('a tokenizer with an unknown expression is refused with advice before anything is written', async () => {
  const path = at('hostile', 'base');
  cpSync(at('theirs', 'qwen2-whole'), path, { recursive: true });
  const file = join(path, 'tokenizer.json');
  const json = JSON.parse(readFileSync(file, 'utf8'));
  const hostile = { type: 'Split', pattern: { Regex: '(?:q+q+)+Z' }, behavior: 'Isolated', invert: false };
  const level = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false };
  writeFileSync(
    file,
    JSON.stringify({ ...json, pre_tokenizer: { type: 'Sequence', pretokenizers: [hostile, level] } }),
  );
  const imported = await importModel({ path, into: at('hostile', 'bases') }, never);
  assert.ok(!imported.ok && imported.error.code === 'unsupported', JSON.stringify(imported));
  assert.match(imported.error.message, /unsupported pattern, '\(\?:q\+q\+\)\+Z'.*Qwen.*Choose another model/);
  assert.ok(!existsSync(at('hostile', 'bases')));
});

test('an import stopped anywhere resumes to the same bytes and writes nothing twice', async () => {
  const path = at('theirs', 'llama.gguf');
  const whole = unwrap(await importModel({ path, into: at('whole') }, never));
  const into = at('stopped');
  const controller = new AbortController();
  const stopped = await importModel({ path, into, name: whole.name }, controller.signal, ({ stage, done }) => {
    if (stage.startsWith('Rounding') && done > whole.bytes / 2) controller.abort();
  });
  assert.equal(stopped.ok ? '' : stopped.error.code, 'cancelled');
  assert.deepEqual(listPackages(into), []);
  const seen: number[] = [];
  const again = unwrap(
    await importModel({ path, into, name: whole.name }, never, ({ stage, done }) => {
      if (stage.startsWith('Rounding')) seen.push(done);
    }),
  );
  assert.ok(again.resumed && Math.min(...seen) > whole.bytes / 2);
  assert.equal(again.manifest.weights, whole.manifest.weights);
  assert.deepEqual(readdirSync(into), [whole.name]);
  for (const name of whole.manifest.files) {
    assert.deepEqual(readFileSync(join(again.folder, name)), readFileSync(join(whole.folder, name)), name);
  }
});

test('an attempt that died before its first save is restarted and gives the same bytes', async () => {
  const path = at('theirs', 'llama.gguf');
  const into = at('died');
  const died = await importModel({ path, into, name: 'd' }, never, ({ stage, done }) => {
    if (stage.startsWith('Rounding') && done > 200_000) throw new Error('the process is gone');
  });
  assert.equal(died.ok ? '' : died.error.code, 'unwritable');
  assert.ok(existsSync(join(into, 'd.partial')));
  const again = unwrap(await importModel({ path, into, name: 'd' }, never));
  assert.equal(again.resumed, false);
  const whole = unwrap(await importModel({ path, into: at('undisturbed'), name: 'd' }, never));
  assert.equal(again.manifest.weights, whole.manifest.weights);
});

/** Cancelled half-way. */
async function cancelledHalfway(path: string, into: string, name: string): Promise<void> {
  const controller = new AbortController();
  const stopped = await importModel({ path, into, name }, controller.signal, ({ stage, done, total = 0 }) => {
    if (stage.startsWith('Rounding') && done > total / 2) controller.abort();
  });
  assert.equal(stopped.ok ? '' : stopped.error.code, 'cancelled');
}

test('progress is recorded after the weights are on disk, and ignored if the weights are shorter', async (context) => {
  const path = at('theirs', 'llama.gguf');
  const into = at('torn');
  const file = await open(path);
  const prototype = Object.getPrototypeOf(file) as typeof file;
  await file.close();
  const { sync } = prototype;
  const said: boolean[] = [];
  const stand = join(into, 't.partial', 'stand.json');
  context.mock.method(prototype, 'sync', function (this: typeof file) {
    said.push(existsSync(stand));
    return sync.call(this);
  });
  await cancelledHalfway(path, into, 't');
  assert.ok(existsSync(stand));
  assert.deepEqual(said, [false]);
  const weights = join(into, 't.partial', 'model.safetensors');
  truncateSync(weights, statSync(weights).size - 1);
  const again = unwrap(await importModel({ path, into, name: 't' }, never));
  assert.equal(again.resumed, false);
  assert.equal(
    again.manifest.weights,
    unwrap(await importModel({ path, into: at('not-torn') }, never)).manifest.weights,
  );
});

test('an attempt overwritten by another model of the same name is not resumed', async () => {
  const [path, other] = [at('theirs', 'llama.gguf'), at('theirs', 'granite.gguf')];
  const into = at('over');
  await cancelledHalfway(path, into, 'o');
  const killed = await importModel({ path: other, into, name: 'o' }, never, ({ stage, done, total = 0 }) => {
    if (stage.startsWith('Rounding') && done > 0.9 * total) throw new Error('the process is gone');
  });
  assert.equal(killed.ok ? '' : killed.error.code, 'unwritable');
  const again = unwrap(await importModel({ path, into, name: 'o' }, never));
  assert.equal(again.resumed, false);
  assert.equal(
    again.manifest.weights,
    unwrap(await importModel({ path, into: at('not-over') }, never)).manifest.weights,
  );
});

test('an attempt with another file is restarted', async () => {
  const path = at('theirs', 'granite.gguf');
  const into = at('changed');
  const controller = new AbortController();
  await importModel({ path, into, name: 'g' }, controller.signal, ({ done }) => done > 100_000 && controller.abort());
  assert.ok(existsSync(join(into, 'g.partial')));
  utimesSync(path, new Date(0), new Date(0));
  assert.equal(unwrap(await importModel({ path, into, name: 'g' }, never)).resumed, false);
});

test('a base with the same name is not overwritten', async () => {
  const again = await importModel({ path: at('theirs', 'qwen2-whole'), into: at('bases') }, never);
  assert.equal(again.ok ? '' : again.error.code, 'bad-request');
});

test('an unusable file leaves nothing behind', async () => {
  writeFileSync(at('none.gguf'), 'no model');
  const refused = await importModel({ path: at('none.gguf'), into: at('nothing') }, never);
  assert.equal(refused.ok ? '' : refused.error.code, 'corrupt');
  assert.ok(!existsSync(at('nothing')));
});

test('a model whose weights could not be loaded in 4 bits is refused before anything is written', async () => {
  const shape = { hiddenSize: 4096, intermediateSize: 16384, heads: 64, keyValueHeads: 64, headDim: 64 };
  const whole = CRAFTED_FOLDERS['qwen2-whole'] as (typeof CRAFTED_FOLDERS)[string];
  /** Of F16 weights that take no room on the disk. */
  const sparse = (name: string, layers: number) => {
    writeFolder(at(name), whole);
    const config = { ...whole.config, ...shape, layers };
    writeFileSync(at(name, 'config.json'), writeConfig(config, 'float16'));
    const { bytes, total } = headerFor(parameterSpecs(config).map((spec) => ({ ...spec, type: 'F16' })));
    writeFileSync(at(name, 'model.safetensors'), bytes);
    truncateSync(at(name, 'model.safetensors'), bytes.length + total);
    return at(name);
  };
  assert.equal((await readSource(sparse('enough', 12))).config.layers, 12);
  const refused = await importModel({ path: sparse('too-large', 16), into: at('nothing') }, never);
  assert.ok(!refused.ok && refused.error.code === 'unsupported');
  assert.match(refused.error.message, /its weights take 24\d\d MB in 4 bits, and more than 2148 MB/);
  assert.ok(!existsSync(at('nothing')));
});

test('a SentencePiece tokenizer is refused before anything is written, with the supported kinds', async () => {
  const whole = CRAFTED_FOLDERS['qwen2-whole'] as (typeof CRAFTED_FOLDERS)[string];
  writeFolder(at('pieces'), whole);
  const json = JSON.parse(readFileSync(at('pieces', 'tokenizer.json'), 'utf8'));
  const model = { ...json.model, byte_fallback: true };
  writeFileSync(at('pieces', 'tokenizer.json'), JSON.stringify({ ...json, model, pre_tokenizer: null }));
  const refused = await importModel({ path: at('pieces'), into: at('nothing') }, never);
  assert.ok(!refused.ok && refused.error.code === 'unsupported');
  assert.match(
    refused.error.message,
    /^The tokenizer cannot be used: model\.byte_fallback is set, as in SentencePiece/,
  );
  assert.match(refused.error.message, /Choose another model: byte-pair encodings .*Qwen2\.5-Coder/);
  assert.ok(!existsSync(at('nothing')));
});

test("an import's memory is a fraction of its output", async () => {
  const shards = CRAFTED_FOLDERS['llama-shards'] as (typeof CRAFTED_FOLDERS)[string];
  const config = { ...shards.config, hiddenSize: 768, intermediateSize: 3072, headDim: 192, layers: 1 };
  writeFolder(at('large'), { ...shards, config });
  // What is held, not what waits to be collected.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => {
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  // What the tests before left is let go of in more than one turn.
  for (let last = Number.POSITIVE_INFINITY; held() < last; await new Promise(setImmediate)) last = held();
  const before = held();
  let most = 0;
  const imported = unwrap(
    await importModel({ path: at('large'), into: at('bases') }, never, () => {
      most = Math.max(most, held() - before);
    }),
  );
  // The largest matrix has 9 MB in f32, the file of all of them 5 in 4 bits.
  assert.ok(imported.bytes > 4e6 && most > 1e5 && most < 0.5 * imported.bytes, `${most} of ${imported.bytes}`);
});

test("models are discovered in other programs' folders, with the reason if one cannot be imported", async () => {
  const home = at('home');
  const put = (from: string, ...to: string[]) => {
    mkdirSync(join(home, ...to, '..'), { recursive: true });
    copyFileSync(from, join(home, ...to));
  };
  const text = (content: string, ...to: string[]) => {
    mkdirSync(join(home, ...to, '..'), { recursive: true });
    writeFileSync(join(home, ...to), content);
  };
  const [model, licence] = ['a'.repeat(64), 'b'.repeat(64)];
  const blobs = ['.ollama', 'models', 'blobs'];
  put(at('theirs', 'qwen2.gguf'), ...blobs, `sha256-${model}`);
  text('\nApache License 2.0\nmore', ...blobs, `sha256-${licence}`);
  const layer = (kind: string, digest: string) => ({ mediaType: `application/vnd.ollama.image.${kind}`, digest });
  const manifest = (...layers: object[]) => JSON.stringify({ layers });
  const registry = ['.ollama', 'models', 'manifests', 'registry.ollama.ai', 'library'];
  text(
    manifest(layer('model', `sha256:${model}`), layer('license', `sha256:${licence}`)),
    ...registry,
    'crafted',
    '1b',
  );
  text(manifest(layer('model', 'sha256:../../../../theirs/llama.gguf')), ...registry, 'crafted', 'elsewhere');
  put(at('theirs', 'granite.gguf'), '.lmstudio', 'models', 'crafted', 'granite', 'granite.gguf');
  text('no model', '.cache', 'llama.cpp', 'broken.gguf');
  const snapshot = ['.cache', 'huggingface', 'hub', 'models--crafted--tiny', 'snapshots', 'abc'];
  mkdirSync(join(home, ...snapshot), { recursive: true });
  writeFolder(join(home, ...snapshot), CRAFTED_FOLDERS['qwen2-whole'] as (typeof CRAFTED_FOLDERS)[string]);
  const found = await discoverModels(never, { environment: {}, home });
  const rows = found.map(({ where, name, problem }) => [where, name, problem === undefined]);
  assert.deepEqual(rows.sort(), [
    ["Hugging Face's cache", 'tiny', true],
    ['LM Studio', 'granite', true],
    ['Ollama', 'crafted-1b', true],
    ["llama.cpp's cache", 'broken', false],
  ]);
  const [tiny] = found.filter(({ name }) => name === 'tiny');
  assert.ok((tiny?.importedBytes ?? 0) > 0 && tiny?.licence === 'mit' && (tiny.parameters ?? 0) > 1e6);
});
