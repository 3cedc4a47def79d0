// GGUF files in llama.cpp have the distributions of our engine on the same weights, and a cached prefix does not change
// them. Which of its libraries serves: a software Vulkan device is no GPU, and Apple's is Metal's on the processor, too.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../../build/paths.ts';
import { unwrap } from '../../../src/common/errors.ts';
import type { Model } from '../../../src/neural/architecture/lora.ts';
import { Network } from '../../../src/neural/inference/network.ts';
import type { TopTokens } from '../../../src/neural/inference/passes.ts';
import { chooseLibrary, LlamaModel, loadLlama } from '../../../src/neural/llama/llama-model.ts';
import { loadModel } from '../../../src/neural/models/model-folder.ts';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { readTokenizer } from '../../../src/text/tokenizer/load.ts';
import { exportedBase } from '../../support/exported-base.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { bytesOfCrafted, craftedGguf } from '../models/import/crafted-models.ts';

const small = join(root, 'models', 'small');
const tokenizer = unwrap(readTokenizer(join(small, 'tokenizer.json')));
const text = readFileSync(join(root, 'src/common/errors.ts'), 'utf8');
const ids = [...tokenizer.encode(text)].slice(0, 150);
const folder = temporaryFolder();
let exported = '';
let llama: LlamaModel;

const load = (path: string, contextLength = 1024) =>
  LlamaModel.load({ path, bytes: statSync(path).size, contextLength, threads: 1, gpu: false });

before(async () => {
  await loadLibrary();
  exported = exportedBase(small, join(small, 'tokenizer.json'), folder);
  llama = await load(exported);
});
after(async () => {
  await llama.dispose();
});

/** Log probabilities after each token from `from` on. */
async function logProbabilities(model: Model, tokens: readonly number[], from: number): Promise<Float64Array[]> {
  const network = await Network.load(model, { device: 'cpu', threads: 1, precision: 'fp32' });
  const rows = tokens.flatMap((_, i) => (i < from ? [] : i));
  const logits = await network.forward(network.cache(), { ids: tokens, rows });
  const size = model.config.vocabSize;
  await network.dispose();
  return rows.map((_, row) => {
    const values = Float64Array.from(logits.subarray(row * size, (row + 1) * size));
    const highest = values.reduce((most, each) => Math.max(most, each), Number.NEGATIVE_INFINITY);
    const total = highest + Math.log(values.reduce((sum, each) => sum + Math.exp(each - highest), 0));
    return values.map((each) => each - total);
  });
}

/** The largest difference among tokens that one of the two finds likely. */
function furthest(theirs: readonly TopTokens[], rows: readonly Float64Array[]): number {
  assert.equal(theirs.length, rows.length);
  return Math.max(
    ...theirs.flatMap(({ ids, logs }, i) =>
      ids.flatMap((id, j) => {
        const [log, own] = [logs[j] as number, rows[i]?.[id] as number];
        return Math.max(log, own) < Math.log(0.001) ? [] : Math.abs(log - own);
      }),
    ),
  );
}

test('an exported model has the distributions of our engine in full precision', async () => {
  const found = await llama.distributionsAfter(ids, 100);
  const away = furthest(found, await logProbabilities(loadModel(small), ids, 100));
  assert.ok(away < 0.05, `${away}`);
  assert.ok(found.every(({ logs }) => logs.every((log, i) => i === 0 || log <= (logs[i - 1] as number))));
});

test('another line after the same prompt reuses the prompt and changes no distribution', async () => {
  const prompt = ids.slice(0, 90);
  const line = ids.slice(100, 110);
  const once = await llama.distributionsAfter([...prompt, ...line], 90);
  await llama.distributionsAfter([...prompt, ...ids.slice(110, 125)], 90);
  assert.equal(llama.heldOf([...prompt, ...line]), 90);
  const again = await llama.distributionsAfter([...prompt, ...line], 90);
  const best = (rows: typeof once) => rows.map(({ ids: [first] }) => first);
  assert.deepEqual(best(again), best(once));
  for (const [i, { logs }] of again.entries())
    assert.ok(Math.abs((logs[0] as number) - (once[i]?.logs[0] as number)) < 0.01);
  // One token at a time is the same as all at once.
  await llama.clear();
  const last = (await llama.distributionsAfter([...prompt, ...line], 99))[0] as TopTokens;
  assert.ok(Math.abs((last.logs[0] as number) - (once.at(-1)?.logs[0] as number)) < 0.01);
});

