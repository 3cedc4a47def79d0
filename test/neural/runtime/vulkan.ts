// Mesa's software Vulkan driver for tests of WebGPU, which then run without a GPU and the same on all machines.
import { needPackages, softwareVulkan } from '../../../build/debian.ts';

/** Makes it the driver that WebGPU finds in this process and its children. Call before onnxruntime is loaded. */
export async function useSoftwareVulkan(): Promise<void> {
  // Elsewhere WebGPU does not go through Vulkan, and every machine has a GPU.
  if (process.platform !== 'linux') return;
  await needPackages(['mesa-vulkan-drivers']);
  process.env.VK_DRIVER_FILES = softwareVulkan;
}
