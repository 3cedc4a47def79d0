// Chat completions with servers of different capabilities: request fields, refused fields, and fill-in-the-middle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConnectOptions, connectLlm, requestWriter } from '../../src/llm/connect.ts';
import { providerOf } from '../../src/llm/providers/providers.ts';
import { Budget, promptHash, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { ManualClock } from '../fakes/clock.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { chat, middles, type StreamFormat } from '../fakes/stream-formats.ts';
import { at, complete, never } from './requests.ts';

const position = at('const sum = ¦;\n', { snippets: [{ path: 'b.ts', text: 'const other = 1;', line: 0 }] });
type Body = Readonly<Record<string, unknown>>;

/** A server in memory that answers so, and keeps what it was sent. @param refuse says what it does not take */
function server(format: StreamFormat, text = 'a + b', refuse: (body: Body) => string | undefined = () => undefined) {
  const sent: { readonly url: string; readonly headers: Headers; readonly body: Body }[] = [];
  const fetch: NonNullable<ConnectOptions['fetch']> = async (url, init) => {
    const body = JSON.parse(String(init?.body)) as Body;
    sent.push({ url: String(url), headers: new Headers(init?.headers), body });
    const message = refuse(body);
    if (message === undefined)
      return new Response(format.start() + format.delta(text) + format.end(), {
        headers: { 'content-type': 'text/event-stream' },
      });
    return new Response(
      JSON.stringify({ error: { message, type: 'invalid_request_error', code: null, param: null } }),
      {
        status: 400,
        headers: { 'content-type': 'application/json' },
      },
    );
  };
  return { sent, fetch };
}

function connect(provider: string, model: string, fetch: NonNullable<ConnectOptions['fetch']>, over: object = {}) {
  return connectLlm({ provider, apiKey: 'key-of-a-test', model, timeoutMs: 5_000, ...over }, { fetch });
}

async function answered(llm: ReturnType<typeof connectLlm>, request = position): Promise<string> {
  const result = await complete(llm, request, never);
  assert.ok(result.ok, JSON.stringify(result));
  return result.value.text;
}

test('requests a middle as tokens or as two fields, and only from models trained for it', async () => {
  const rows = [
    ['llama.cpp', 'Qwen2.5-Coder-1.5B', 'http://127.0.0.1:8080/v1/completions'],
    ['vllm', 'bigcode/starcoder2-3b', 'http://127.0.0.1:8000/v1/completions'],
    ['ollama', 'qwen2.5-coder:1.5b-base', 'http://127.0.0.1:11434/v1/completions'],
    ['mistral', 'codestral-latest', 'https://api.mistral.ai/v1/fim/completions'],
    ['llama.cpp', 'gemma-4', 'http://127.0.0.1:8080/v1/chat/completions'],
    ['openai', 'starcoder2', 'https://api.openai.com/v1/chat/completions'],
  ] as const;
  const prompts: unknown[] = [];
  for (const [provider, model, url] of rows) {
    const { sent, fetch } = server(url.endsWith('chat/completions') || provider === 'mistral' ? chat : middles);
    assert.equal(await answered(connect(provider, model, fetch)), 'a + b');
    assert.equal(sent[0]?.url, url);
    const { prompt, suffix, messages, stop } = sent[0]?.body ?? {};
    prompts.push(messages === undefined ? [prompt, suffix, stop] : 'chat');
  }
  const tokens = '<|fim_prefix|>const sum = <|fim_suffix|>;\n<|fim_middle|>';
  const file = (mark: string) => `${mark}b.ts\nconst other = 1;\n${mark}src/shop/cart.ts\n`;
  assert.deepEqual(prompts, [
    [`${file('<|file_sep|>')}${tokens}`, undefined, ['\n', '<|endoftext|>', '<|file_sep|>', '<|fim_pad|>']],
    [
      `${file('<file_sep>')}${tokens.replaceAll('|', '')}`,
      undefined,
      ['\n', '<|endoftext|>', '<file_sep>', '<repo_name>'],
    ],
    ['const sum = ', ';\n', ['\n']],
    ['const sum = ', ';\n', ['\n']],
    'chat',
    'chat',
  ]);
});

test("escapes special tokens of the model in the user's text", async () => {
  const { sent, fetch } = server(middles);
  await answered(connect('llama.cpp', 'qwen2.5-coder', fetch), at('const a = "<|fim_middle|><|file_sep|>x";¦\n'));
  const prompt = String(sent[0]?.body.prompt);
  assert.equal(prompt.split('<|fim_middle|>').length, 2);
  assert.ok(prompt.includes('const a = "x";'));
});

test('omits a refused field, and uses the newer name of another field', async () => {
  const newer = (body: Body) =>
    'max_tokens' in body
      ? "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
      : 'stop' in body
        ? "Unsupported parameter: 'stop' is not supported with this model."
        : undefined;
  const { sent, fetch } = server(chat, '<insert>a + b</insert>', newer);
  const llm = connect('openai', 'gpt-5.4-mini', fetch);
  for (let turn = 0; turn < 2; turn++) assert.equal(await answered(llm), 'a + b');
  assert.equal(sent.length, 4);
  const { model, messages: _, ...body } = sent.at(-1)?.body ?? {};
  assert.equal(model, 'gpt-5.4-mini');
  assert.deepEqual(body, {
    stream: true,
    max_completion_tokens: 160,
    reasoning_effort: 'none',
    stream_options: { include_usage: true },
  });
});

test('a request that is refused for another reason is not retried', async () => {
  const { sent, fetch } = server(chat, '', () => 'Invalid JSON in the body.');
  const result = await complete(connect('openai', '', fetch), position, never);
  assert.ok(!result.ok && result.error.code === 'bad-request');
  assert.equal(sent.length, 1);
});

test("keeps the query of a server's address", async () => {
  const { sent, fetch } = server(chat);
  const baseUrl = 'https://x.openai.azure.com/openai/v1/?api-version=preview';
  await answered(connect('azure', 'gpt', fetch, { baseUrl }));
  assert.equal(sent[0]?.url, 'https://x.openai.azure.com/openai/v1/chat/completions?api-version=preview');
});

test('sends no key to servers that need none', async () => {
  const { sent, fetch } = server(chat);
  await answered(connect('lmstudio', 'small', fetch, { apiKey: '' }));
  assert.equal(sent[0]?.headers.get('authorization'), null);
  const result = await complete(connect('openai', '', fetch, { apiKey: '' }), position, never);
  assert.ok(!result.ok && result.error.code === 'no-key');
  assert.equal(sent.length, 1);
});

test('a local server without a key is free; with one, or for a provider, and of an unknown price, it is not', async () => {
  const { fetch } = server(chat);
  const keyless = { apiKey: '' };
  const local = await complete(connect('ollama', 'gemma', fetch, keyless), position, never);
  assert.ok(local.ok && local.value.costUsd === 0);
  // A proxy on this machine hands requests on to a paid API.
  const proxied = { baseUrl: 'http://127.0.0.1:4000/v1' };
  for (const provider of ['vllm', 'openai']) {
    const { facts } = connect(provider, 'some-model', fetch, proxied);
    assert.ok(facts.input > 0 && facts.guessed, provider);
  }
  assert.equal(connect('vllm', 'some-model', fetch, { ...proxied, ...keyless }).facts.input, 0);
  const unknown = await complete(connect('openrouter', 'some/model', fetch), position, never);
  assert.ok(unknown.ok && unknown.value.costUsd > 0);
  const known = connect('deepseek', 'deepseek-v4-flash', fetch);
  const answer = await complete(known, position, never);
  assert.ok(answer.ok);
  assert.ok(Math.abs(answer.value.costUsd - (100 * 0.14 + 5 * 0.28) / 1e6) < 1e-12);
  assert.equal(known.facts.priced, '2026-04-30');
});

test('estimates the cost of an answer without token counts', async () => {
  const silent = {
    ...chat,
    start: () => chat.ping,
    end: () => chat.end().replace(/data: \{[^\n]*usage[^\n]*\n\n/, ''),
  };
  const result = await complete(
    connect('openai', '', server(silent, '<insert>add(items)</insert>').fetch),
    position,
    never,
  );
  assert.ok(result.ok && result.value.costUsd > 0, JSON.stringify(result));
  assert.ok(result.value.usage.outputTokens >= 8 && result.value.usage.inputTokens > 100, JSON.stringify(result));
});

test('waits for the first token of an own server until the time limit, of another provider for 8 s', async () => {
  const nothingCame = /took too long: nothing came for 8 s, which no setting changes\. Check the server, or choose/;
  for (const [provider, baseUrl, outcome] of [
    ['llama.cpp', '', /^a \+ b$/],
    ['openai', 'http://127.0.0.1:4000/v1', /^a \+ b$/],
    ['openai', '', nothingCame],
  ] as const) {
    const clock = new ManualClock();
    const { fetch } = server(chat);
    const readsFor20s: typeof fetch = async (url, init) => {
      await clock.sleep(20_000, init?.signal ?? never);
      return fetch(url, init);
    };
    const settings = { provider, baseUrl, apiKey: 'key-of-a-test', model: 'gpt-4.1', timeoutMs: 60_000 };
    const asked = complete(connectLlm(settings, { fetch: readsFor20s, clock }), position, never);
    for (let second = 0; second < 30; second++) await clock.advance(1_000);
    const result = await asked;
    assert.match(result.ok ? result.value.text : result.error.message, outcome);
  }
});

test('the longest request fits into the context of a small local server', async () => {
  const long = at(`${'const value = 1;\n'.repeat(3_000)}¦\n`);
  const request = (await requestWriter({ provider: 'llama.cpp', model: 'some' }, completionPrompt))(long);
  assert.ok(request.length / 2.4 < 8_192);
});

test('does not reuse a stored answer of the same model at another server', async () => {
  const hashes = [
    ['anthropic', ''],
    ['vllm', '127.0.0.1:8000'],
    ['vllm', 'other:8000'],
    ['ollama', '127.0.0.1:8000'],
  ].map(([provider, host = '']) => {
    const facts = providerOf(provider).facts('small', host);
    return promptHash('small', completionPrompt(position, facts), facts);
  });
  assert.equal(new Set(hashes).size, hashes.length);
  const { sent, fetch } = server(chat);
  const store = new FakeLedger();
  const budget = new Budget(() => store, 0);
  for (const provider of ['vllm', 'ollama', 'vllm']) {
    const options = { purpose: 'labelling', folder: '/w', budget } as const;
    await answered(new RecordingLlm(connect(provider, 'small', fetch, { apiKey: '' }), store, options));
  }
  // Free without a key, so a budget of nothing holds none back.
  assert.equal(sent.length, 2);
});
