// Lays beside the bundles what cannot be in them, as its JavaScript looks for it by its own place: onnxruntime for one platform, and tree-sitter's WebAssembly.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GRAMMARS } from '../src/text/syntax/grammars.ts';
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

/** onnxruntime.dll loads it only for a device that we never ask for: its import is delayed. It takes 9 MB of a package. */
const isUnused = (path: string) => basename(path) === 'DirectML.dll';

const TREE_SITTER = join('node_modules', '@vscode', 'tree-sitter-wasm');

/** Grammars of the languages that are parsed; the package has two more. */
export const grammarNames: ReadonlySet<string> = new Set(Object.values(GRAMMARS));

const isGrammarPacked = (path: string): boolean => {
  const grammar = /^tree-sitter-(.+)\.wasm$/.exec(basename(path))?.[1];
  return grammar === undefined || grammarNames.has(grammar);
};

/** @returns the package's folder, for its licence */
export function copyGrammars(dist: string): string {
  const filter = (path: string) => isGrammarPacked(path) && !/\.(?:d\.ts|md)$|cgmanifest\.json$/.test(path);
  cpSync(join(root, TREE_SITTER), join(dist, TREE_SITTER), { recursive: true, filter });
  return `${TREE_SITTER.replaceAll('\\', '/')}/package.json`;
}

/** Files of it that the package cannot be without, as the package names them. */
export function grammarFiles(): string[] {
  const files = readdirSync(join(root, TREE_SITTER, 'wasm')).filter(
    (name) => /\.(?:js|wasm)$/.test(name) && isGrammarPacked(name),
  );
  return ['package.json', ...files.map((name) => `wasm/${name}`)].map(
    (name) => `extension/dist/${TREE_SITTER.replaceAll('\\', '/')}/${name}`,
  );
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
    if (name === 'onnxruntime-node') {
      const filter = (path: string) => !isUnused(path);
      cpSync(join(from, binary), join(to, binary), { recursive: true, filter });
    }
  }
  return scripts.map(({ name }) => `node_modules/${name}/package.json`);
}

/** Files that the package of a platform cannot be without, as the package names them. */
export function nativeFiles(platform = thisPlatform): string[] {
  const binary = binaries(platform);
  if (binary === undefined) return [];
  const files = readdirSync(join(root, 'node_modules', 'onnxruntime-node', binary)).filter((file) => !isUnused(file));
  const packed = `extension/dist/node_modules/onnxruntime-node/${binary.replaceAll('\\', '/')}`;
  return files.map((file) => `${packed}/${file}`);
}
