// `npm start` asked to end, as a terminal, a supervisor and a closed window do it: the whole tree goes, and says where it goes on.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { uniforms } from '../../src/common/random.ts';
import { splitOf } from '../../src/harvest/split.ts';
import { makeProject, type Project } from '../distil/project.ts';
import { writeModel } from '../engine/helpers.ts';

const root = resolve(import.meta.dirname, '../..');
let project: Project;
let base: string;
before(() => {
  project = makeProject(3);
  // Much to learn from and little to measure on: the run is in its training for most of its time.
  for (let at = 0, long = 0; long < 2; at++) {
    if (splitOf(`src/long${at}.ts`) !== 'train') continue;
    long++;
    writeFileSync(join(project.root, `src/long${at}.ts`), longText(at));
  }
  base = join(dirname(project.root), 'base');
  writeModel(base);
});
after(() => project.remove());

/** Statements, no two alike, about 100 kB. */
function longText(seed: number): string {
  const random = uniforms(seed);
  const word = () => ['alpha', 'beta', 'gamma', 'delta', 'omega', 'sigma', 'kappa'][Math.floor(random() * 7)];
  const line = (_: unknown, i: number) =>
    `export const ${word()}${i} = ${word()}(${word()}, ${Math.floor(random() * 1e6)});`;
  return Array.from({ length: 2500 }, line).join('\n');
}

interface Tree {
  /** Of npm, the leader of a group and session of its own, as a terminal's foreground job is. */
  readonly pid: number;
  readonly err: () => string;
  /** The exit code as a shell has it. */
  readonly ended: Promise<number>;
}

/** Process ids and command lines of those that live in a session. */
function living(session: number): { pid: number; args: string }[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,sess=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, of, state, args] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    return Number(of) === session && !state?.startsWith('Z') ? [{ pid: Number(pid), args: String(args) }] : [];
  });
}

/** Starts an adaptation, and calls back as soon as it has come some way with its training. */
async function run(midway: (tree: Tree) => void): Promise<Tree> {
  const { ANTHROPIC_API_KEY: _, ...env } = process.env;
  const options = ['--base', base, '--device', 'cpu', '--threads', '1', '--local', '--verbose'];
  const kept = join(dirname(project.root), 'storage');
  const child = spawn('npm', ['start', '--', project.root, ...options, '--storage', kept], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  let told = false;
  const ended = new Promise<number>((done) =>
    child.on('close', (code, signal) => done(code ?? 128 + constants.signals[signal as NodeJS.Signals])),
  );
  const tree: Tree = { pid: child.pid as number, err: () => err, ended };
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text;
    if (told || !/Step [1-9]\d*: held-out/.test(err)) return;
    told = true;
    midway(tree);
  });
  await ended;
  assert.ok(told, err);
  return tree;
}

const lastLine = (text: string) => text.trimEnd().split('\n').at(-1) ?? '';
const goesOn = /^Stopped at step [1-9]\d* of \d+; start it again to go on\.$/;

/** Its streams are closed by now, so nothing comes after what was read; nothing of it may live on either. */
async function assertGone(tree: Tree): Promise<void> {
  // What was killed takes a moment to be gone from the list.
  for (let turn = 0; turn < 200 && living(tree.pid).length > 0; turn++) await sleep(20);
  assert.deepEqual(living(tree.pid), []);
}

const cases: readonly { name: string; code: number; send: (tree: Tree) => void; says?: RegExp }[] = [
  { name: 'Ctrl-C in a terminal', code: 130, send: ({ pid }) => void process.kill(-pid, 'SIGINT') },
  { name: 'SIGTERM to npm alone', code: 143, send: ({ pid }) => void process.kill(pid, 'SIGTERM') },
  {
    name: 'Ctrl-C while the engine is stopped',
    code: 130,
    send: ({ pid }) => {
      for (const one of living(pid)) if (one.args.includes('engine/main.ts')) process.kill(one.pid, 'SIGSTOP');
      process.kill(-pid, 'SIGINT');
    },
    // By the last checkpoint, if there was one.
    says: /^(Stopped at step [1-9]|Cancelled)/,
  },
  { name: 'a closed terminal', code: 129, send: ({ pid }) => void process.kill(-pid, 'SIGHUP') },
];

// All in one storage: each goes on where the one before it was stopped.
for (const [index, { name, code, send, says = goesOn }] of cases.entries()) {
  test(`${name}: all of it ends, its last line says where it goes on, and there the next goes on`, async () => {
    const tree = await run(send);
    assert.equal(await tree.ended, code, tree.err());
    await assertGone(tree);
    assert.match(lastLine(tree.err()), says);
    const first = /Step (\d+): held-out/.exec(tree.err())?.[1];
    assert.equal(Number(first) > 0, index > 0, tree.err());
  });
}
