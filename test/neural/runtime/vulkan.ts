// A Vulkan driver for tests of WebGPU: Mesa's software one, so that they run on machines without a GPU, and alike on all.
import { needPackages, softwareVulkan } from '../../../build/debian.ts';

/** Makes it the driver that WebGPU finds in this process and its children. Call before onnxruntime is loaded. */
export async function useSoftwareVulkan(): Promise<void> {
  // Elsewhere WebGPU does not go through Vulkan, and every machine has a GPU.
  if (process.platform !== 'linux') return;
  await needPackages(['mesa-vulkan-drivers']);
  process.env.VK_DRIVER_FILES = softwareVulkan;
}
