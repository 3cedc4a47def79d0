// Lays node-llama-cpp beside the bundles: its JavaScript in two files, and llama.cpp's libraries for one platform.
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { locked } from './lock.ts';
import { cache, npmEnvironment, root } from './paths.ts';
import { must } from './proc.ts';

/** Packages of a platform's libraries: with the CPU alone or Metal, and with Vulkan. CUDA's would not fit into .vsix. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  'darwin-arm64': ['mac-arm64-metal'],
  'darwin-x64': ['mac-x64'],
  'linux-arm64': ['linux-arm64'],
  'linux-x64': ['linux-x64', 'linux-x64-vulkan'],
  'win32-arm64': ['win-arm64'],
  'win32-x64': ['win-x64', 'win-x64-vulkan'],
};

/**
 * Left out: link libraries, and CPU kernels beside Vulkan's. There the GPU does the work, and these are copies of files
 * in the platform's other package. The kernels for AVX, AVX2 and AVX-VNNI stay.
 */
const leftOut = (name: string, path: string): boolean =>
  /\.lib$/.test(path) ||
  (name.endsWith('-vulkan') &&
    /ggml-cpu-(?:cannonlake|cascadelake|cooperlake|icelake|ivybridge|piledriver|sapphirerapids|skylakex|zen4)\./.test(
      path,
    ));

/** node-llama-cpp forks the second one to test a library before it loads it, and finds it by its path. */
const scripts = ['dist/index.js', 'dist/bindings/utils/testBindingBinary.js'];
/** Read when it loads. */
const data = ['package.json', 'llama/binariesGithubRelease.json', 'llama/llama.cpp.info.json'];

const PACKAGE = 'node_modules/node-llama-cpp';
const SCOPE = 'node_modules/@node-llama-cpp';

/** Packages of a platform's libraries, as package-lock.json names them; none for a platform without libraries. */
export const libraryFolders = (platform: string): string[] =>
  (libraries[platform] ?? []).map((name) => `${SCOPE}/${name}`);

/** Each module goes on finding files by its own path, although it now lies in another file. */
function keepModulePaths(script: string): Plugin {
  // esbuild names files by their real paths; node_modules may be a link.
  const from = dirname(realpathSync(join(root, PACKAGE, script)));
  return {
    name: 'keep-module-paths',
    setup({ onLoad }) {
      onLoad({ filter: /node-llama-cpp[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        if (!text.includes('import.meta.url')) return undefined;
        const position = JSON.stringify(relative(from, path).replaceAll('\\', '/'));
        return { contents: text.replaceAll('import.meta.url', `new URL(${position}, import.meta.url).href`) };
      });
    },
  };
}

/**
 * Copies to `dist`/node_modules; nothing for a platform without libraries.
 * @returns files of the packages inside, for their licences
 */
export async function copyLlama(dist: string, platform: string): Promise<string[]> {
  const names = libraries[platform];
  if (names === undefined) return [];
  const inputs = await Promise.all(
    scripts.map(async (script) => {
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: [`${PACKAGE}/${script}`],
        outfile: relative(root, join(dist, PACKAGE, script)),
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node22',
        external: ['@node-llama-cpp/*', '@reflink/reflink', 'electron'],
        // CommonJS inside needs it.
        banner: {
          js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
        },
        plugins: [keepModulePaths(script)],
        minify: true,
        keepNames: true,
        legalComments: 'none',
        metafile: true,
        logLevel: 'warning',
      });
      return Object.keys(metafile.inputs);
    }),
  );
  for (const file of data) cpSync(join(root, PACKAGE, file), join(dist, PACKAGE, file));
  for (const name of names) {
    const from = await librariesOf(name);
    cpSync(from, join(dist, SCOPE, name), {
      recursive: true,
      filter: (path) => !leftOut(name, path) && !/README\.md$/.test(path),
    });
  }
  return [...new Set(inputs.flat())];
}

/** Files that the package of a platform cannot be without, as the package names them. */
export async function llamaFiles(platform: string): Promise<string[]> {
  const names = libraries[platform];
  if (names === undefined) return [];
  const lists = names.map(async (name) => {
    const files = readdirSync(await librariesOf(name), { recursive: true, withFileTypes: true });
    const folder = await librariesOf(name);
    return files
      .filter((file) => file.isFile() && !leftOut(name, file.name) && file.name !== 'README.md')
      .map((file) => `${SCOPE}/${name}/${relative(folder, join(file.parentPath, file.name)).replaceAll('\\', '/')}`);
  });
  const files = [...[...scripts, ...data].map((file) => `${PACKAGE}/${file}`), ...(await Promise.all(lists)).flat()];
  return files.map((file) => `extension/dist/${file}`);
}

/** Folder of a package of libraries: npm's for this machine, else fetched by npm and compared with the lock file. */
async function librariesOf(name: string): Promise<string> {
  const installed = join(root, SCOPE, name);
  if (existsSync(join(installed, 'bins'))) return installed;
  const { version, integrity } = locked(`${SCOPE}/${name}`);
  // The hash is in the name: what was fetched for another one is not found.
  const hash = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64')
    .toString('hex')
    .slice(0, 16);
  const folder = join(cache, 'llama', `${name}-${version}-${hash}`);
  if (existsSync(folder)) return join(folder, 'package');
  mkdirSync(dirname(folder), { recursive: true });
  const part = mkdtempSync(`${folder}.part-`);
  try {
    await fetchVerified(`@node-llama-cpp/${name}@${version}`, integrity, part);
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return join(folder, 'package');
}

/** Fetches a package with npm, compares the archive with its hash, and only then unpacks it. */
async function fetchVerified(spec: string, integrity: string, folder: string): Promise<void> {
  const npm = ['pack', spec, '--pack-destination', folder, '--loglevel=error'];
  const env = npmEnvironment();
  await must('npm', npm, { cwd: folder, env, shell: process.platform === 'win32' });
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack left no archive of ${spec} in ${folder}`);
  const digest = createHash('sha512').update(readFileSync(join(folder, archive)));
  if (integrity !== `sha512-${digest.digest('base64')}`)
    throw new Error(`${spec} is another file than package-lock.json names`);
  await must('tar', ['-xzf', archive], { cwd: folder });
}
