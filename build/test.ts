// `npm test`: lint, types, unit tests, tests that install programs, tests in a real extension host, end-to-end tests in a
// real browser.
//
//   npm test                       everything
//   npm test -- unit host          some parts: lint, types, unit, installs, host, e2e
//   npm test -- --quick            lint, types, and the unit tests near to what changed against the branch main
//
// A part that fails, or that ran no test, fails the whole; so does a skipped test. The summary says how to repeat each.
import { globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../src/common/files.ts';
import { Stop } from '../src/common/stop.ts';
import { needCodeServer } from './code-server.ts';
import { INSTALL_VARIABLE, needPackages } from './debian.ts';
import { readSources } from './imports.ts';
import { violations } from './layers.ts';
import { type Failure, type Outcome, runNodeTests, testConcurrency } from './node-tests.ts';
import { packageExtension } from './package.ts';
import { root } from './paths.ts';
import { run, stopDescendants } from './proc.ts';
import { changedFiles, chooseTests } from './quick.ts';

interface Part {
  readonly name: string;
  readonly title: string;
  /** Wants the packaged extension and a browser. */
  readonly packaged?: true;
  run(): Promise<Outcome>;
}

/** Runs a command of an npm package, where Windows has no `.bin` that starts without a shell. */
const npm = (name: string, script: string, ...args: string[]) =>
  check(name, process.execPath, [join(root, 'node_modules', script), ...args]);

const parts: readonly Part[] = [
  {
    name: 'lint',
    title: 'Lint (Biome) and layer rules',
    run: async () => {
      const broken = violations(readSources('src/**/*.ts'));
      const { passed, failures } = await npm('lint', '@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.');
      return { passed, failures: [...broken.map((name) => ({ name, repeat: 'npm run lint' })), ...failures] };
    },
  },
  { name: 'types', title: 'Types (TypeScript)', run: () => npm('types', 'typescript/bin/tsc', '--noEmit') },
  { name: 'unit', title: 'Unit tests', run: () => unitTests(filesOf('test/**/*.test.ts')) },
  {
    name: 'installs',
    title: 'With programs that are installed once: checkers of workflows, a Vulkan driver',
    run: async () => {
      // Before the files start: two that install at once would wait for each other's lock.
      if (process.platform === 'linux') await needPackages(['mesa-vulkan-drivers', 'python3', 'python3-pip']);
      const others = filesOf('test/{host,e2e}/**/*.run.ts');
      return nodeTests(
        filesOf('test/**/*.run.ts').filter((path) => !others.includes(path)),
        true,
      );
    },
  },
  {
    name: 'host',
    title: 'In a real extension host',
    packaged: true,
    run: () => nodeTests(filesOf('test/host/*.run.ts'), false),
  },
  {
    name: 'e2e',
    title: 'End to end, in a real browser',
    packaged: true,
    run: () => nodeTests(filesOf('test/e2e/*.run.ts'), false),
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

const filesOf = (pattern: string) =>
  globSync(pattern, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();

/** @param independent whether a test can run without those before it, and files beside each other */
const nodeTests = (files: readonly string[], independent: boolean) =>
  runNodeTests(files, {
    cwd: root,
    concurrency: independent ? testConcurrency(availableParallelism(), totalmem()) : 1,
    independent,
  });

/** Unit tests install nothing and ask no registry: npm, pip and build/debian.ts refuse to. */
async function unitTests(files: readonly string[]): Promise<Outcome> {
  const refused = { npm_config_offline: 'true', PIP_NO_INDEX: '1', [INSTALL_VARIABLE]: 'never' };
  const before = Object.keys(refused).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, refused);
  try {
    return await nodeTests(files, true);
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

/** A command that passes or fails as one. */
async function check(name: string, command: string, args: readonly string[]): Promise<Outcome> {
  const done = await run(command, args, { cwd: root, show: true });
  return done.code === 0 ? { passed: 1, failures: [] } : { passed: 0, failures: [{ name, repeat: `npm run ${name}` }] };
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
  const failures: Failure[] = [];
  let passed = 0;
  let prepared: Promise<void> | undefined;
  try {
    for (const part of chosen) {
      const started = performance.now();
      console.log(`\n=== ${part.title} ===\n`);
      const outcome = await outcomeOf(part, () => {
        // Tried once: a registry that does not answer would be waited for again.
        prepared ??= prepare(temporary);
        return prepared;
      });
      passed += outcome.passed;
      failures.push(...outcome.failures);
      const failed = outcome.failures.length;
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      lines.push(
        `${failed === 0 ? 'ok    ' : 'FAILED'}  ${part.name.padEnd(8)} ${String(outcome.passed).padStart(5)} passed ${String(failed).padStart(4)} failed ${seconds.padStart(7)} s`,
      );
    }
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  console.log(`\n=== Summary ===\n\n${lines.join('\n')}\n\n${passed} passed, ${failures.length} failed`);
  for (const { name, repeat } of failures) console.log(`\n  ${name}\n    ${repeat}`);
  if (failures.length > 0) process.exitCode = 1;
}

/** What came of a part. A part that could not be run, or ran no test, is a failure itself. */
async function outcomeOf(part: Part, prepare: () => Promise<void>): Promise<Outcome> {
  const failed = (why: string) => {
    console.error(`${part.name}: ${why}`);
    const [sentence = ''] = why.split('\n');
    return { passed: 0, failures: [{ name: `${part.name}: ${sentence}`, repeat: `npm test -- ${part.name}` }] };
  };
  try {
    if (part.packaged) await prepare();
    const outcome = await part.run();
    return outcome.passed + outcome.failures.length === 0 ? failed('ran no test') : outcome;
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
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
