// Recording and labelling: no paid answer is lost or paid for twice, and a batch stops only if continuing is useless.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/common/clock.ts';
import { type ErrorCode, failed, ok, type Result } from '../../src/common/errors.ts';
import { type LabelOptions, labelBatch } from '../../src/llm/label.ts';
import { failureOf } from '../../src/llm/protocol/failures.ts';
import { type LlmAnswer, type Prompt, unknownModel } from '../../src/llm/protocol/models.ts';
import { providerOf } from '../../src/llm/providers/providers.ts';
import { Budget, promptHash, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import type { LlmRequest } from '../../src/prompts/completion/llm-request.ts';
import { ManualClock, settled } from '../fakes/clock.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { type LlmScript, llmAnswer, ScriptedLlm } from '../fakes/llm.ts';
import { at, complete, never } from './requests.ts';

const requests = Array.from({ length: 20 }, (_, index) => at(`const value${index} = ¦`));
const facts = { ...unknownModel, id: 'scripted' };
const prompts = requests.map((request) => completionPrompt(request, facts));
const request = requests[0] as LlmRequest;
const first = prompts[0] as Prompt;
const indexOf = (request: { query: { prefix: string } }) => Number(/\d+/.exec(request.query.prefix)?.[0]);

function recorded(
  script: string | LlmScript | ScriptedLlm,
  over: Partial<ConstructorParameters<typeof RecordingLlm>[2]> = {},
  store = new FakeLedger(),
) {
  const scripted = script instanceof ScriptedLlm ? script : new ScriptedLlm(script);
  const budget = new Budget(() => store, 1000);
  const options = { purpose: 'labelling', folder: '/w', budget, now: () => 7, ...over } as const;
  return { store, scripted, llm: new RecordingLlm(scripted, store, options) };
}

type Labeller = Parameters<typeof labelBatch>[0];

function batch(llm: Labeller, over: Partial<LabelOptions> = {}) {
  const answers = new Map<number, string>();
  const outcome = labelBatch(llm, prompts, {
    concurrency: 4,
    signal: never,
    onAnswer: (index, answer) => answers.set(index, answer.text),
    random: () => 1,
    ...over,
  });
  return { answers, outcome };
}

test('stores an answer before returning it', async () => {
  const { store, llm } = recorded('1;');
  const result = await complete(llm, request, never);
  assert.ok(result.ok);
  const { usage, ...answer } = llmAnswer('1;');
  assert.deepEqual(store.calls, [
    {
      at: 7,
      requestHash: promptHash('scripted', first, facts),
      purpose: 'labelling',
      folder: '/w',
      path: request.query.path,
      model: 'scripted',
      text: '1;',
      ...usage,
      costUsd: answer.costUsd,
      latencyMs: answer.latencyMs,
    },
  ]);
});

test('a prompt that says what it is for is booked as that', async () => {
  const { store, llm } = recorded('1;', { purpose: 'completion' });
  await llm.ask({ ...first, purpose: 'next edit' }, never);
  const purposes = store.calls.map(({ purpose }) => purpose);
  assert.deepEqual(purposes, ['next edit']);
});

test('reuses a stored answer for labelling, but not for a completion', async () => {
  const { store, scripted, llm } = recorded('1;');
  await complete(llm, request, never);
  assert.ok(llm.knows(first));
  assert.equal(llm.estimateUsd(first), 0.001, 'what a run may cost is shared out alike, whatever is known already');
  const again = await complete(llm, { ...request, oneOff: true }, never);
  assert.ok(again.ok && again.value.text === '1;' && again.value.costUsd === 0 && again.value.fromStore);
  assert.equal(scripted.requests.length, 1);
  await complete(recorded(scripted, { purpose: 'completion' }, store).llm, request, never);
  assert.equal(scripted.requests.length, 2);
  assert.notEqual(promptHash('a', first, facts), promptHash('b', first, facts));
});

test('a stored answer keeps its mark of being truncated', async () => {
  const { scripted, llm } = recorded('asked;');
  const lengths = [first.maxTokens - 1, first.maxTokens];
  for (const [index, outputTokens] of lengths.entries()) {
    const usage = { ...llmAnswer('').usage, outputTokens };
    scripted.answer = (text) => llmAnswer(text, { usage, truncated: outputTokens === first.maxTokens });
    await llm.ask(prompts[index] as Prompt, never);
  }
  for (const index of lengths.keys()) {
    const answer = await llm.ask(prompts[index] as Prompt, never);
    assert.ok(answer.ok && answer.value.fromStore);
    assert.equal(answer.value.truncated, index === 1);
  }
});

test('stores the cost of a cancelled answer without reusing its text', async () => {
  const cut = new ScriptedLlm('', 'm');
  cut.ceiling = 0.5;
  cut.ask = async (_prompt, _signal, _onText, onLost) => {
    onLost?.(llmAnswer('half', { costUsd: 0.25 }));
    throw new DOMException('typed on', 'AbortError');
  };
  const { store, llm } = recorded(cut);
  const lost: LlmAnswer[] = [];
  const expected = { name: 'AbortError' };
  await assert.rejects(
    complete(llm, request, never, undefined, (answer) => lost.push(answer)),
    expected,
  );
  assert.equal(store.calls[0]?.text, 'half');
  assert.equal(store.findLlmCall(promptHash('m', first, cut.facts)), undefined);
  assert.equal(store.spentInMonth(7), 0.25);
  assert.equal(store.open.size, 0);
  assert.equal(lost.length, 1);
});

test('returns an answer that the store cannot write', async () => {
  const messages: string[] = [];
  const log = { debug() {}, info() {}, warn() {}, error: (message: string) => messages.push(message) };
  const { store, llm } = recorded('1;', { log });
  store.broken = true;
  const result = await complete(llm, request, never);
  assert.ok(result.ok && result.value.text === '1;');
  assert.match(messages[0] ?? '', /could not be stored/);
});

test('a batch answers every request with limited concurrency', async () => {
  const { store, scripted, llm } = recorded(async (request) => {
    await settled();
    return `answer ${indexOf(request)}`;
  });
  const { answers, outcome } = batch(llm);
  assert.deepEqual(await outcome, {
    answered: 20,
    failed: 0,
    stopped: undefined,
    costUsd: (await outcome).costUsd,
  });
  assert.equal(scripted.mostOpen, 4);
  assert.equal(store.calls.length, 20);
  for (const [index, text] of answers) assert.equal(text, `answer ${index}`);
  // The second time nothing is asked.
  const again = batch(llm);
  assert.equal((await again.outcome).costUsd, 0);
  assert.equal(scripted.requests.length, 20);
});

const limits = [
  ['of the month', 0.0125, undefined, /\$0\.0125 a month.*easyAdaptation\.apiBudget.*--budget/],
  ['of a run', 1, 0.0125, /limit of \$0\.0125 for this run.*--run-budget/],
] as const;
for (const [of, monthUsd, runUsd, says] of limits)
  for (const concurrency of [1, 4, 20])
    test(`a batch of ${concurrency} at a time stops at the limit ${of} and not earlier`, async () => {
      // A call may cost five times what it does cost.
      const scripted = new ScriptedLlm(async () => {
        await settled();
        return '1;';
      });
      scripted.ceiling = 0.005;
      const store = new FakeLedger();
      const budget = new Budget(() => store, monthUsd, systemClock, runUsd);
      const { llm } = recorded(scripted, { budget, now: Date.now }, store);
      const { answered, stopped, costUsd } = await batch(llm, { concurrency }).outcome;
      assert.equal(stopped?.code, 'over-budget');
      assert.match(stopped.message, says);
      // One more would have been let in only with 0.005 left.
      assert.deepEqual([answered, scripted.requests.length], [8, 8]);
      assert.ok(costUsd <= 0.0125);
    });

for (const [from, costUsd, firstTokenMs, open] of [
  ['a slow server of the user’s own', 0, 6_000, 1],
  ['a fast one', 0, 4_000, 4],
  ['a slow API', 0.001, 6_000, 4],
] as const) {
  test(`answers from ${from} are asked for ${open} at a time`, async () => {
    const scripted = new ScriptedLlm(async () => {
      await settled();
      return '1;';
    });
    scripted.answer = (text) => llmAnswer(text, { costUsd, firstTokenMs });
    const openAfterFirst: number[] = [];
    const { outcome } = batch(scripted, { onAnswer: () => openAfterFirst.push(scripted.open) });
    assert.equal((await outcome).answered, 20);
    assert.equal(scripted.mostOpen, 4);
    // The other three were in flight before the first answer came.
    assert.equal(Math.max(...openAfterFirst.slice(4)), open - 1);
  });
}

test('the price of a batch includes answers that broke off and were retried', async () => {
  const clock = new ManualClock(0);
  let calls = 0;
  const broken = recorded('').scripted;
  broken.ask = async (_prompt, _signal, _onText, onLost) => {
    if (++calls > 1) return ok(llmAnswer('1;'));
    onLost?.(llmAnswer('half', { costUsd: 0.25 }));
    return failed('timeout', 'too long');
  };
  const outcome = labelBatch(broken, [first], {
    concurrency: 1,
    signal: never,
    onAnswer: () => {},
    clock,
    random: () => 1,
  });
  await clock.advance(10_000);
  const { answered, costUsd } = await outcome;
  assert.deepEqual([answered, calls, costUsd], [1, 2, 0.251]);
});

for (const code of ['overloaded', 'rate-limited', 'network'] as const)
  test(`a batch that gives up after '${code}' does not say that requests continue`, async () => {
    const clock = new ManualClock(0);
    const context = { model: 'm', apiKey: 'k', host: 'api.example', now: 0, provider: providerOf('anthropic') };
    const error = failureOf(code, 'HTTP 503', context);
    assert.match(error.message, /\. Requests continue after a pause\.$/);
    const scripted = recorded('').scripted;
    scripted.ask = async () => ({ ok: false, error });
    const { outcome } = batch(scripted, { clock });
    await clock.advance(3_600_000);
    const { stopped } = await outcome;
    assert.equal(stopped?.code, code);
    assert.match(stopped.message, /HTTP 503.*\. Start it again later: it asks for the rest\.$/);
    assert.doesNotMatch(stopped.message, /continue/);
  });

test('a batch of few prompts says why none was answered', async () => {
  const clock = new ManualClock(0);
  const offline = recorded('').scripted;
  offline.ask = async () => failed('network', 'No connection.');
  const options = { concurrency: 4, signal: never, onAnswer: () => {}, clock, random: () => 1 };
  const outcome = labelBatch(offline, prompts.slice(0, 5), options);
  await clock.advance(10 * 60_000);
  const stopped = { code: 'network', message: 'No connection.' };
  assert.deepEqual(await outcome, { answered: 0, failed: 5, stopped, costUsd: 0 });
});

test('sends nothing if answers cannot be stored, and stops the batch', async () => {
  const { store, scripted, llm } = recorded('1;');
  store.refuses = { ok: false, why: 'unwritable', message: 'the disk is full' };
  const outcome = await batch(llm).outcome;
  assert.deepEqual(outcome.stopped, { code: 'unwritable', message: 'the disk is full' });
  assert.equal(scripted.requests.length, 0);
});

test('retries a store that another window is writing to', async () => {
  const clock = new ManualClock(0);
  const { store, scripted, llm } = recorded('1;');
  store.refuses = { ok: false, why: 'busy' };
  const { outcome } = batch(llm, { clock });
  await clock.advance(1);
  assert.equal(scripted.requests.length, 0);
  store.refuses = undefined;
  await clock.advance(10_000);
  assert.equal((await outcome).answered, 20);
});

const upTo =
  (calls: number, failure: Result<never>): LlmScript =>
  (_request, call) =>
    call < calls ? '1;' : failure;
const ends: readonly (readonly [
  string,
  LlmScript,
  answered: number,
  failed: number,
  ErrorCode | undefined,
  asked: number,
])[] = [
  ['stops at a refused key and keeps what it has', upTo(6, failed('bad-key', 'refused')), 6, 0, 'bad-key', 7],
  [
    'skips and counts a request that fails',
    (each) => (indexOf(each) % 5 === 0 ? failed('bad-request', 'too long') : '1;'),
    ...([16, 4, undefined, 20] as const),
  ],
  [
    'ends at a retry-after of an hour',
    upTo(5, failed('rate-limited', 'come back later', 3_600_000)),
    ...([5, 0, 'rate-limited', 6] as const),
  ],
];
for (const [name, script, ...expected] of ends)
  test(`a batch ${name}`, async () => {
    const { scripted, llm } = recorded(script);
    const { answers, outcome } = batch(llm, { concurrency: 1 });
    const { answered, failed: count, stopped } = await outcome;
    assert.deepEqual([answered, count, stopped?.code, scripted.requests.length], expected);
    assert.equal(answers.size, answered);
  });

test('all workers wait for a busy API as long as it says', async () => {
  const clock = new ManualClock(0);
  const times: number[] = [];
  const { llm } = recorded((_request, call) => {
    times.push(clock.now());
    return call === 0 ? failed('rate-limited', 'slow down', 30_000) : '1;';
  });
  const { outcome } = batch(llm, { clock, concurrency: 1 });
  await clock.advance(29_999);
  assert.equal(times.length, 1);
  await clock.advance(1);
  assert.equal((await outcome).answered, 20);
  assert.deepEqual(times.slice(0, 2), [0, 30_000]);
});

for (const [code, tries] of [
  ['overloaded', 6],
  ['network', 4],
  ['timeout', 3],
  ['malformed', 2],
  ['bad-request', 1],
] as const satisfies readonly (readonly [ErrorCode, number])[]) {
  test(`an API that only says '${code}' is abandoned after eight requests with ${tries} tries each`, async () => {
    const clock = new ManualClock(0);
    const { scripted, llm } = recorded(() => failed(code, 'again'));
    const retried: string[] = [];
    const { outcome } = batch(llm, { clock, concurrency: 1, onRetry: ({ message }) => retried.push(message) });
    await clock.advance(24 * 3_600_000);
    const { answered, failed: count, stopped } = await outcome;
    assert.deepEqual([answered, count, stopped?.code], [0, 8, code]);
    assert.equal(scripted.requests.length, 8 * tries);
    assert.deepEqual(retried, Array(8 * (tries - 1)).fill('again'));
  });
}

test('a cancelled batch rejects with the reason, even while waiting', async () => {
  const clock = new ManualClock(0);
  const { llm } = recorded(() => failed('overloaded', 'again'));
  const controller = new AbortController();
  const { outcome } = batch(llm, { clock, signal: controller.signal });
  await clock.advance(1);
  controller.abort(new Error('closed'));
  await assert.rejects(outcome, /closed/);
  assert.equal(clock.pending, 0);
});
