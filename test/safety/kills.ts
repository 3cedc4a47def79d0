// Kills processes of a command-line adaptation at random moments. The files on disk have to stay usable, and the
// finished run has to have the result of an undisturbed run.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentModel } from '../../src/adaptation/models/folder-models.ts';
import type { AdaptReport } from '../../src/adaptation/report/types.ts';
import { messageOf } from '../../src/common/errors.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';
import { makeProject, type Project, tokenizerPath } from '../adaptation/project.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { leftOf, living } from '../support/processes.ts';
import { steadyMachine } from '../support/steady.ts';

const root = resolve(import.meta.dirname, '../..');
export const victims = [
  'the command',
  'the job',
  'the engine that completes',
  'the engine that trains',
  'all at once',
] as const;
export type Victim = (typeof victims)[number];

export interface Attack {
  readonly held: boolean;
  readonly note: string;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A folder, a small base, and options with which every finished run has the same result. */
export class KillGround {
  private readonly project: Project = makeProject(3);
  private readonly base = join(dirname(this.project.root), 'base');
  private readonly random: () => number;
  /** Result of the undisturbed run. */
  private expected = '';
  private runMs = 0;

  constructor(seed: number) {
    this.random = uniforms(seed);
    writeModel(this.base);
  }

  remove(): void {
    this.project.remove();
  }

  /** Runs one undisturbed adaptation, and stores its result and duration. */
  async begin(): Promise<void> {
    const started = performance.now();
    const { child, ended } = this.start('alone');
    this.expected = outcome(await ended);
    this.runMs = performance.now() - started;
    await leftOf(child.pid as number);
  }

  /** Kills a victim at a random moment. Then the files on disk have to be usable, and no process may be left. */
  async kill(victim: Victim): Promise<Attack> {
    // If the run ended before the kill, its storage is deleted, and an earlier moment is tried.
    for (let at = this.random() * this.runMs; ; at /= 2) {
      const attack = await this.tryToKill(victim, at);
      if (attack) return attack;
      rmSync(this.storage('killed'), { recursive: true, force: true });
    }
  }

  /**
   * Kills the victim `at` ms after the start, or as soon after that as it exists. Undefined if the run ended before.
   */
  private async tryToKill(victim: Victim, at: number): Promise<Attack | undefined> {
    const { child, ended } = this.start('killed');
    const session = child.pid as number;
    await Promise.race([sleep(at), ended]);
    let killed = 0;
    while (killed === 0 && child.exitCode === null && child.signalCode === null) {
      killed = this.strike(session, victim);
      if (killed === 0) await sleep(10);
    }
    const after = await ended;
    if (killed === 0) return undefined;
    const wrong: string[] = [];
    const left = await leftOf(session);
    if (left.length > 0) wrong.push(`left alive: ${left.map(({ args }) => args).join('; ')}`);
    // A run whose engine is killed continues.
    if (victim.startsWith('the engine') && after.code !== 0) wrong.push(`ended with ${after.code}: ${after.err}`);
    wrong.push(...this.damage());
    const when = `${killed} killed after ${Math.round(at)} ms`;
    return { held: wrong.length === 0, note: `${when}: ${wrong.join('; ')}` };
  }

  /** Runs to the end after the kills. The result has to be the expected one, without temporary files. */
  async finish(): Promise<Attack> {
    const wrong: string[] = [];
    try {
      const got = outcome(await this.start('killed').ended);
      if (got !== this.expected) wrong.push(`came out as ${got}, not ${this.expected}`);
    } catch (error) {
      wrong.push(messageOf(error));
    }
    const storage = this.storage('killed');
    const names = readdirSync(storage, { recursive: true, encoding: 'utf8' });
    const temporary = names.filter((name) => name.endsWith('.tmp'));
    if (temporary.length > 0) wrong.push(`left: ${temporary.join(', ')}`);
    wrong.push(...this.damage());
    return { held: wrong.length === 0, note: wrong.join('; ') };
  }

  private storage(name: string): string {
    return join(dirname(this.project.root), name);
  }

  private start(name: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const { ANTHROPIC_API_KEY: _, ...env } = process.env;
    const fixed = ['--device', 'cpu', '--threads', '1', '--max-steps', '8', '--minutes', '600', '--local', '--json'];
    const args = [this.project.root, '--base', this.base, ...fixed, '--storage', this.storage(name)];
    const child = spawn(process.execPath, [join(root, 'src', 'jobs', 'cli', 'main.ts'), ...args], {
      env: { ...env, ...steadyMachine() },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    // Not 'close': an engine that is still alive would keep the streams open.
    const ended = new Promise<Ended>((done) =>
      child.on('exit', (code) => setTimeout(() => done({ code, out, err }), 200)),
    );
    return { child, ended };
  }

  /** Kills the victim's processes, and returns their number. */
  private strike(session: number, victim: Victim): number {
    const targets = living(session).filter(({ pid, args }) => {
      if (victim === 'all at once') return true;
      if (victim === 'the command') return pid === session;
      if (victim === 'the job') return args.includes('jobs/main.ts');
      return (
        args.includes('specialist/engine/main.ts') &&
        args.includes('--training') === (victim === 'the engine that trains')
      );
    });
    for (const { pid } of targets) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // The process has just ended.
      }
    }
    return targets.length;
  }

  /** One sentence for each file on disk that cannot be used. */
  private damage(): string[] {
    const wrong: string[] = [];
    const look = (what: string, check: () => void) => {
      try {
        check();
      } catch (error) {
        wrong.push(`${what}: ${messageOf(error)}`);
      }
    };
    const storage = this.storage('killed');
    const store = join(storage, 'store.sqlite');
    if (existsSync(store)) {
      look('store', () => {
        const database = new DatabaseSync(store);
        const verdict = database.prepare('PRAGMA integrity_check').get();
        database.close();
        if (verdict?.integrity_check !== 'ok') throw new Error(JSON.stringify(verdict));
      });
    }
    const specialists = join(storage, 'specialists');
    for (const name of existsSync(specialists) ? readdirSync(specialists) : []) {
      const folder = join(specialists, name);
      look('snapshot', () => {
        const path = join(folder, 'specialist.ngram');
        const tokenizer = loadTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8')));
        if (!tokenizer.ok) throw new Error(tokenizer.error.message);
        const model = existsSync(path) ? NgramModel.deserialize(readFileSync(path), tokenizer.value) : undefined;
        if (model && !model.ok) throw new Error(model.error.message);
      });
      look('model', () => void loadModel(currentModel(folder, { base: this.base, tokenizer: tokenizerPath }).model));
    }
    return wrong;
  }
}

/** The part of a run's result that does not depend on its speed or on the number of restarts. */
function outcome({ code, out, err }: Ended): string {
  if (code !== 0) throw new Error(`ended with ${code}: ${err}`);
  const { neural, neuralFailure, specialist } = JSON.parse(out) as AdaptReport;
  if (!neural?.training) throw new Error(`was not trained: ${neuralFailure?.message}`);
  const { base, adapted } = neural.chosenFrom as NonNullable<typeof neural.chosenFrom>;
  return JSON.stringify([neural.training.steps, neural.training.loss, base, adapted, specialist?.places]);
}
