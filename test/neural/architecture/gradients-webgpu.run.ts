// Loss and gradients of adapters agree with PyTorch's through WebGPU.
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { useSoftwareVulkan } from '../runtime/vulkan.ts';
import { checkGradients } from './check-gradients.ts';

before(async () => {
  await useSoftwareVulkan();
  await loadLibrary();
});

test('gradients of adapters on WebGPU', () => checkGradients('webgpu'));
