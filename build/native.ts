// Lays onnxruntime for one platform beside the bundles: its binary cannot be bundled, and its JavaScript looks for it by its own place.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from './paths.ts';

/** 'linux-x64' and the like: this machine's. */
export const thisPlatform = `${process.platform}-${process.arch}`;

/** What is copied of a package: its manifest, and JavaScript under a folder. */
const scripts = [
  { name: 'onnxruntime-node', folder: 'dist' },
  { name: 'onnxruntime-common', folder: 'dist/cjs' },
] as const;

/** Folder of onnxruntime's binaries for a platform, in its package; undefined where it has none (musl, Intel Macs). */
function binaries(platform: string): string | undefined {
  const folder = join('bin', 'napi-v6', ...platform.split('-'));
  return existsSync(join(root, 'node_modules', 'onnxruntime-node', folder)) ? folder : undefined;
}

/**
 * Copies to `dist`/node_modules. Where there is no binary nothing is copied: the neural engine then says that it cannot run here.
 * @returns the packages' folders, for their licences
 */
export function copyNative(dist: string, platform = thisPlatform): string[] {
  const binary = binaries(platform);
  if (binary === undefined) return [];
  for (const { name, folder } of scripts) {
    const from = join(root, 'node_modules', name);
    const to = join(dist, 'node_modules', name);
    cpSync(join(from, 'package.json'), join(to, 'package.json'));
    cpSync(join(from, folder), join(to, folder), { recursive: true, filter: (path) => !/\.(d\.ts|map)$/.test(path) });
    if (name === 'onnxruntime-node') cpSync(join(from, binary), join(to, binary), { recursive: true });
  }
  return scripts.map(({ name }) => `node_modules/${name}/package.json`);
}

/** Files that the package of a platform cannot be without, as the package names them. */
export function nativeFiles(platform = thisPlatform): string[] {
  const binary = binaries(platform);
  if (binary === undefined) return [];
  const files = readdirSync(join(root, 'node_modules', 'onnxruntime-node', binary)).map((file) => basename(file));
  const place = `extension/dist/node_modules/onnxruntime-node/${binary.replaceAll('\\', '/')}`;
  return files.map((file) => `${place}/${file}`);
}
