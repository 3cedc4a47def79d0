// The client over a real socket and the real SDK, against the fake Messages API: good answers, and every way to fail.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { root } from '../../build/paths.ts';
import type { Result } from '../../src/common/errors.ts';
import { apiHost, connectLlm } from '../../src/llm/connect.ts';
import type { LlmAnswer } from '../../src/llm/protocol/models.ts';
import { defaultModel, knownModels } from '../../src/llm/providers/anthropic.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { assertFailed } from '../support/results.ts';
import { at, complete, never } from './requests.ts';

const key = 'sk-ant-test-0123456789';
const request = at('export function total(items) {\n  const sum = ¦\n  return sum;\n}\n');

const api = await MessagesServer.start();
after(() => api.close());
beforeEach(() => {
  api.reset();
  api.acceptOnly(undefined);
  api.answerWith('add(items);');
});

function connect(over: Partial<Parameters<typeof connectLlm>[0]> = {}): ReturnType<typeof connectLlm> {
  return connectLlm({ apiKey: key, baseUrl: api.url, model: '', timeoutMs: 10_000, ...over });
}

function value(result: Result<LlmAnswer>): LlmAnswer {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

test('streams an answer with text, usage, cost and model', async () => {
  const seen: string[] = [];
  const answer = value(await complete(connect(), request, never, (text) => seen.push(text)));
  assert.equal(answer.text, 'add(items);');
  assert.equal(answer.model, defaultModel);
  assert.ok(answer.usage.inputTokens > 0 && answer.usage.outputTokens > 0);
  const { usage } = answer;
  const usd = (usage.inputTokens * 0.1 + usage.cacheWriteTokens * 0.125 + usage.outputTokens * 0.5) / 1e6;
  assert.ok(Math.abs(answer.costUsd - usd) < 1e-12);
  assert.equal(answer.truncated, false);
  assert.ok(answer.firstTokenMs <= answer.latencyMs);
  assert.ok(seen.length > 1 && seen.every((text) => 'add(items);'.startsWith(text)), JSON.stringify(seen));
  assert.equal(api.requests[0]?.keyEnd, key.slice(-4));
  assert.equal(api.requests[0]?.prompt?.path, 'src/shop/cart.ts');
});

test('every listed model gets a request that the API accepts', async () => {
  for (const model of knownModels) {
    const answer = value(await complete(connect({ model }), request, never));
    assert.equal(answer.text, 'add(items);', model);
  }
  const multiline = { ...request, multiline: true };
  assert.equal(value(await complete(connect({ model: 'claude-haiku-4-5' }), multiline, never)).text, 'add(items);');
});

test('the second request about a file reads the first one from the cache', async () => {
  const text = Array.from({ length: 300 }, (_, index) => `const value${index} = ${index};`).join('\n');
  const first = value(await complete(connect(), at(`${text}\nuse(¦`), never));
  const second = value(await complete(connect(), at(`${text}\nuse(v¦`), never));
  assert.ok(first.usage.cacheWriteTokens > 1000 && first.usage.cacheReadTokens === 0);
  assert.ok(second.usage.cacheReadTokens >= first.usage.cacheWriteTokens && second.usage.cacheWriteTokens === 0);
  assert.ok(second.costUsd < first.costUsd / 2);
});

test('cuts an answer after its line, and estimates its cost', async () => {
  api.answerWith(`add(items);\n${'and much more;\n'.repeat(200)}`);
  api.setPace({ msPerToken: 2 });
  const answer = value(await complete(connect(), request, never));
  assert.equal(answer.text, 'add(items);');
  assert.ok(answer.usage.inputTokens > 0);
  assert.ok(answer.usage.outputTokens >= 4 && answer.usage.outputTokens < 40, String(answer.usage.outputTokens));
  const { usage } = answer;
  assert.ok(answer.costUsd >= (usage.inputTokens * 0.1 + usage.outputTokens * 0.5) / 1e6);
});

test("reads a thinking model's answer to its end, which counts the thinking", async () => {
  api.answerWith('add(items);\nand more;\n');
  const answer = value(await complete(connect({ model: 'claude-opus-5-5' }), request, never));
  assert.equal(answer.text, 'add(items);\nand more;');
  assert.equal(api.requests[0]?.outcome, 'ok');
});

test('books the whole reservation for a cancelled answer of a thinking model', async () => {
  api.fail('stall-before-headers');
  const lost: LlmAnswer[] = [];
  const llm = connect({ model: 'claude-fable-5-1', timeoutMs: 60 });
  await complete(llm, request, never, undefined, (answer) => lost.push(answer));
  assert.ok((lost[0]?.costUsd ?? 0) > (4096 * 50) / 1e6);
  assert.ok((lost[0]?.costUsd ?? 1) <= llm.ceilingUsd(completionPrompt(request, llm.facts)));
});

test('returns a whole block, and marks it if the length limit cut it', async () => {
  api.answerWith('add(items);\n  check(sum);');
  const block = { ...request, multiline: true };
  assert.equal(value(await complete(connect(), block, never)).text, 'add(items);\n  check(sum);');
  api.answerWith('long '.repeat(2000));
  assert.equal(value(await complete(connect(), block, never)).truncated, true);
});

test('reports an invalid base URL', async () => {
  const wrong = await complete(connect({ baseUrl: 'not a url' }), request, never);
  assertFailed(wrong, 'bad-request', /baseUrl/);
});

test("sends the SDK's headers to Anthropic, and common headers to other servers", async () => {
  const sent: Headers[] = [];
  const refuse: typeof fetch = async (_url, init) => {
    sent.push(new Headers(init?.headers));
    return new Response('{}', { status: 503 });
  };
  for (const baseUrl of ['https://api.anthropic.com', 'https://llm.example.org'])
    await complete(connectLlm({ apiKey: key, baseUrl, model: '', timeoutMs: 1000 }, { fetch: refuse }), request, never);
  assert.equal(sent[0]?.get('authorization'), `Bearer ${key}`);
  assert.equal(sent[0]?.get('x-api-key'), null);
  const sdk = readFileSync(join(root, 'node_modules/@anthropic-ai/sdk/client.mjs'), 'utf8');
  assert.equal(sent[0]?.get('anthropic-version'), /'anthropic-version': '([\d-]+)'/.exec(sdk)?.[1]);
  assert.equal(sent[1]?.get('x-api-key'), key);
  assert.equal(sent[1]?.get('anthropic-version'), '2023-06-01');
});

test('cancellation rejects with the reason, ends the request, and reports the cost', async () => {
  api.setPace({ msPerToken: 20 });
  api.answerWith('a rather long answer that takes its time to come;');
  const controller = new AbortController();
  const reason = new Error('typed on');
  const lost: LlmAnswer[] = [];
  await assert.rejects(
    complete(
      connect(),
      request,
      controller.signal,
      (text) => text.length > 3 && controller.abort(reason),
      (answer) => lost.push(answer),
    ),
    (error) => error === reason,
  );
  assert.equal(lost.length, 1);
  assert.match(lost[0]?.text ?? '', /^a ra/);
  assert.ok((lost[0]?.usage.inputTokens ?? 0) > 0);
  while (api.requests[0]?.outcome !== 'aborted') await new Promise((resolve) => setTimeout(resolve, 5));
});

test('a request that was cancelled before it was sent costs nothing', async () => {
  const controller = new AbortController();
  controller.abort();
  const lost: LlmAnswer[] = [];
  await assert.rejects(
    complete(connect(), request, controller.signal, undefined, (answer) => lost.push(answer)),
    { name: 'AbortError' },
  );
  assert.equal(api.requests.length + lost.length, 0);
});

test('an estimate is near the actual cost, and higher for an unknown model', async () => {
  const llm = connect();
  const estimate = llm.estimateUsd(completionPrompt(request, llm.facts));
  const { costUsd } = value(await complete(llm, request, never));
  assert.ok(estimate > costUsd / 2 && estimate < costUsd * 3, `${estimate} for ${costUsd}`);
  const unknown = connect({ model: 'some-model' });
  assert.ok(unknown.estimateUsd(completionPrompt(request, unknown.facts)) > estimate * 10);
});

test('the host for consent: the setting, the environment, the default', () => {
  assert.equal(apiHost({ baseUrl: 'https://llm.example.org/v1' }, {}), 'llm.example.org');
  assert.equal(apiHost({ baseUrl: '' }, { ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' }), '127.0.0.1:9');
  assert.equal(apiHost({}, {}), 'api.anthropic.com');
  // What names no host is not shown: it may hold a password.
  assert.equal(apiHost({}, { ANTHROPIC_BASE_URL: 'joe:hunter2@llm.example.org' }), '');
  assert.equal(apiHost({}, { ANTHROPIC_BASE_URL: 'https://joe:hunter2@llm.example.org' }), 'llm.example.org');
});

test('omits the thinking fields after a server has refused them once', async () => {
  const sent: boolean[] = [];
  const picky: typeof fetch = async (url, init) => {
    const thinks = 'thinking' in JSON.parse(String(init?.body));
    sent.push(thinks);
    if (!thinks) return fetch(url, init);
    const error = { type: 'invalid_request_error', message: 'thinking.type: disabled is not supported by this model' };
    return new Response(JSON.stringify({ type: 'error', error }), {
      status: 400,
      headers: { 'content-type': 'application/json' },
    });
  };
  const llm = connectLlm({ apiKey: key, baseUrl: api.url, model: '', timeoutMs: 10_000 }, { fetch: picky });
  for (let turn = 0; turn < 2; turn++) assert.equal(value(await complete(llm, request, never)).text, 'add(items);');
  assert.deepEqual(sent, [true, false, false]);
});
