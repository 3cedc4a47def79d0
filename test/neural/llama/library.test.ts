// Which of llama.cpp's libraries serves: a software Vulkan device is no GPU, and on Apple's processors Metal's library
// also serves on the processor.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLibrary } from '../../../src/neural/llama/llama-model.ts';

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
