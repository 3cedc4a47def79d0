// Runs a script of ours on the Node that package.json pins, after making sure that the npm packages are there.
// Plain JavaScript for any Node from 18 on: it is what a fresh clone starts with.
//
//   node build/run.mjs SCRIPT.ts [ARGS...]     a TypeScript file (Node 24 strips the types)
//   node build/run.mjs --bin NAME [ARGS...]    a command from node_modules/.bin
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'node_modules');
const windows = process.platform === 'win32';
const node = join(modules, '.bin', windows ? 'node.cmd' : 'node');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** `npm ci` when the lock file differs from the one last installed; silent when nothing is to do. */
function install() {
  // A link to another checkout's: `npm ci` would empty what that one runs on.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  const stamp = join(modules, '.easy-adaptation-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  process.stderr.write('Installing npm packages (once; a minute or two) ...\n');
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    // stdout stays free for --json
    stdio: ['ignore', 2, 2],
    shell: windows,
    // onnxruntime-node's post-install downloads CUDA libraries that we never use, and fails where there is no network.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
  });
  if (done.error || done.status !== 0) {
    fail('npm ci failed: see above. It needs npm 10 or later and the npm registry.');
  }
  mkdirSync(modules, { recursive: true });
  writeFileSync(stamp, lock);
}

/** 128 and the signal's number, as shells have it. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };
/** What was asked to end and does not is killed, ms: `npm start` promises five seconds; tests and benchmarks have more to clear away. */
const graceMs = process.argv[2] === 'src/jobs/cli/main.ts' ? 4800 : 15_000;

/** Kills a process and all that it has started, what is stopped and so sees nothing of its parent's end included. */
function killTree(pid) {
  const { stdout } = spawnSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' });
  const rows = (stdout ?? '').split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [pid];
  for (const parent of tree) tree.push(...rows.filter(([, of]) => of === parent).map(([child]) => child));
  for (const each of tree) {
    try {
      process.kill(each, 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

/** Runs to the end, passing on what asks us to end; resolves to the exit code. */
function run(file, args, options) {
  return new Promise((resolve) => {
    const child = spawn(file, args, options);
    let asked = false;
    const ask = (name) => {
      child.kill(name);
      if (asked) return;
      asked = true;
      setTimeout(() => killTree(child.pid), graceMs).unref();
    };
    for (const name of Object.keys(signals)) process.on(name, () => ask(name));
    // npm may die without a word to us.
    const parent = process.ppid;
    const orphaned = () => process.ppid !== parent && !asked && ask('SIGTERM');
    if (process.env.npm_lifecycle_event !== undefined) setInterval(orphaned, 100).unref();
    child.on('error', (error) => fail(`could not start ${file}: ${error.message}`));
    child.on('exit', (code, signal) => resolve(code ?? signals[signal] ?? 137));
  });
}

/** As `NO_TELEMETRY` of src/common/child.ts: tests and benchmarks load onnxruntime in processes of their own. */
const noTelemetry = { ORT_DISABLE_TELEMETRY: '1' };

const args = process.argv.slice(2);
if (args.length === 0) fail('usage: node build/run.mjs SCRIPT.ts [ARGS...] | --bin NAME [ARGS...]');
install();
const command =
  args[0] === '--bin'
    ? [join(modules, '.bin', args[1] + (windows ? '.cmd' : '')), args.slice(2)]
    : [node, ['--disable-warning=ExperimentalWarning', join(root, args[0]), ...args.slice(1)]];
process.exit(
  await run(command[0], command[1], {
    // npm starts us in the package's folder; what the user names is meant from where they stand.
    cwd: args[0] === '--bin' ? root : (process.env.INIT_CWD ?? process.cwd()),
    stdio: 'inherit',
    shell: windows,
    env: { ...process.env, ...noTelemetry, PATH: `${join(modules, '.bin')}${windows ? ';' : ':'}${process.env.PATH}` },
  }),
);
