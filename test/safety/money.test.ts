// Paid answers survive kills, several processes keep one budget, and a failing storage ends the calls.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PaidCall } from '../../src/common/paid-call.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { priceUsd } from '../../src/llm/protocol/models.ts';
import { modelFacts } from '../../src/llm/providers/anthropic.ts';
import { databaseName, openStore } from '../../src/storage/open.ts';
import { makeProject } from '../adapt/project.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { runCli } from '../jobs/cli/run.ts';

/** Calls at once, as in adapt/labels.ts. Answers in flight when a process is killed may be lost. */
const inFlight = 4;

let folder: string;
let storage: string;
let api: MessagesServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-safety-'));
  storage = join(folder, 'storage');
  api = await MessagesServer.start();
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts `buyer.ts`. */
function buy(positions: number, { first = 0, limitUsd = 100, model = 'claude-haiku-5-5' } = {}) {
  const args = [storage, api.url, positions, first, limitUsd, model].map(String);
  const child = spawn(process.execPath, [resolve(import.meta.dirname, 'buyer.ts'), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]): number | NodeJS.Signals => signal ?? code);
  return { ended, kill: () => child.kill('SIGKILL') };
}

function storedCalls(): PaidCall[] {
  const database = new DatabaseSync(join(storage, databaseName));
  try {
    return database.prepare('SELECT * FROM llmCalls').all() as unknown as PaidCall[];
  } finally {
    database.close();
  }
}

/** Number of questions with a stored answer. Reservations of dead processes have a colon and are no answers. */
function answered(): number {
  return new Set(storedCalls().flatMap(({ requestHash }) => (requestHash.includes(':') ? [] : [requestHash]))).size;
}

const sent = () => api.requests.filter(({ outcome }) => outcome === 'ok').length;

for (const seed of [1, 2, 3])
  test(`a killed run loses at most the answers in flight and pays for no other answer twice (seed ${seed})`, async () => {
    const random = uniforms(seed);
    const positions = 40;
    api.answerWith('value;');
    api.setPace({ firstTokenMs: Math.floor(random() * 8), msPerToken: random() });
    const buyer = buy(positions);
    const asked = 1 + Math.floor(random() * (positions - 5));
    const delay = Math.floor(random() * 15);
    while (api.requests.length < asked) await sleep(1);
    await sleep(delay);
    buyer.kill();
    await buyer.ended;
    const { store, notice } = openStore(storage);
    store.close();
    assert.equal(notice, undefined);
    assert.ok(sent() - answered() <= inFlight, `${sent()} answered, ${answered()} kept`);
    assert.equal(await buy(positions).ended, 0);
    assert.equal(answered(), positions);
    assert.ok(sent() - positions <= inFlight, `${sent()} were paid for`);
  });

for (const [model, limitUsd] of [
  ['claude-haiku-5-5', 0.01],
  ['claude-fable-5-1', 0.2],
  ['claude-fable-5-1', 0.7],
] as const)
  test(`four processes, one of them killed, keep the limit of $${limitUsd} with ${model}`, async () => {
    const random = uniforms(7);
    openStore(storage).store.close();
    // As long as allowed.
    api.answerWith('word '.repeat(20_000));
    const buyers = Array.from({ length: 4 }, (_, at) => buy(60, { first: at * 1000, limitUsd, model }));
    const victim = buyers[Math.floor(random() * buyers.length)];
    let over = false;
    const ended = Promise.all(buyers.map((buyer) => buyer.ended)).finally(() => {
      over = true;
    });
    const asked = 1 + Math.floor(random() * 8);
    while (!over && api.requests.length < asked) await sleep(1);
    victim?.kill();
    await ended;
    const facts = modelFacts(model);
    // The server also wrote the answers that the client cancelled or was killed before reading.
    const costs = api.requests.map(({ usage, body }) =>
      usage ? priceUsd({ ...usage, outputTokens: body.max_tokens }, facts) : 0,
    );
    const cost = costs.reduce((sum, each) => sum + each, 0);
    assert.ok(cost <= limitUsd, `$${cost.toFixed(4)} spent`);
  });

for (const [name, fail] of [
  ['removed', () => rmSync(storage, { recursive: true })],
  ['moved away', () => renameSync(storage, `${storage}-away`)],
] as const)
  test(`stops paying with a message and an exit code if the storage folder is ${name} during a run`, async () => {
    const project = makeProject(6);
    const failAt = 9;
    let asked = 0;
    // This open connection can read the database even after its file was deleted.
    let witness: DatabaseSync | undefined;
    api.answerWith(() => {
      if (++asked === failAt) {
        witness = new DatabaseSync(join(storage, databaseName));
        witness.exec('SELECT * FROM llmCalls');
        fail();
      }
      return 'value;';
    });
    try {
      const env = { ANTHROPIC_API_KEY: 'sk-ant-test-0123456789', ANTHROPIC_BASE_URL: api.url };
      const ran = await runCli([project.root, '--yes', '--places', '300', '--storage', storage], env);
      assert.equal(ran.code, 1);
      assert.match(ran.err, /cannot write to|cannot be written/);
      assert.ok(api.requests.length < failAt + 2 * inFlight + 1, `${api.requests.length} asked`);
      // Every answer is stored, said to be lost, or gone with the folder.
      const kept = storedCalls().length;
      const lost = Number(/(\d+) answers? paid for/.exec(ran.err)?.[1] ?? 0);
      const gone = witness?.prepare('SELECT * FROM llmCalls').all().length ?? 0;
      assert.ok(kept + lost + gone >= api.requests.length, `${kept} stored, ${lost} lost: ${ran.err.slice(-300)}`);
    } finally {
      witness?.close();
      rmSync(dirname(project.root), { recursive: true, force: true });
    }
  });
