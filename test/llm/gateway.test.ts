// LiteLLM's recorded answers: a gateway whose Messages API differs from Anthropic's in counts, addresses and errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { mostTokens } from '../../src/llm/protocol/models.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { ManualClock } from '../fakes/clock.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { messagesStream, models, notFound, unknownModel } from '../fakes/litellm-bodies.ts';
import { chat, messages } from '../fakes/stream-formats.ts';
import { assertFailed } from '../support/results.ts';
import { at, complete, never } from './requests.ts';

const position = at('export function total(items) {\n  return items.reduce((sum, item) => ¦, 0);\n}\n');
const address = 'https://gateway.example.org';

function gateway(send: typeof fetch, baseUrl = address) {
  const ledger = new FakeLedger();
  const clock = new ManualClock();
  const settings = { apiKey: 'sk-test-0123456789abcdef', baseUrl, model: 'claude-haiku-5-5', timeoutMs: 5_000 };
  const options = { purpose: 'completion', folder: '/w', budget: new Budget(() => ledger, 1) } as const;
  return { ledger, clock, llm: new RecordingLlm(connectLlm(settings, { fetch: send, clock }), ledger, options) };
}

function stream(events: string): Response {
  return new Response(events, { headers: { 'content-type': 'text/event-stream' } });
}

test('estimates the prompt of an answer that is ended before the gateway has counted it', async () => {
  const { ledger, llm } = gateway(async () => stream(messagesStream.start.replace('</insert>', '\\n')));
  const result = await complete(llm, position, never);
  assert.ok(result.ok && result.value.text === 'sum + item.price', JSON.stringify(result));
  const [row] = ledger.calls;
  const prompt = completionPrompt(position, llm.facts);
  assert.ok((row?.inputTokens ?? 0) + (row?.cacheWriteTokens ?? 0) > 100, JSON.stringify(row));
  assert.ok((row?.outputTokens ?? 0) >= 9, JSON.stringify(row));
  assert.ok((row?.costUsd ?? 0) > llm.estimateUsd(prompt) / 2 && (row?.costUsd ?? 1) < llm.ceilingUsd(prompt));
});

test('believes the counts at the end of a whole answer, and no count of 0', async () => {
  const block = { ...position, multiline: true };
  const rows = [];
  for (const end of [messagesStream.end, messagesStream.end.replace('48', '0').replace('9', '0')]) {
    const { ledger, llm } = gateway(async () => stream(messagesStream.start.replace('</insert>', '') + end));
    assert.ok((await complete(llm, block, never)).ok);
    rows.push(ledger.calls[0]);
  }
  assert.deepEqual([rows[0]?.inputTokens, rows[0]?.outputTokens], [48, 9]);
  assert.ok((rows[1]?.inputTokens ?? 0) > 100 && (rows[1]?.outputTokens ?? 0) >= 9, JSON.stringify(rows[1]));
});

/** Sends the headers and these events, and then nothing until it is ended. */
const silentAfter =
  (events: string): typeof fetch =>
  async (_, init) => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(events));
        init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };

for (const [what, events] of [
  ['anything came', ': waiting\n\n'],
  ['anything was counted', messagesStream.start.slice(0, messagesStream.start.indexOf('event: content_block_start'))],
] as const)
  test(`keeps the reservation of a call that timed out before ${what}`, async () => {
    const { ledger, llm, clock } = gateway(silentAfter(events));
    const asked = complete(llm, position, never);
    for (let second = 0; second < 10; second++) await clock.advance(1_000);
    const result = await asked;
    assert.equal(result.ok ? '' : result.error.code, 'timeout');
    assert.equal(ledger.calls[0]?.costUsd, llm.ceilingUsd(completionPrompt(position, llm.facts)));
  });

