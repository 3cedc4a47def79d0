// A signal that a terminal, a supervisor or a closed window sends ends `npm start` with all its processes, and the last
// line says where the next start resumes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { uniforms } from '../../src/common/statistics/random.ts';
import { splitOf } from '../../src/workspace/files/file-names.ts';
import { makeProject } from '../adapt/project.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { leftOf, living } from '../support/processes.ts';
import { steadyMachine } from '../support/steady.ts';

const root = resolve(import.meta.dirname, '../..');

interface StopWay {
  readonly name: string;
  /** npm's exit code, as a shell reports it. */
  readonly code: number;
  /** @param npm leader of its own process group and session, like the foreground job of a terminal */
  readonly send: (npm: number) => void;
  /** Matches the last line of stderr. */
  readonly says: RegExp;
}

const resumable =
  /^Stopped\. Kept: .*training up to step [1-9]\d* of \d+\. Start the adaptation again at any time: it resumes there\.$/;

const stopWays: readonly StopWay[] = [
  { name: 'Ctrl-C in a terminal', code: 130, send: (npm) => void process.kill(-npm, 'SIGINT'), says: resumable },
  { name: 'SIGINT to npm alone', code: 130, send: (npm) => void process.kill(npm, 'SIGINT'), says: resumable },
  { name: 'SIGTERM to npm alone', code: 143, send: (npm) => void process.kill(npm, 'SIGTERM'), says: resumable },
  {
    name: 'Ctrl-C while the engine is stopped',
    code: 130,
    send: (npm) => {
      for (const { pid, args } of living(npm))
        if (args.includes('specialist/engine/main.ts')) process.kill(pid, 'SIGSTOP');
      process.kill(-npm, 'SIGINT');
    },
    // The last checkpoint is kept, if there was one.
    says: /^(Cancelled|Stopped)\. /,
  },
  { name: 'a closed terminal', code: 129, send: (npm) => void process.kill(-npm, 'SIGHUP'), says: resumable },
];

const project = makeProject(3);
const base = join(dirname(project.root), 'base');
writeModel(base);
// Long training files and few held-out ones, so that the run spends most of its time in training.
for (let at = 0, long = 0; long < 2; at++) {
  if (splitOf(`src/long${at}.ts`) !== 'train') continue;
  long++;
  writeFileSync(join(project.root, `src/long${at}.ts`), longText(at));
}
after(() => project.remove());

/** The step at which each run began. If an engine could write no checkpoint, the next run begins at the same step. */
const begun: number[] = [];
for (const way of stopWays) {
  test(`${way.name}: ends all processes, says how to resume, and the next run resumes`, async () => {
    const { ANTHROPIC_API_KEY: _, ...env } = process.env;
    // So many steps that the training does not end before the signal.
    const options = ['--device', 'cpu', '--threads', '1', '--local', '--verbose', '--max-steps', '10000'];
    // One storage: each run resumes where the previous one was stopped.
    const folders = ['--base', base, '--storage', join(dirname(project.root), 'storage')];
    const child = spawn('npm', ['start', '--', project.root, ...options, ...folders], {
      cwd: root,
      env: { ...env, ...steadyMachine() },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const npm = child.pid as number;
    let err = '';
    let asked = false;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
      // The first validation shows the step at which the training began.
      if (asked || (err.match(/Step \d+: held-out/g)?.length ?? 0) < 2) return;
      asked = true;
      way.send(npm);
    });
    const code = await new Promise<number>((done) =>
      child.on('close', (status, signal) => done(status ?? 128 + constants.signals[signal as NodeJS.Signals])),
    );
    assert.ok(asked, `it ended by itself: ${err}`);
    const actual = (await leftOf(npm)).map(({ args }) => args);
    assert.deepEqual(actual, []);
    // The terminal's output wraps long lines; continuations are indented.
    const lines = err
      .trimEnd()
      .replace(/\n +(?=\S)/g, ' ')
      .split('\n');
    assert.match(lines.at(-1) ?? '', way.says);
    assert.equal(code, way.code);
    const begunAt = Number(/Step (\d+): held-out/.exec(err)?.[1]);
    const [first, last] = [begun[0] ?? -1, begun.at(-1) ?? 0];
    assert.ok(begunAt > first && begunAt >= last, `this run began at step ${begunAt}, the earlier ones at ${begun}`);
    begun.push(begunAt);
  });
}

/** About 100 kB of statements that all differ. */
function longText(seed: number): string {
  const random = uniforms(seed);
  const word = () => ['alpha', 'beta', 'gamma', 'delta', 'omega', 'sigma', 'kappa'][Math.floor(random() * 7)];
  const line = (_: unknown, i: number) =>
    `export const ${word()}${i} = ${word()}(${word()}, ${Math.floor(random() * 1e6)});`;
  return Array.from({ length: 2500 }, line).join('\n');
}
