// Ends `npm start` during a training with the signals that a terminal, a supervisor and a closed window send.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { uniforms } from '../../src/common/statistics/random.ts';
import { splitOf } from '../../src/workspace/files/split.ts';
import { makeProject, type Project } from '../adaptation/project.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { leftOf, living } from '../support/processes.ts';
import { steadyMachine } from '../support/steady.ts';

const root = resolve(import.meta.dirname, '../..');

export interface StopWay {
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

export const stopWays: readonly StopWay[] = [
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

export interface Stopped {
  readonly code: number;
  /** From the signal until npm and all its processes have ended and its streams are closed. */
  readonly seconds: number;
  /** Command lines of processes that are still alive. */
  readonly left: readonly string[];
  readonly lastLine: string;
  /** The step at which this run's training began. */
  readonly begunAt: number;
}

/** One folder and one storage. Each run resumes where the previous one was stopped. */
export class StopGround {
  private readonly project: Project = makeProject(3);
  private readonly base = join(dirname(this.project.root), 'base');

  constructor() {
    writeModel(this.base);
    // Long training files and few held-out ones, so that the run spends most of its time in training.
    for (let at = 0, long = 0; long < 2; at++) {
      if (splitOf(`src/long${at}.ts`) !== 'train') continue;
      long++;
      writeFileSync(join(this.project.root, `src/long${at}.ts`), longText(at));
    }
  }

  remove(): void {
    this.project.remove();
  }

  /** Starts an adaptation, and sends the signal after the second validation of its training. */
  async stop({ send }: StopWay): Promise<Stopped> {
    const { ANTHROPIC_API_KEY: _, ...env } = process.env;
    // So many steps that the training does not end before the signal.
    const options = [
      '--base',
      this.base,
      '--device',
      'cpu',
      '--threads',
      '1',
      '--local',
      '--verbose',
      '--max-steps',
      '10000',
    ];
    const storage = join(dirname(this.project.root), 'storage');
    const child = spawn('npm', ['start', '--', this.project.root, ...options, '--storage', storage], {
      cwd: root,
      env: { ...env, ...steadyMachine() },
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const npm = child.pid as number;
    let err = '';
    let asked: number | undefined;
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
      // The first validation shows the step at which the training began.
      if (asked !== undefined || (err.match(/Step \d+: held-out/g)?.length ?? 0) < 2) return;
      asked = performance.now();
      send(npm);
    });
    const code = await new Promise<number>((done) =>
      child.on('close', (status, signal) => done(status ?? 128 + constants.signals[signal as NodeJS.Signals])),
    );
    const left = (await leftOf(npm)).map(({ args }) => args);
    if (asked === undefined) throw new Error(`it ended by itself: ${err}`);
    const seconds = (performance.now() - asked) / 1000;
    // The terminal's output wraps long lines; continuations are indented.
    const lastLine =
      err
        .trimEnd()
        .replace(/\n +(?=\S)/g, ' ')
        .split('\n')
        .at(-1) ?? '';
    return { code, seconds, left, lastLine, begunAt: Number(/Step (\d+): held-out/.exec(err)?.[1]) };
  }
}

/** About 100 kB of statements that all differ. */
function longText(seed: number): string {
  const random = uniforms(seed);
  const word = () => ['alpha', 'beta', 'gamma', 'delta', 'omega', 'sigma', 'kappa'][Math.floor(random() * 7)];
  const line = (_: unknown, i: number) =>
    `export const ${word()}${i} = ${word()}(${word()}, ${Math.floor(random() * 1e6)});`;
  return Array.from({ length: 2500 }, line).join('\n');
}
