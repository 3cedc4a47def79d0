// Makes the .vsix: builds for production, packs with vsce, and checks that nothing is in it that does not belong.
//
//   node build/run.mjs build/package.ts [--out FILE] [--target linux-x64]
//
// The libraries of onnxruntime and llama.cpp for one platform go in: `--target`'s, which vsce marks the file with, else this
// machine's. Elsewhere such a file works too, without neural models.
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.ts';
import { llamaFiles } from './llama.ts';
import { encoderFiles, modelFiles } from './models.ts';
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
  /^extension\/dist\/(extension|folder-worker|job|engine)\.cjs$/,
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
  'extension/dist/folder-worker.cjs',
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

/** Parts of README for those who have the repository: other readers of a store cannot follow them. */
const MARKED = /^<!-- repository -->\n([\s\S]*?)^<!-- \/repository -->\n/gm;

/**
 * README as it is packed. If the repository is known, vsce makes its links absolute; otherwise the marked parts are left
 * out. Throws if another part has a picture, or a link to a file.
 */
export function packedReadme(markdown: string, repository: string | undefined): string {
  const kept = markdown.replace(MARKED, '').replace(/\n{3,}/g, '\n\n');
  const foreign = [
    ...kept.matchAll(/!\[[^\][]*\]\([^)]*\)|\[[^\][]*\]\((?!#|\w+:)[^)]+\)|<(?:img|source)\b|<!--.*-->/g),
  ];
  if (foreign.length > 0)
    throw new Error(`README.md: mark as a part for the repository: ${foreign.map(([text]) => text).join(', ')}`);
  // vsce makes an address of an image's path, but not of its alternatives'.
  return repository === undefined ? kept : markdown.replace(MARKED, '$1').replace(/^<source .*\n/gm, '');
}

/** Where the project is public, for the package's links: 'https://github.com/OWNER/NAME'. Undefined: nowhere yet. */
export function chosenRepository(value = process.env.EASY_ADAPTATION_REPOSITORY): string | undefined {
  if (value === undefined || value === '') return undefined;
  if (/^https:\/\/[\w.-]+(?:\/[\w.-]+){2,}$/.test(value) && !value.endsWith('.git')) return value;
  throw new Error(`EASY_ADAPTATION_REPOSITORY is '${value}'; it must be like https://github.com/OWNER/NAME.`);
}

/** The manifest with the links that a store shows. */
export function packedManifest(manifest: object, repository: string | undefined): object {
  if (repository === undefined) return manifest;
  return {
    ...manifest,
    repository: { type: 'git', url: `${repository}.git` },
    bugs: { url: `${repository}/issues` },
    homepage: `${repository}#readme`,
  };
}

/** README's pictures are shown from the repository, and not packed. */
const isPicture = (path: string) => /^media\/[\w-]+\.png$/.test(path) && path !== 'media/icon.png';

/** Pictures and style sheets: what lies there is used, and nothing fails loudly without it. */
const mediaFiles = (): string[] =>
  globSync('media/**/*.*', { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !isPicture(path));

/**
 * A folder that vsce packs: README and manifest as they are shipped, all else as it lies here.
 * @param models files of models, below models/
 */
function stage(models: readonly string[], repository: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-package-'));
  const read = (name: string) => readFileSync(join(root, name), 'utf8');
  const manifest = packedManifest(JSON.parse(read('package.json')), repository);
  const files = {
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'package.nls.json': read('package.nls.json'),
    'README.md': packedReadme(read('README.md'), repository),
    'CHANGELOG.md': read('CHANGELOG.md'),
    LICENSE: read('LICENSE'),
    // What is not named stays out.
    '.vscodeignore': [
      read('.vscodeignore'),
      ...mediaFiles().map((file) => `!${file}`),
      ...models.map((file) => `!models/${file}`),
    ].join('\n'),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  for (const name of ['dist', 'media', 'models']) symlinkSync(join(root, name), join(folder, name), 'junction');
  return folder;
}

/** Bytes that a platform's package may have (README.md): what is larger nobody wants to load. */
export const MOST_BYTES = 145e6;

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
  const models = [...modelFiles(), ...encoderFiles()];
  const repository = chosenRepository();
  const { packages } = await bundle(true, platform);
  const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const parts = [name, options.target, version].filter((part) => part !== undefined);
  const file = options.out ?? join(root, `${parts.join('-')}.vsix`);
  // --no-dependencies: everything is in the bundles; node_modules stays out.
  const args = ['package', '--no-dependencies', '--follow-symlinks'];
  // Links lead to what is packed: the version's tag.
  if (repository !== undefined) args.push('--githubBranch', `v${version}`, '--gitlabBranch', `v${version}`);
  else {
    console.error('EASY_ADAPTATION_REPOSITORY is not set: the package names no repository and shows no pictures.');
    args.push('--allow-missing-repository');
  }
  if (options.target !== undefined) args.push('--target', options.target);
  if (isPreRelease(version)) args.push('--pre-release');
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const env = { ...process.env, ...reproducible };
  const folder = stage(models, repository);
  try {
    await must(process.execPath, [vsce, ...args, '--out', file], { cwd: folder, env, show: true });
  } finally {
    rmSync(folder, { recursive: true });
  }
  equalizeModes(file);
  const entries = listZip(file);
  const { strangers, missing } = checkContents(
    entries.map(({ name }) => name),
    [
      ...mediaFiles().map((path) => `extension/${path}`),
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
