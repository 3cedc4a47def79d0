// Makes the .vsix: builds for production, packs with vsce, and checks that nothing is in it that does not belong.
//
//   node build/run.mjs build/package.ts [--out FILE] [--target linux-x64]
//
// The libraries of onnxruntime and llama.cpp for one platform go in: `--target`'s, which vsce marks the file with, else this
// machine's. Elsewhere such a file works too, without neural models.
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { llamaFiles } from './llama.ts';
import { modelFiles } from './models.ts';
import { grammarFiles, nativeFiles, thisPlatform } from './native.ts';
import { root } from './paths.ts';
import { must } from './proc.ts';
import { needVerified } from './targets.ts';
import { equalizeModes, listZip, type ZipEntry } from './zip.ts';

/** What may be in the package, beside what it cannot be without. */
const belongs: readonly RegExp[] = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[\w-]+)?)?\.json$/,
  /^extension\/(readme|changelog)\.md$/i,
  /^extension\/LICENSE(\.txt)?$/,
  /^extension\/dist\/(extension|ngram-worker|job|engine)\.cjs$/,
  /^extension\/dist\/((panel|table)\.js|THIRD_PARTY_LICENSES)$/,
  /^extension\/dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/[\w./-]+\.js(on)?)$/,
  /^extension\/dist\/node_modules\/onnxruntime-node\/bin\/napi-v6\/\w+\/\w+\/[\w.-]+\.(node|so\.\d+|dylib|dll)$/,
  /^extension\/dist\/node_modules\/@vscode\/tree-sitter-wasm\/(LICENSE|package\.json|wasm\/[\w-]+\.(js|wasm))$/,
  /^extension\/media\/([\w-]+\/)?[\w-]+\.(png|svg|css|json)$/,
];

/** What an extension without it would not work, or may not be given away. */
export const needed = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/LICENSE.txt',
  'extension/readme.md',
  'extension/dist/extension.cjs',
  'extension/dist/ngram-worker.cjs',
  'extension/dist/job.cjs',
  'extension/dist/engine.cjs',
  'extension/dist/panel.js',
  'extension/dist/table.js',
  'extension/dist/THIRD_PARTY_LICENSES',
];

export interface ContentCheck {
  readonly strangers: readonly string[];
  readonly missing: readonly string[];
}

/** Files that do not belong in the package, and files that it cannot be without. */
export function checkContents(names: readonly string[], alsoNeeded: readonly string[] = []): ContentCheck {
  return {
    strangers: names.filter((name) => !alsoNeeded.includes(name) && !belongs.some((pattern) => pattern.test(name))),
    missing: [...needed, ...alsoNeeded].filter((name) => !names.includes(name)),
  };
}

/** The README without its links to other files: an installed extension's page opens none. */
export function withoutFileLinks(markdown: string): string {
  return markdown.replace(/(?<!!)\[([^\][]*)\]\((?!#|\w+:)[^)]+\)/g, '$1');
}

/** Pictures and style sheets: what lies there is used, and nothing fails loudly without it. */
function mediaFiles(): string[] {
  return globSync('media/**/*.*', { cwd: root }).map((path) => `extension/${path}`);
}

/** What stays out: all that is not named in .vscodeignore, nor by the manifest of a model. */
function writeIgnoreFile(models: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-package-'));
  const path = join(folder, 'vscodeignore');
  const lines = models.map((file) => `!models/${file}`);
  writeFileSync(path, `${readFileSync(join(root, '.vscodeignore'), 'utf8')}\n${lines.join('\n')}\n`);
  return path;
}

/** Bytes that a platform's package may have (README.md): what is larger nobody wants to load. */
export const MOST_BYTES = 130e6;

/** An odd minor version is for the pre-release channel, as VS Code recommends: the Marketplace knows no '-beta'. */
export const isPreRelease = (version: string) => Number(version.split('.')[1]) % 2 === 1;

/** For vsce: the same order of files and the same times in every package. Zip files store local times, from 1980 on. */
const reproducible = { SOURCE_DATE_EPOCH: `${Date.UTC(1980, 0, 1) / 1000}`, TZ: 'UTC', LC_ALL: 'C' };

export interface Packed {
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  readonly entries: readonly ZipEntry[];
  /** Folders of the npm packages inside the bundles. */
  readonly packages: readonly string[];
}

/** Builds and packs: the same bytes from the same files. Throws when the contents are wrong. */
export async function packageExtension(options: { out?: string; target?: string } = {}): Promise<Packed> {
  const platform = options.target ?? thisPlatform;
  needVerified(platform);
  const models = modelFiles();
  const ignoreFile = writeIgnoreFile(models);
  const { packages } = await bundle(true, platform);
  const readme = 'dist/README.md';
  writeFileSync(join(root, readme), withoutFileLinks(readFileSync(join(root, 'README.md'), 'utf8')));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string };
  const parts = [manifest.name, options.target, manifest.version].filter((part) => part !== undefined);
  const file = options.out ?? join(root, `${parts.join('-')}.vsix`);
  // --no-dependencies: everything is in the bundles; node_modules stays out.
  const args = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    ...['--readme-path', readme],
    '--ignoreFile',
    ignoreFile,
  ];
  if (options.target !== undefined) args.push('--target', options.target);
  if (isPreRelease(manifest.version)) args.push('--pre-release');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const env = { ...process.env, ...reproducible };
  await must(process.execPath, [vsce, ...args, '--out', file], { cwd: root, env });
  equalizeModes(file);
  rmSync(dirname(ignoreFile), { recursive: true });
  const entries = listZip(file);
  const { strangers, missing } = checkContents(
    entries.map(({ name }) => name),
    [
      ...mediaFiles(),
      ...grammarFiles(),
      ...nativeFiles(platform),
      ...(await llamaFiles(platform)),
      ...models.map((file) => `extension/models/${file}`),
    ],
  );
  const problems = [
    ...strangers.map((name) => `does not belong in the package: ${name}`),
    ...missing.map((name) => `missing from the package: ${name}`),
  ];
  const { size } = statSync(file);
  if (size > MOST_BYTES)
    problems.push(`${file} has ${kilobytes(size)}; at most ${kilobytes(MOST_BYTES)} may be shipped`);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return { file, size, entries, packages };
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
