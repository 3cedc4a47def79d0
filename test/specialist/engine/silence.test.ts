// A silent process is ended; a slow one, or one on a sleeping machine, is not.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Reply } from '../../../src/common/remote.ts';
import { EngineClient, LONGEST_SILENCE } from '../../../src/specialist/engine/engine-client.ts';
import { ManualClock } from '../../fakes/clock.ts';
import { assertFailed } from '../../support/results.ts';
import { drafting, ended, sign, until } from './helpers.ts';

const script = join(import.meta.dirname, '../../fakes/timed-engine.ts');
const held = { model: 'hold', tokenizer: '', threads: 1 };
const minute = 60_000;
const look = 5_000;

function begun(context: TestContext) {
  const clock = new ManualClock();
  const client = new EngineClient({ script, clock });
  context.after(() => client.end(0));
  return { clock, client };
}

test('a request that blocks the process fails with advice, and later ones go to a new process', async (context) => {
  const { clock, client } = begun(context);
  assert.ok((await sign(client)).ok);
  const held = client.pid as number;
  let settled = '';
  const first = client.request('draft', drafting('hold'));
  void first.then(() => (settled += 'first '));
  const second = sign(client);
  const third = client.request('draft', drafting('x'));
  await clock.advance(LONGEST_SILENCE.draft - look);
  assert.equal(settled, '');
  assert.ok(!ended(held));
  await clock.advance(4 * look);
  assertFailed(await first, 'timeout', /no sign of life for 5 minutes.*Choose the Base Model/);
  const answers = await Promise.all([second, third]);
  assert.ok(answers.every(({ ok }) => ok));
  await until(() => ended(held));
  assert.notEqual(client.pid, held);
});

test('a cancelled draft does not keep a blocked process alive', async (context) => {
  const { clock, client } = begun(context);
  const controller = new AbortController();
  const draft = client.request('draft', drafting('hold'), { signal: controller.signal });
  const held = client.pid as number;
  controller.abort();
  await clock.advance(LONGEST_SILENCE.draft + 4 * look);
  assertFailed(await draft, 'cancelled');
  await until(() => ended(held));
});

test("idle time and the machine's sleep do not count as silence", async (context) => {
  const { clock, client } = begun(context);
  assert.ok((await sign(client)).ok);
  const { pid } = client;
  await clock.advance(60 * minute);
  assert.equal(clock.pending, 0);
  const timing = client.request('time', held);
  for (let night = 0; night < 20; night++) {
    await clock.advance(minute);
    clock.sleepThrough(8 * 60 * minute);
  }
  assert.equal(client.pid, pid);
  await clock.advance(LONGEST_SILENCE.time);
  assertFailed(await timing, 'timeout');
});

test('a sign of life ends the silence', async (context) => {
  const { clock, client } = begun(context);
  assert.ok((await sign(client)).ok);
  const { pid } = client;
  void client.request('time', held);
  const receiver = client as unknown as { receive(message: Reply): void };
  for (let part = 0; part < 4; part++) {
    await clock.advance(LONGEST_SILENCE.time - minute);
    receiver.receive({ kind: 'alive' });
  }
  assert.equal(client.pid, pid);
});