test('counts the longest answer if one that has begun times out, and its text if the user cancels it', async () => {
  const outputs: (number | undefined)[] = [];
  for (const cancels of [false, true]) {
    const { ledger, llm, clock } = gateway(silentAfter(messagesStream.start));
    const controller = new AbortController();
    const asked = complete(llm, { ...position, multiline: true }, controller.signal).catch(() => undefined);
    await clock.advance(1_000);
    if (cancels) controller.abort();
    for (let second = 0; second < 10; second++) await clock.advance(1_000);
    await asked;
    outputs.push(ledger.calls[0]?.outputTokens);
  }
  const prompt = completionPrompt({ ...position, multiline: true }, gateway(fetch).llm.facts);
  assert.equal(outputs[0], mostTokens(prompt, gateway(fetch).llm.facts));
  assert.ok((outputs[1] ?? 0) >= 9 && (outputs[1] ?? 0) < 40, String(outputs[1]));
});

/** Serves the paths that LiteLLM has, and HTTP 404 elsewhere. */
const paths: typeof fetch = async (url) => {
  const { pathname } = new URL(String(url));
  if (pathname === '/v1/messages') return stream(messagesStream.start + messagesStream.end);
  const [status, body] = pathname === '/v1/models' ? [200, models] : [404, notFound];
  return new Response(body, { status, headers: { 'content-type': 'application/json' } });
};

for (const suffix of ['', '/', '/v1', '/v1/'])
  test(`the address of a gateway may end in '${suffix}'`, async () => {
    const { llm } = gateway(paths, address + suffix);
    const result = await complete(llm, { ...position, multiline: true }, never);
    assert.ok(result.ok, JSON.stringify(result));
    const settings = { apiKey: 'sk-test-0123456789abcdef', baseUrl: address + suffix, model: '', timeoutMs: 5_000 };
    const listed = await listModels(settings, never, { fetch: paths });
    assert.deepEqual(listed.ok && listed.value, ['claude-haiku-5-5', 'gpt-5.4-mini'], JSON.stringify(listed));
  });

test('a missing list of models is no missing model', async () => {
  const settings = { apiKey: 'sk-test-0123456789abcdef', baseUrl: `${address}/other`, model: '', timeoutMs: 5_000 };
  const listed = await listModels(settings, never, { fetch: paths });
  const says = /^(?!.*claude).*it lists no models at this address \(HTTP 404: Not Found\)\. Check easyAdaptation/;
  assertFailed(listed, 'bad-request', says);
});

test('names the unknown model in both protocols', async () => {
  for (const [provider, body] of [
    ['anthropic', unknownModel.messages],
    ['openai', unknownModel.chat],
  ] as const) {
    const refuses: typeof fetch = async () =>
      new Response(body, { status: 400, headers: { 'content-type': 'application/json' } });
    const settings = { provider, apiKey: 'sk-test-0123456789abcdef', baseUrl: address, model: 'nonesuch' };
    const llm = connectLlm({ ...settings, timeoutMs: 5_000 }, { fetch: refuses });
    const result = await complete(llm, position, never);
    assertFailed(result, 'bad-request', /it knows no model "nonesuch" at this address .*Choose another/);
  }
});

for (const [provider, format, model] of [
  ['anthropic', messages, 'claude-haiku-5-5'],
  ['openrouter', chat, 'some/thinker'],
] as const)
  test(`${provider}: counts the thinking of an answer that is ended early`, async () => {
    const thought = format.thinking('It adds the price of each item. '.repeat(20));
    const events = format.start() + thought + thought + format.delta('sum;\n');
    const settings = { provider, apiKey: 'sk-test-0123456789abcdef', baseUrl: address, model, timeoutMs: 5_000 };
    const llm = connectLlm(settings, { fetch: async () => stream(events) });
    const result = await complete(llm, position, never);
    assert.ok(result.ok, JSON.stringify(result));
    assert.ok(result.value.usage.outputTokens > 1_280 / 4, JSON.stringify(result.value.usage));
  });

test('keeps the reservation if a proxy gave up waiting for the server, and not if the server refused', async () => {
  const booked: (number | undefined)[] = [];
  for (const status of [503, 504, 524]) {
    const { ledger, llm } = gateway(async () => new Response('error code', { status }));
    const result = await complete(llm, position, never);
    assert.equal(result.ok ? '' : result.error.code, 'overloaded');
    booked.push(ledger.calls[0]?.costUsd);
  }
  const { llm } = gateway(fetch);
  const ceiling = llm.ceilingUsd(completionPrompt(position, llm.facts));
  assert.deepEqual(booked, [undefined, ceiling, ceiling]);
});
