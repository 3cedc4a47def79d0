// Makes the .vsix: builds for production, packs with vsce, and checks that nothing is in it that does not belong.
//
//   node build/run.mjs build/package.ts [--out FILE] [--target linux-x64]
//
// onnxruntime's binary for one platform goes in: `--target`'s, which vsce marks the file with, else this machine's. Elsewhere such
// a file works too, without the neural engine.
import { globSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { nativeFiles, thisPlatform } from './native.ts';
import { root } from './paths.ts';
import { must } from './proc.ts';
import { listZip, type ZipEntry } from './zip.ts';

/** All that may be in the package. */
const belongs: readonly RegExp[] = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[\w-]+)?)?\.json$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE(\.txt)?$/,
  /^extension\/dist\/(extension|ngram-worker|adapt-worker|engine)\.cjs$/,
  /^extension\/dist\/(panel\.js|THIRD_PARTY_LICENSES)$/,
  /^extension\/dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/[\w./-]+\.js(on)?)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/bin\/napi-v6\/\w+\/\w+\/[\w.-]+\.(node|so\.\d+|dylib|dll)$/,
  /^extension\/l10n\/bundle\.l10n(\.[\w-]+)?\.json$/,
  /^extension\/media\/([\w-]+\/)?[\w-]+\.(png|svg|css)$/,
  /^extension\/models\/small\/[\w.-]+$/,
];

/** What an extension without it would not work, or may not be given away. */
export const needed = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/LICENSE.txt',
  'extension/dist/extension.cjs',
  'extension/dist/ngram-worker.cjs',
  'extension/dist/adapt-worker.cjs',
  'extension/dist/engine.cjs',
  'extension/dist/panel.js',
  'extension/dist/THIRD_PARTY_LICENSES',
  'extension/models/small/tokenizer.json',
];

export interface ContentCheck {
  readonly strangers: readonly string[];
  readonly missing: readonly string[];
}

/** Files that do not belong in the package, and files that it cannot be without. */
export function checkContents(names: readonly string[], alsoNeeded: readonly string[] = []): ContentCheck {
  return {
    strangers: names.filter((name) => !belongs.some((pattern) => pattern.test(name))),
    missing: [...needed, ...alsoNeeded].filter((name) => !names.includes(name)),
  };
}

/** Pictures and style sheets: what lies there is used, and nothing fails loudly without it. */
function mediaFiles(): string[] {
  return globSync('media/**/*.*', { cwd: root }).map((path) => `extension/${path}`);
}

export interface Packed {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly entries: readonly ZipEntry[];
}

/** Builds and packs. Throws when the contents are wrong. */
export async function packageExtension(options: { out?: string; target?: string } = {}): Promise<Packed> {
  await bundle(true, options.target ?? thisPlatform);
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
  const parts = [manifest.name, options.target, manifest.version].filter((part) => part !== undefined);
  const file = options.out ?? join(root, `${parts.join('-')}.vsix`);
  // --no-dependencies: everything is in the bundles; node_modules stays out.
  const args = ['package', '--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  if (options.target !== undefined) args.push('--target', options.target);
  const node = join(root, 'node_modules', '.bin', 'node');
  await must(node, [join(root, 'node_modules', '@vscode', 'vsce', 'vsce'), ...args, '--out', file], { cwd: root });
  const entries = listZip(file);
  const { strangers, missing } = checkContents(
    entries.map(({ name }) => name),
    [...mediaFiles(), ...nativeFiles(options.target ?? thisPlatform)],
  );
  const problems = [
    ...strangers.map((name) => `does not belong in the package: ${name}`),
    ...missing.map((name) => `missing from the package: ${name}`),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { file, size: statSync(file).size, entries };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' }, target: { type: 'string' } } });
  const packed = await packageExtension({
    ...(values.out === undefined ? {} : { out: resolve(process.env.INIT_CWD ?? process.cwd(), values.out) }),
    ...(values.target === undefined ? {} : { target: values.target }),
  });
  for (const { name, size } of packed.entries) console.log(`${kilobytes(size).padStart(10)}  ${name}`);
  console.log(`${packed.file}: ${packed.entries.length} files, ${kilobytes(packed.size)}`);
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