test('a cancelled prompt ends between two batches and keeps what was run', async () => {
  await llama.clear();
  const controller = new AbortController();
  const running = llama.distributionsAfter([...ids, ...ids, ...ids], 449, controller.signal);
  controller.abort(new Error('no longer wanted'));
  await assert.rejects(running, /no longer wanted/);
  const held = llama.heldOf([...ids, ...ids, ...ids]);
  assert.ok(held < 449, `${held}`);
  assert.equal((await llama.distributionsAfter(ids, 149)).length, 1);
});

test('a prompt that is longer than the context is refused', async () => {
  const tokens = Array.from({ length: 1025 }, () => ids[0] as number);
  await assert.rejects(llama.distributionsAfter(tokens, 1024), { code: 'unsupported' });
});

test('a file of an unknown kind is refused with advice', async () => {
  const foreign = join(folder, 'foreign.gguf');
  writeFileSync(foreign, bytesOfCrafted(craftedGguf('nobody-knows')));
  await assert.rejects(load(foreign, 128), { code: 'unsupported', message: /or choose another base\.$/ });
});

test('a model whose context cannot be made leaves memory', async (context) => {
  const { llama: library } = await loadLlama({ gpu: false, threads: 1 });
  const loadModel = library.loadModel.bind(library);
  const models: Awaited<ReturnType<typeof loadModel>>[] = [];
  context.mock.method(library, 'loadModel', async (options: Parameters<typeof loadModel>[0]) => {
    const model = await loadModel(options);
    models.push(model);
    model.createContext = () => Promise.reject(new Error('not enough memory'));
    return model;
  });
  await assert.rejects(load(exported), { code: 'out-of-memory', message: /Choose a smaller base\.$/ });
  assert.equal(models.map(({ disposed }) => disposed).join(), 'true');
});

type Gpu = 'vulkan' | 'metal' | false;

/** A machine with one kind of GPU library and its devices. */
function machine(kind: Gpu, names: readonly string[]) {
  const asked: unknown[] = [];
  let disposed = 0;
  const get = async (gpu: 'auto' | false) => {
    asked.push(gpu);
    const dispose = async () => void disposed++;
    return { gpu: gpu === 'auto' ? kind : gpu, getGpuDeviceNames: async () => [...names], dispose };
  };
  return { get, asked, disposed: () => disposed };
}

test('a GPU is used if it may be', async () => {
  const { get, asked } = machine('vulkan', ['AMD Radeon RX 7600 (RADV NAVI33)']);
  assert.equal((await chooseLibrary(true, get, 'linux-x64')).gpu, 'vulkan');
  assert.equal((await chooseLibrary(false, get, 'linux-x64')).gpu, false);
  assert.deepEqual(asked, ['auto', false]);
});

test('a software Vulkan device is replaced by the library for the processor', async () => {
  for (const name of [
    'llvmpipe (LLVM 19.1.7, 256 bits)',
    'SwiftShader Device (Subzero)',
    'Microsoft Basic Render Driver',
  ]) {
    const { get, asked, disposed } = machine('vulkan', [name]);
    const { llama, gpu } = await chooseLibrary(true, get, 'linux-x64');
    assert.deepEqual([gpu, llama.gpu, disposed()], [false, false, 1], name);
    assert.deepEqual(asked, ['auto', false]);
  }
});

test('a Vulkan library without a device serves on the processor', async () => {
  const { get, asked } = machine('vulkan', []);
  assert.equal((await chooseLibrary(true, get, 'linux-x64')).gpu, false);
  assert.deepEqual(asked, ['auto']);
});

test("on Apple's processors the library for Metal serves on the processor, too", async () => {
  const { get, asked } = machine('metal', ['Apple M2']);
  const { llama, gpu } = await chooseLibrary(false, get, 'darwin-arm64');
  assert.deepEqual([llama.gpu, gpu, asked], ['metal', false, ['auto']]);
  assert.equal((await chooseLibrary(true, get, 'darwin-arm64')).gpu, 'metal');
});
