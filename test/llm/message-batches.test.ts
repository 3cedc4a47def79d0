// Labelling by message batches: half the price, resumed after a crash at any call, nothing lost or paid twice.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../src/common/clock.ts';
import { BatchFile } from '../../src/llm/batch-file.ts';
import { Budget } from '../../src/llm/budget.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { labelBatch } from '../../src/llm/label.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { MessageBatches } from '../fakes/message-batches.ts';
import { at, never } from './requests.ts';

const requests = Array.from({ length: 6 }, (_, index) => at(`const value${index} = ¦;\n`));
/** Of one answer, in a batch. */
const halfUsd = (1_000 * 0.1 + 100 * 0.5) / 1e6 / 2;
/** Looks and pauses take no time; limits of a call take theirs. */
const clock: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => {
    if (ms > 40_000) return systemClock.sleep(ms, signal);
    signal?.throwIfAborted();
  },
};

const key = 'key-of-a-test-0123456789';

function setting(folder: string, limitUsd = 1) {
  const api = new MessageBatches();
  const ledger = new FakeLedger();
  const path = join(folder, 'kept', 'batches.json');
  /** As a process does that has just started. @param batch new questions go into one; else what is out is taken up */
  const run = async (signal = never, batch = true) => {
    const settings = { apiKey: key, model: '', timeoutMs: 60_000 };
    const llm = new RecordingLlm(connectLlm(settings, { fetch: api.fetch, clock, stallMs: 60_000 }), ledger, {
      purpose: 'labelling',
      folder: '/w',
      budget: new Budget(() => ledger, limitUsd),
    });
    const prompts = requests.map((request) => completionPrompt(request, llm.facts));
    if (batch) llm.waitForBatches(new BatchFile(path));
    else await llm.resumeBatches(new BatchFile(path), signal);
    const known = prompts.filter((prompt) => llm.knows(prompt)).length;
    const before = { awaited: llm.awaited, known };
    const answers = new Map<number, string>();
    const outcome = await labelBatch(llm, prompts, {
      concurrency: 2,
      signal,
      clock,
      onAnswer: (index, { text }) => answers.set(index, text),
    });
    return { answers, outcome, before };
  };
  /** Submits a batch, and is killed while it waits. */
  const leave = async () => {
    const controller = new AbortController();
    api.deaths = { 2: 'before' };
    api.onDeath = () => controller.abort(new Error('killed'));
    await assert.rejects(run(controller.signal), /killed/);
    api.deaths = {};
    api.onDeath = () => {};
    return api.batches[0] as (typeof api.batches)[number];
  };
  return { api, ledger, path, run, leave };
}

