// `npm test`: lint, types, unit tests, tests in a real extension host, end-to-end tests in a real browser.
//
//   npm test                       everything
//   npm test -- unit host          some parts: lint, types, unit, host, e2e
//   npm test -- --quick            lint, types, and the unit tests near to what changed against the branch main
//
// A part that fails, or that ran no test, fails the whole; so does a skipped test.
import { globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run as runTests } from 'node:test';
import { spec } from 'node:test/reporters';
import { isAlive } from '../src/common/files.ts';
import { Stop } from '../src/common/stop.ts';
import { needCodeServer } from './code-server.ts';
import { needPackages } from './debian.ts';
import { readSources } from './imports.ts';
import { violations } from './layers.ts';
import { packageExtension } from './package.ts';
import { root } from './paths.ts';
import { run, stopDescendants } from './proc.ts';
import { changedFiles, chooseTests } from './quick.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

interface Part {
  readonly name: string;
  readonly title: string;
  /** Wants the packaged extension and a browser. */
  readonly packaged?: true;
  run(): Promise<Counts>;
}

/** Runs a command of an npm package, where Windows has no `.bin` that starts without a shell. */
const npm = (script: string, ...args: string[]) =>
  check(process.execPath, [join(root, 'node_modules', script), ...args]);

const parts: readonly Part[] = [
  {
    name: 'lint',
    title: 'Lint (Biome) and layer rules',
    run: async () => {
      const broken = violations(readSources('src/**/*.ts'));
      for (const line of broken) console.error(line);
      const { passed, failed } = await npm('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
      return { passed, failed: failed + broken.length };
    },
  },
  { name: 'types', title: 'Types (TypeScript)', run: () => npm('typescript/bin/tsc', '--noEmit') },
  {
    name: 'unit',
    title: 'Unit tests',
    run: () => unitTests(filesOf('test/**/*.test.ts')),
  },
  {
    name: 'host',
    title: 'In a real extension host',
    packaged: true,
    run: () => nodeTests(filesOf('test/host/*.run.ts'), 1),
  },
  {
    name: 'e2e',
    title: 'End to end, in a real browser',
    packaged: true,
    run: () => nodeTests(filesOf('test/e2e/*.run.ts'), 1),
  },
];

/** In place of all unit tests. */
const quickPart: Part = {
  name: 'unit',
  title: 'Unit tests near to what changed against main',
  run: () => {
    const changed = changedFiles(root);
    const { tests, leftOut, uncovered } = chooseTests(changed, readSources('{src,test,bench,build}/**/*.ts'));
    console.log(changed.length === 0 ? 'Nothing changed: the house tests alone.' : `${changed.length} files changed.`);
    for (const [path, why] of tests) if (why !== 'always') console.log(`${path}: ${why}`);
    if (leftOut.length > 0) console.log(`\nToo slow for a quick run, left out: ${leftOut.join(' ')}`);
    if (uncovered.length > 0) console.log(`\nNo test that is run imports: ${uncovered.join(' ')}`);
    console.log('\nThe house tests and these are run; `npm test` runs all.\n');
    return unitTests([...tests.keys()]);
  },
};

const filesOf = (pattern: string) => globSync(pattern, { cwd: root }).sort();

async function unitTests(files: readonly string[]): Promise<Counts> {
  // Before the files start: two that install at once would wait for each other's lock.
  if (process.platform === 'linux') await needPackages(['mesa-vulkan-drivers']);
  return nodeTests(files, 2);
}

/** A command that passes or fails as one. */
async function check(command: string, args: readonly string[]): Promise<Counts> {
  const done = await run(command, args, { cwd: root, show: true });
  return done.code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** Test files with node:test, each in a process of its own. */
function nodeTests(files: readonly string[], concurrency: number): Promise<Counts> {
  return new Promise((resolve, reject) => {
    let counts: Counts | undefined;
    const stream = runTests({ cwd: root, files, concurrency, execArgv: ['--disable-warning=ExperimentalWarning'] });
    stream.on('test:summary', (summary) => {
      // Without a file: the sum over all files.
      if (summary.file !== undefined) return;
      const { passed, tests } = summary.counts;
      counts = { passed, failed: tests - passed };
    });
    stream.on('error', reject);
    const report = stream.compose(new spec());
    report.on('error', reject);
    report.on('end', () =>
      counts === undefined ? reject(new Error('no summary of the tests came')) : resolve(counts),
    );
    report.pipe(process.stdout, { end: false });
  });
}

/** What is asked to end has this long for it, ms. */
const STOP_MS = 10_000;
const PREFIX = 'ea-test-';

/** Of this run: all that its tests make for a while lies in it. Those of runs that were killed are removed. The path is short, for sockets. */
function temporaryFolder(): string {
  const parent = process.platform === 'win32' ? tmpdir() : '/tmp';
  for (const name of readdirSync(parent)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const folder = mkdtempSync(join(parent, `${PREFIX}${process.pid}-`));
  process.env[process.platform === 'win32' ? 'TEMP' : 'TMPDIR'] = folder;
  return folder;
}

function partsNamed(names: readonly string[]): readonly Part[] {
  if (names.length === 1 && names[0] === '--quick')
    return [...parts.filter(({ name }) => name === 'lint' || name === 'types'), quickPart];
  const unknown = names.filter((name) => !parts.some((part) => part.name === name));
  if (unknown.length > 0) {
    const known = parts.map(({ name }) => name).join(', ');
    throw new Error(`no such part: ${unknown.join(', ')}; there are ${known}, or --quick alone`);
  }
  return parts.filter(({ name }) => names.length === 0 || names.includes(name));
}

async function main(): Promise<void> {
  const chosen = partsNamed(process.argv.slice(2));
  const temporary = temporaryFolder();
  // Whoever stops the tests finds none of their processes and files left: a workbench leads a group of its own, and does not hear of it.
  const stop = new Stop(STOP_MS).listen();
  const leave = (): never => {
    rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });
    process.exit(stop.exitCode);
  };
  stop.signal.addEventListener('abort', () => void stopDescendants().then(leave));
  void stop.deadline.then(leave);
  const lines: string[] = [];
  let [passed, failed] = [0, 0];
  let prepared = false;
  try {
    for (const part of chosen) {
      const started = performance.now();
      console.log(`\n=== ${part.title} ===\n`);
      let counts: Counts = { passed: 0, failed: 0 };
      let trouble = '';
      try {
        if (part.packaged && !prepared) {
          await prepare(temporary);
          prepared = true;
        }
        counts = await part.run();
        if (counts.passed + counts.failed === 0) trouble = 'ran no test';
      } catch (error) {
        trouble = error instanceof Error ? error.message : String(error);
      }
      if (trouble !== '') {
        console.error(`${part.name}: ${trouble}`);
        counts = { ...counts, failed: counts.failed + 1 };
      }
      passed += counts.passed;
      failed += counts.failed;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      lines.push(
        `${counts.failed === 0 ? 'ok    ' : 'FAILED'}  ${part.name.padEnd(6)} ${String(counts.passed).padStart(5)} passed ${String(counts.failed).padStart(4)} failed ${seconds.padStart(7)} s`,
      );
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  console.log(`\n=== Summary ===\n\n${lines.join('\n')}\n\n${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}

/** What the host and end-to-end parts share: one package, code-server, a browser. */
async function prepare(temporary: string): Promise<void> {
  const vsix = join(temporary, 'easy-adaptation.vsix');
  const packed = await packageExtension({ out: vsix });
  console.log(`packaged: ${packed.entries.length} files, ${(packed.size / 1000).toFixed(0)} kB`);
  // test/support/vsix.ts reads it.
  process.env.EASY_ADAPTATION_VSIX = vsix;
  await needPackages(['chromium', 'git']);
  await needCodeServer();
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
