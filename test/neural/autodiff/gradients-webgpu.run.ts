// Through WebGPU, without fallback to the CPU, every operator's gradient agrees with finite differences.
import { before, test } from 'node:test';
import { loadLibrary } from '../../../src/neural/runtime/session.ts';
import { useSoftwareVulkan } from '../runtime/vulkan.ts';
import { CASES, checkCase } from './cases.ts';

before(async () => {
  await useSoftwareVulkan();
  await loadLibrary();
});

for (const [op, cases] of Object.entries(CASES)) {
  test(`gradient of ${op} on WebGPU`, async () => {
    for (const one of cases) await checkCase(op, one, 'webgpu');
  });
}
