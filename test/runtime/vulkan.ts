// A Vulkan driver for tests of WebGPU: Mesa's software one, which Debian has, so that they run on machines without a GPU.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const DRIVER = '/usr/share/vulkan/icd.d/lvp_icd.json';

/** Makes the software driver the one that WebGPU finds in this process and its children. Call before onnxruntime is loaded. */
export function useSoftwareVulkan(): void {
  if (!existsSync(DRIVER)) {
    const root = process.getuid?.() === 0;
    const install = ['apt-get', 'install', '-y', '-qq', 'mesa-vulkan-drivers', 'libvulkan1'] as const;
    if (root) {
      spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
      spawnSync(install[0], install.slice(1), {
        stdio: 'ignore',
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      });
    }
    if (!existsSync(DRIVER)) throw new Error(`the WebGPU tests need Mesa's software driver: ${install.join(' ')}`);
  }
  process.env.VK_DRIVER_FILES = DRIVER;
}