async function within(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-batches-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('all answers come in one batch, at half the price, and a second run asks nothing', () =>
  within(async (folder) => {
    const { api, ledger, path, run } = setting(folder);
    const { answers, outcome } = await run();
    assert.deepEqual(
      requests.map((_, index) => answers.get(index)),
      requests.map((_, index) => `${index};`),
    );
    assert.deepEqual([api.batches.length, api.asked.length, outcome.failed], [1, 6, 0]);
    assert.ok(Math.abs(outcome.costUsd - 6 * halfUsd) < 1e-12, String(outcome.costUsd));
    assert.ok(Math.abs(ledger.spentInMonth(Date.now()) - 6 * halfUsd) < 1e-12);
    assert.deepEqual([ledger.open.size, existsSync(path)], [0, false]);
    const again = await run();
    assert.deepEqual([again.outcome.answered, again.outcome.costUsd, api.asked.length], [6, 0, 6]);
  }));

test('books only the reservation if a batch answer counts 100 million tokens', () =>
  within(async (folder) => {
    const { api, ledger, run } = setting(folder);
    api.usage = { input_tokens: 100, output_tokens: 100_000_000 };
    const { outcome } = await run();
    assert.equal(outcome.answered, requests.length);
    const booked = ledger.spentInMonth(Date.now());
    assert.ok(booked > 0 && booked < 1, `$${booked}`);
  }));

test('does not store an invalid batch id, or one that contains the key', () =>
  within(async (folder) => {
    for (const name of [
      '../../messages',
      'a/b',
      `b-${key}`,
      Buffer.from(`k=${key}`).toString('hex'),
      '',
      'x'.repeat(999),
    ]) {
      const { api, path, run } = setting(join(folder, String(name.length)));
      api.name = name;
      const { outcome } = await run();
      assert.equal(outcome.stopped?.code, 'malformed', outcome.stopped?.message);
      assert.ok(!existsSync(path) || !readFileSync(path, 'utf8').includes(name || '"id"'));
    }
  }));

test('resumes after a crash at any call, before or after the server received it', () =>
  within(async (folder) => {
    const whole = setting(join(folder, 'whole'));
    await whole.run();
    const calls = whole.api.calls;
    assert.ok(calls >= 4);
    for (let call = 1; call <= calls; call++) {
      for (const when of ['before', 'after'] as const) {
        const { api, ledger, path, run } = setting(join(folder, `${call}-${when}`));
        const controller = new AbortController();
        api.deaths = { [call]: when };
        api.onDeath = () => controller.abort(new Error('killed'));
        await assert.rejects(run(controller.signal), /killed/);
        api.deaths = {};
        const { answers, outcome } = await run();
        const name = `call ${call}, ${when}`;
        assert.equal(answers.size, 6, name);
        assert.equal(outcome.stopped, undefined, name);
        assert.equal(new Set(api.asked).size, api.asked.length, `${name}: asked twice`);
        assert.deepEqual([api.asked.length, ledger.calls.length, ledger.open.size], [6, 6, 0], name);
        assert.ok(!existsSync(path), name);
      }
    }
  }));

test("finds a submitted batch by the list if the server's reply was lost", () =>
  within(async (folder) => {
    const { api, ledger, run } = setting(folder);
    api.deaths = { 1: 'after' };
    const { answers } = await run();
    assert.deepEqual([answers.size, api.batches.length, ledger.open.size], [6, 1, 0]);
  }));

test('submits a lost request again, and releases the reservation of a refused one', () =>
  within(async (folder) => {
    const { api, ledger, run } = setting(folder);
    api.deaths = { 1: 'before' };
    const lost = await run();
    assert.deepEqual([lost.outcome.stopped?.code, api.asked.length, ledger.open.size], ['network', 0, 0]);
    api.deaths = {};
    assert.equal((await run()).answers.size, 6);
    const refused = setting(join(folder, 'refused'));
    refused.api.refusal = 400;
    const { outcome } = await refused.run();
    assert.equal(outcome.stopped?.code, 'bad-request');
    assert.deepEqual([refused.ledger.open.size, refused.ledger.calls.length, outcome.answered], [0, 0, 0]);
    assert.ok(!existsSync(refused.path));
  }));

test('sends requests that a batch did not answer one by one, and does not book them', () =>
  within(async (folder) => {
    const { api, ledger, run } = setting(folder);
    api.errored = new Set([1, 4]);
    const { answers } = await run();
    assert.deepEqual([answers.get(0), answers.get(1), answers.get(4)], ['0;', 'alone;', 'alone;']);
    assert.deepEqual([ledger.calls.length, ledger.open.size], [6, 0]);
  }));

test('submits only requests whose maximum cost fits the limit', () =>
  within(async (folder) => {
    const { api, ledger, run } = setting(folder, 0.0009);
    const { outcome } = await run();
    const submitted = api.batches[0]?.ids.length ?? 0;
    assert.ok(submitted > 0 && submitted < 6, String(submitted));
    assert.equal(outcome.stopped?.code, 'over-budget');
    assert.deepEqual([ledger.calls.length, ledger.open.size], [submitted, 0]);
  }));

test('single requests later wait for a pending batch instead of asking again', () =>
  within(async (folder) => {
    const { api, ledger, path, run, leave } = setting(folder);
    await leave();
    const { answers, outcome, before } = await run(never, false);
    assert.deepEqual(before, { awaited: 6, known: 6 });
    assert.deepEqual([answers.get(0), answers.size, api.asked.length, api.batches.length], ['0;', 6, 6, 1]);
    assert.ok(Math.abs(outcome.costUsd - 6 * halfUsd) < 1e-12, 'its price is told once, with the answers');
    assert.deepEqual([ledger.calls.length, ledger.open.size, existsSync(path)], [6, 0, false]);
  }));

test('stores answers of an ended batch at once, even without new requests', () =>
  within(async (folder) => {
    const { api, ledger, path, run, leave } = setting(folder);
    const batch = await leave();
    batch.left = 1;
    const { answers, before } = await run(never, false);
    assert.deepEqual(before, { awaited: 0, known: 6 });
    assert.deepEqual([answers.get(5), api.asked.length, ledger.calls.length], ['5;', 6, 6]);
    assert.ok(!existsSync(path));
  }));

test('keeps a batch that cannot be checked now, and forgets one with expired results', () =>
  within(async (folder) => {
    const { api, path, run, leave } = setting(folder);
    await leave();
    api.deaths = { [api.calls + 1]: 'before' };
    const { answers, before } = await run(never, false);
    assert.deepEqual(before, { awaited: 0, known: 0 });
    assert.deepEqual([answers.get(0), existsSync(path)], ['alone;', true]);
    const file = new BatchFile(path);
    file.write(file.read().map((batch) => ({ ...batch, since: Date.now() - 30 * 86_400_000 })));
    await run(never, false);
    assert.ok(!existsSync(path));
  }));
