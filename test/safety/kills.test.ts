// A command-line adaptation that is killed at a random moment leaves usable files, and has the result of an undisturbed
// run in the end.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { currentModel } from '../../src/adapt/models/folder-models.ts';
import type { AdaptReport } from '../../src/adapt/report/adapt-report.ts';
import { unwrap } from '../../src/common/errors.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { loadModel } from '../../src/neural/models/model-folder.ts';
import { NgramModel } from '../../src/specialist/ngram/model.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';
import { makeProject, tokenizerPath } from '../adapt/project.ts';
import { writeModel } from '../specialist/engine/helpers.ts';
import { leftOf, living } from '../support/processes.ts';
import { steadyMachine } from '../support/steady.ts';

const root = resolve(import.meta.dirname, '../..');
type Victim = 'the command' | 'the job' | 'all at once';

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Result and duration of an undisturbed run. */
const project = makeProject(3);
const base = join(dirname(project.root), 'base');
writeModel(base);
const started = performance.now();
const { child, ended } = start('alone');
const expected = outcome(await ended);
const runMs = performance.now() - started;
await leftOf(child.pid as number);
after(() => project.remove());

const random = uniforms(5);

for (const victim of ['the command', 'the job', 'all at once'] as const)
  test(`${victim}, killed at a random moment, damages nothing and leaves no process`, async () => {
    // If the run ended before the kill, its storage is deleted, and an earlier moment is tried.
    for (let at = random() * runMs; !(await tryToKill(victim, () => sleep(at))); at /= 2)
      rmSync(storageOf('killed'), { recursive: true, force: true });
  });

for (const stage of ['Measuring the base', 'Training', 'Testing the model in use'])
  test(`a job that is killed in the stage '${stage}' is started again and ends with the same result`, async () => {
    rmSync(storageOf('killed'), { recursive: true, force: true });
    const told = (err: NodeJS.ReadableStream) =>
      new Promise<void>((resolve) => err.on('data', (text: string) => text.includes(`  ${stage} ...`) && resolve()));
    assert.ok(await tryToKill('the job', told));
  });

test('after all kills, the result is that of an undisturbed run, without temporary files', async () => {
  assert.equal(outcome(await start('killed').ended), expected);
  const names = readdirSync(storageOf('killed'), { recursive: true, encoding: 'utf8' });
  const actual = names.filter((name) => name.endsWith('.tmp'));
  assert.deepEqual(actual, []);
  assertUsable();
});

/** Kills the victim at a time, or as soon after that as it exists. False if the run ended before. */
async function tryToKill(victim: Victim, at: (err: NodeJS.ReadableStream) => Promise<unknown>): Promise<boolean> {
  const { child, ended } = start('killed');
  const session = child.pid as number;
  await Promise.race([at(child.stderr as NodeJS.ReadableStream), ended]);
  let killed = 0;
  while (killed === 0 && child.exitCode === null && child.signalCode === null) {
    killed = strike(session, victim);
    if (killed === 0) await sleep(10);
  }
  const end = await ended;
  if (killed === 0) return false;
  const actual = (await leftOf(session)).map(({ args }) => args);
  assert.deepEqual(actual, []);
  // The job is started again.
  if (victim === 'the job') assert.equal(outcome(end), expected);
  assertUsable();
  return true;
}

function storageOf(name: string): string {
  return join(dirname(project.root), name);
}

function start(name: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const { ANTHROPIC_API_KEY: _, ...env } = process.env;
  const fixed = ['--device', 'cpu', '--threads', '1', '--max-steps', '8', '--minutes', '600', '--local', '--json'];
  const args = [project.root, '--base', base, ...fixed, '--storage', storageOf(name)];
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
function strike(session: number, victim: Victim): number {
  const targets = living(session).filter(({ pid, args }) => {
    if (victim === 'all at once') return true;
    if (victim === 'the command') return pid === session;
    return args.includes('jobs/main.ts');
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

/** The store, the index and the model of the killed run are whole, if they are there. */
function assertUsable(): void {
  const storage = storageOf('killed');
  const store = join(storage, 'store.sqlite');
  if (existsSync(store)) {
    const database = new DatabaseSync(store);
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
    database.close();
  }
  const specialists = join(storage, 'specialists');
  for (const name of existsSync(specialists) ? readdirSync(specialists) : []) {
    const folder = join(specialists, name);
    const path = join(folder, 'specialist.ngram');
    const tokenizer = unwrap(loadTokenizer(JSON.parse(readFileSync(tokenizerPath, 'utf8'))));
    if (existsSync(path)) unwrap(NgramModel.deserialize(readFileSync(path), tokenizer));
    loadModel(currentModel(folder, { base, tokenizer: tokenizerPath }).model, { base });
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
