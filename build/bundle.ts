// Bundles src/ into dist/: extension, its worker thread, the processes of jobs and engine, the panel; and the licences of what they contain.
//
//   node build/run.mjs build/bundle.ts [--watch] [--production]
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { type BuildOptions, type BuildResult, build, context, type Plugin } from 'esbuild';
import { writeLicences } from './licences.ts';
import { copyLlama } from './llama.ts';
import { copyGrammars, copyNative, thisPlatform } from './native.ts';
import { dist, root } from './paths.ts';

interface Entry {
  readonly source: string;
  readonly out: string;
  readonly platform: 'node' | 'browser';
}

/** One row per file of dist/. */
const entries: readonly Entry[] = [
  { source: 'src/extension.ts', out: 'extension.cjs', platform: 'node' },
  { source: 'src/specialist/ngram/folder-worker.ts', out: 'folder-worker.cjs', platform: 'node' },
  { source: 'src/jobs/main.ts', out: 'job.cjs', platform: 'node' },
  { source: 'src/specialist/engine/main.ts', out: 'engine.cjs', platform: 'node' },
  { source: 'src/vscode/webview/main.ts', out: 'panel.js', platform: 'browser' },
  { source: 'src/vscode/webview/table-main.ts', out: 'table.js', platform: 'browser' },
];

/** VS Code 1.104, the oldest that package.json admits, runs extensions on Node 22 and webviews on Chromium 134. */
const targets = { node: 'node22', browser: 'chrome134' } as const;

/**
 * Leaves out the examples of the forms of secrets: only tests read them, and vsce refuses a package with what looks like
 * a token.
 */
const withoutExamples: Plugin = {
  name: 'without examples',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]secrets[\\/]forms[\\/]\w+\.json$/ }, ({ path }) => ({
      contents: JSON.stringify(
        JSON.parse(readFileSync(path, 'utf8'), (key, value) =>
          key === 'finds' || key === 'keeps' ? undefined : value,
        ),
      ),
      loader: 'json',
    }));
  },
};

/** How `entry` is built. */
export function bundleOptions(entry: Entry, production: boolean): BuildOptions & { metafile: true } {
  return {
    absWorkingDir: root,
    entryPoints: [entry.source],
    outfile: relative(root, join(dist, entry.out)),
    bundle: true,
    platform: entry.platform,
    format: entry.platform === 'node' ? 'cjs' : 'iife',
    target: targets[entry.platform],
    // Some packages' "browser" and "default" builds lack what Node offers: take the Node one.
    ...(entry.platform === 'node' ? { mainFields: ['module', 'main'], conditions: ['node'] } : {}),
    external: ['vscode', 'onnxruntime-node', '@vscode/tree-sitter-wasm', 'node-llama-cpp'],
    plugins: [withoutExamples],
    minify: production,
    // Names of errors and classes stay readable in a user's log.
    keepNames: production,
    // For debugging with F5; never shipped.
    sourcemap: production ? false : 'linked',
    // Collected into THIRD_PARTY_LICENSES, and the single files deleted.
    legalComments: 'external',
    metafile: true,
    charset: 'utf8',
    logLevel: 'warning',
    // import.meta does not exist in CJS: what uses it would fail on a user's machine only.
    logOverride: { 'empty-import-meta': 'error' },
  };
}

export interface Bundled {
  readonly files: readonly string[];
  /** Folders of the npm packages that are inside, as package-lock.json names them. */
  readonly packages: readonly string[];
}

/** Builds everything once, with onnxruntime and llama.cpp for one platform. Errors are printed by esbuild and thrown. */
export async function bundle(production: boolean, platform = thisPlatform): Promise<Bundled> {
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const results: BuildResult<{ metafile: true }>[] = await Promise.all(
    entries.map((entry) => build(bundleOptions(entry, production))),
  );
  const inputs = new Set(results.flatMap((result) => Object.keys(result.metafile.inputs)));
  const native = [copyGrammars(dist), ...copyNative(dist, platform), ...(await copyLlama(dist, platform))];
  return {
    files: entries.map(({ out }) => out),
    packages: writeLicences([...inputs, ...native], dist),
  };
}

/** Rebuilds on every change. .vscode/tasks.json waits for the lines that begin with '[watch]'. */
async function watch(): Promise<void> {
  mkdirSync(dist, { recursive: true });
  copyGrammars(dist);
  copyNative(dist);
  await copyLlama(dist, thisPlatform);
  const building = new Set<string>();
  for (const entry of entries) {
    const tell: Plugin = {
      name: 'tell',
      setup({ onStart, onEnd }) {
        onStart(() => {
          building.add(entry.out);
          console.log(`[watch] build started: ${entry.out}`);
        });
        onEnd(({ errors }) => {
          building.delete(entry.out);
          console.log(`[watch] build finished: ${entry.out}, ${errors.length} errors`);
          if (building.size === 0) console.log('[watch] ready');
        });
      },
    };
    const watched = await context({ ...bundleOptions(entry, false), plugins: [withoutExamples, tell] });
    await watched.watch();
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { watch: { type: 'boolean' }, production: { type: 'boolean' } } });
  if (values.watch) return watch();
  const started = performance.now();
  const done = await bundle(values.production ?? false);
  console.log(
    `dist/: ${done.files.join(', ')} in ${Math.round(performance.now() - started)} ms; inside: ${done.packages.join(', ')}`,
  );
}

if (import.meta.main) {
  await main().catch((error: Error) => {
    // esbuild has printed its own errors already.
    if (!('errors' in error)) console.error(error.message);
    process.exitCode = 1;
  });
}
