// Attacks on paid answers: kills while answers arrive, processes that spend at the same time, storage that disappears.
// The benchmark 'safety' runs many of each, the tests a few.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { uniforms } from '../../src/common/statistics/random.ts';
import { priceUsd } from '../../src/llm/protocol/models.ts';
import { modelFacts } from '../../src/llm/providers/anthropic.ts';
import { databaseName, openStore } from '../../src/storage/open.ts';
import type { LlmCallRow } from '../../src/storage/types.ts';
import { makeProject } from '../adaptation/project.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { runCli } from '../jobs/cli/run.ts';

/** Calls at once, as in adaptation/stages/labels.ts. Answers in flight when a process is killed may be lost. */
export const inFlight = 4;
const haiku = 'claude-haiku-5-5';

export interface Attack {
  readonly held: boolean;
  /** A sentence about what happened. */
  readonly note: string;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'easy-adaptation-safety-'));
}

export interface Buyer {
  readonly ended: Promise<number | NodeJS.Signals>;
  kill(): void;
}

export function buy(
  storage: string,
  url: string,
  {
    positions,
    first = 0,
    limitUsd = 100,
    model = haiku,
    rest = [],
  }: {
    positions: number;
    first?: number;
    limitUsd?: number;
    model?: string;
    /** Provider, calls at once. */
    rest?: readonly string[];
  },
): Buyer {
  const args = [storage, url, positions, first, limitUsd, model, ...rest].map(String);
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'buyer.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return {
    ended: once(child, 'exit').then(([code, signal]) => signal ?? code),
    kill: () => child.kill('SIGKILL'),
  };
}

export function storedCalls(storage: string): LlmCallRow[] {
  const database = new DatabaseSync(join(storage, databaseName));
  try {
    return database.prepare('SELECT * FROM llmCalls').all() as unknown as LlmCallRow[];
  } finally {
    database.close();
  }
}

/** Number of stored answers of each question. Reservations of dead processes are not counted. */
export function answered(storage: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { requestHash } of storedCalls(storage)) {
    if (requestHash.includes(':')) continue;
    counts.set(requestHash, (counts.get(requestHash) ?? 0) + 1);
  }
  return counts;
}

/**
 * Kills a run at a random moment and starts it again until it ends. No stored answer may be paid for again, and at most
 * the answers in flight may be lost.
 */
export async function killedRun(seed: number): Promise<Attack> {
  const random = uniforms(seed);
  const storage = temporaryFolder();
  const api = await MessagesServer.start();
  const positions = 40;
  try {
    api.answerWith('value;');
    api.setPace({ firstTokenMs: Math.floor(random() * 8), msPerToken: random() });
    const buyer = buy(storage, api.url, { positions });
    const asked = 1 + Math.floor(random() * (positions - 5));
    const delay = Math.floor(random() * 15);
    while (api.requests.length < asked) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, delay));
    buyer.kill();
    await buyer.ended;
    const { store, notice } = openStore(storage);
    store.close();
    const kept = answered(storage).size;
    const sent = api.requests.filter(({ outcome }) => outcome === 'ok').length;
    const lost = sent - kept;
    const code = await buy(storage, api.url, { positions }).ended;
    const all = answered(storage);
    const twice = api.requests.filter(({ outcome }) => outcome === 'ok').length - all.size;
    const held = notice === undefined && lost <= inFlight && code === 0 && all.size === positions && twice <= inFlight;
    return {
      held,
      note: `after ${asked} questions: ${sent} answered, ${kept} kept; in the end ${all.size} kept, ${twice} asked twice`,
    };
  } finally {
    await api.close();
    rmSync(storage, { recursive: true, force: true });
  }
}

/**
 * Runs several processes with one budget, and kills one of them. The server's answers are as long as allowed. The cost
 * of all answers, lost ones included, has to be within the budget.
 */
export async function budgetRace(seed: number, model: string, limitUsd: number): Promise<Attack> {
  const random = uniforms(seed);
  const storage = temporaryFolder();
  openStore(storage).store.close();
  const api = await MessagesServer.start();
  try {
    api.answerWith('word '.repeat(20_000));
    const buyers = Array.from({ length: 4 }, (_, at) =>
      buy(storage, api.url, { positions: 60, first: at * 1000, limitUsd, model }),
    );
    const victim = buyers[Math.floor(random() * buyers.length)] as Buyer;
    const ended = Promise.all(buyers.map((buyer) => buyer.ended));
    const asked = 1 + Math.floor(random() * 8);
    let over = false;
    void ended.finally(() => {
      over = true;
    });
    while (!over && api.requests.length < asked) await new Promise((resolve) => setTimeout(resolve, 1));
    victim.kill();
    await ended;
    const facts = modelFacts(model);
    const cost = api.requests.reduce((sum, { usage, body }) => {
      // The server also wrote the answers that the client cancelled or was killed before reading.
      return sum + (usage ? priceUsd({ ...usage, outputTokens: body.max_tokens }, facts) : 0);
    }, 0);
    const stored = storedCalls(storage).reduce((sum, call) => sum + call.costUsd, 0);
    return { held: cost <= limitUsd, note: `$${cost.toFixed(4)} of $${limitUsd} spent, $${stored.toFixed(4)} stored` };
  } finally {
    await api.close();
    rmSync(storage, { recursive: true, force: true });
  }
}

/**
 * The storage folder fails while the command line buys answers. The command has to stop calling, every answer has to be
 * stored or reported as lost, and the exit code has to be 1.
 * @param at number of the question at which the storage fails; 0: it fails from the beginning, and nothing is asked
 * @param fail makes the storage fail
 * @param after undoes the failure, so that the store can be read
 */
export async function failingStorage(
  storage: string,
  at: number,
  fail: () => void,
  after: () => void = () => {},
): Promise<Attack> {
  const project = makeProject(6);
  const api = await MessagesServer.start();
  try {
    let asked = 0;
    // This open connection can read the database even after its file was deleted.
    let witness: DatabaseSync | undefined;
    let broken: unknown;
    api.answerWith(() => {
      if (++asked !== at) return 'value;';
      try {
        witness = new DatabaseSync(join(storage, databaseName));
        witness.exec('SELECT * FROM llmCalls');
        fail();
      } catch (error) {
        broken = error;
      }
      return 'value;';
    });
    const env = { ANTHROPIC_API_KEY: 'sk-ant-test-0123456789', ANTHROPIC_BASE_URL: api.url };
    const ran = await runCli([project.root, '--yes', '--places', '300', '--storage', storage], env);
    // The attack itself failed, so it has no result.
    if (broken !== undefined) throw broken;
    const before = witness?.prepare('SELECT * FROM llmCalls').all().length ?? 0;
    witness?.close();
    after();
    const kept = at === 0 ? 0 : storedCalls(storage).length;
    const lost = Number(/(\d+) answers? paid for/.exec(ran.err)?.[1] ?? 0);
    // If the folder was deleted, the answers stored in it are gone, too.
    const gone = kept + lost < api.requests.length ? before : 0;
    const accounted = kept + lost + gone;
    const held =
      ran.code === 1 &&
      /cannot write to|cannot be written/.test(ran.err) &&
      api.requests.length < at + 2 * inFlight * Math.sign(at) + 1 &&
      accounted >= api.requests.length;
    return {
      held,
      note: `exit ${ran.code}: ${api.requests.length} asked, ${kept} stored, ${lost} said to be lost, ${before} where it was: ${ran.err.slice(-300)}`,
    };
  } finally {
    await api.close();
    rmSync(dirname(project.root), { recursive: true, force: true });
  }
}
