// A hostile server: redirects, endless answers, control characters, the key in any form, and false times and counts.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Log, silentLog } from '../../src/common/log.ts';
import { connectLlm, listModels } from '../../src/llm/connect.ts';
import { withoutKey } from '../../src/llm/protocol/key-forms.ts';
import type { LlmAnswer, LlmSettings } from '../../src/llm/protocol/models.ts';
import { Budget, RecordingLlm } from '../../src/llm/recording.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { HostileMessages, redirects, refuses, says, stream, textsToClean } from '../fakes/hostile-messages.ts';
import { keyForms } from '../fakes/key-forms.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { resets } from '../fakes/resets.ts';
import { planted, sdkVariables, withPlantedEnvironment } from '../fakes/sdk-environment.ts';
import { assertFailed } from '../support/results.ts';
import { ask, asked, failure, key, position } from './asking.ts';
import { complete, never } from './requests.ts';

const api = await HostileMessages.begin();
after(() => api.close());

const anthropic = asked[0] as (typeof asked)[number];

/** A fetch that keeps the addresses, and is refused. */
function recording() {
  const sent: string[] = [];
  const records: typeof fetch = async (url) => {
    sent.push(String(url));
    return new Response('', { status: 500 });
  };
  return { sent, records };
}

test('plain http to another machine is refused before anything is sent', async () => {
  const { sent, records } = recording();
  const options = { apiKey: key, baseUrl: 'http://proxy.invalid/v1', model: 'claude-haiku-5-5', timeoutMs: 5_000 };
  const llm = connectLlm(options, { fetch: records });
  const refused = await complete(llm, position, never);
  assertFailed(refused, 'bad-request', /http:\/\/proxy\.invalid is not https.*ANTHROPIC_BASE_URL/);
  assert.deepEqual(sent, []);
});

test('an address with a user name and password is refused before anything is sent, and neither is repeated', async () => {
  const { sent, records } = recording();
  for (const { id, baseUrl: own } of asked) {
    const baseUrl = `https://joe:hunter2@${own === '' ? 'proxy.invalid' : new URL(own).host}/v1`;
    const llm = connectLlm({ provider: id, apiKey: key, baseUrl, model: 'm', timeoutMs: 5_000 }, { fetch: records });
    const refused = await complete(llm, position, never);
    assertFailed(refused, 'bad-request', /user name or a password.*easyAdaptation\.baseUrl.*Choose the Large Model/);
    assert.ok(!refused.ok && !/joe|hunter2/.test(refused.error.message), JSON.stringify(refused));
  }
  assert.deepEqual(sent, []);
});

test('detects a fetch that follows redirects by itself', async () => {
  api.as(redirects['redirect 307'] as (typeof redirects)[string]);
  const follows: typeof fetch = (url, init) => fetch(url, { ...init, redirect: 'follow' });
  const options = { apiKey: key, baseUrl: api.url, model: 'claude-haiku-5-5', timeoutMs: 60_000 };
  const found = await complete(connectLlm(options, { fetch: follows }), position, never);
  assert.ok(!found.ok && found.error.code === 'redirected', JSON.stringify(found));
});

for (const [name, { text, clean }] of Object.entries(textsToClean)) {
  test(`${name}: out of the answer, the model's name and the message`, async () => {
    api.as(says(`<insert>${text}</insert>`, `claude-${text}`));
    const answer = await ask(anthropic, api.url);
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal(answer.value.text, clean);
    assert.equal(answer.value.model, `claude-${clean}`);
    api.as(refuses(400, text));
    const { message } = await failure(anthropic, api.url);
    assert.ok(message.includes(clean), message);
  });
}

test('redacts a key that is repeated in pieces', async () => {
  api.as(refuses(400, [...key].join('\u200b')));
  await failure(anthropic, api.url);
});

test("limits the server's pause to an hour, and ignores invalid times", async () => {
  const said: Readonly<Record<string, number | undefined>> = {
    '7': 7_000,
    '99999999': 3_600_000,
    '1e300': undefined,
    Infinity: undefined,
    NaN: undefined,
    '-5': undefined,
    '0': 0,
    soon: undefined,
    'Thu, 01 Jan 1970 00:00:00 GMT': undefined,
    'Fri, 31 Dec 9999 23:59:59 GMT': 3_600_000,
  };
  for (const [text, wait] of Object.entries(said)) {
    api.as(refuses(429, 'slow down', { 'retry-after': text }));
    assert.equal((await failure(anthropic, api.url)).retryAfterMs, wait, text);
  }
  api.as(refuses(429, 'slow down', { 'retry-after-ms': '250', 'retry-after': '3' }));
  assert.equal((await failure(anthropic, api.url)).retryAfterMs, 250);
});

for (const [name, write] of Object.entries(keyForms)) {
  test(`redacts the key in messages and answers: ${name}`, async () => {
    const written = write(key);
    for (const provider of asked.filter(({ id }) => ['anthropic', 'vllm'].includes(id))) {
      api.as(refuses(400, `no such key: ${written} (denied)`));
      const refused = await ask(provider, api.url);
      assert.ok(!refused.ok);
      assert.ok(!refused.error.message.includes(written), refused.error.message);
      assert.match(refused.error.message, /no such key: .*\[key\].* ?\(denied\)/);
      api.as(says(`<insert>const a = "${written}"; // and more</insert>`, `model-${written}`));
      const answer = await ask(provider, api.url);
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.ok(!answer.value.text.includes(written), answer.value.text);
      assert.match(answer.value.text, /const a = ".*\[key\].*"; \/\/ and more/);
      assert.ok(!answer.value.model.includes(written), answer.value.model);
      api.as((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: written }], has_more: false }));
      });
      const settings = { provider: provider.id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 };
      const listed = await listModels(settings, never);
      assert.ok(listed.ok && listed.value.includes('one') && !listed.value.includes(written), JSON.stringify(listed));
    }
  });
}

test('leaves text that is not the key', () => {
  const text = 'const total = items.reduce((sum, item) => sum + item.price, 0); // EMPTY lm-studio';
  for (const placeholder of ['EMPTY', 'lm-studio', 'sk-no-key-needed', 'test'])
    assert.equal(withoutKey(text, placeholder, 'answer'), text);
  assert.equal(withoutKey(text, key, 'answer'), text);
  assert.equal(withoutKey(text, '', 'message'), text);
});

test('redacts a long answer in linear time', () => {
  const text = 'sk-test-0123456789abcde 736b2d c2stdGVzdC0 %73%6b '.repeat(20_000);
  assert.equal(withoutKey(text, key, 'answer'), text);
});

/** What every request may hold; Node's own fetch adds the last row. */
const allowed = [
  ...['accept', 'authorization', 'content-type', 'user-agent', 'x-api-key', 'anthropic-version'],
  ...['host', 'connection', 'accept-language', 'sec-fetch-mode', 'accept-encoding', 'content-length'],
];

test("environment variables of SDKs do not change any provider's requests", async (t) => {
  const variables = sdkVariables();
  assert.ok(variables.length >= 16 && variables.includes('ANTHROPIC_CUSTOM_HEADERS'), variables.join());
  const logs = (['log', 'info', 'debug', 'warn', 'error'] as const).map((name) => t.mock.method(console, name));
  const requests = async () => {
    const seen: string[] = [];
    for (const provider of asked) {
      api.as(says('a'));
      const result = await ask(provider, api.url);
      assert.ok(result.ok, JSON.stringify(result));
      await listModels({ provider: provider.id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 }, never);
      assert.equal(api.requests.length, 2);
      assert.equal(api.redirectedRequests.length, 0);
      seen.push(...api.requests.map((request) => request.slice(0, request.indexOf('\n'))));
    }
    return seen;
  };
  const plain = await requests();
  const attacked = await withPlantedEnvironment(variables, api.elsewhere, requests);
  for (const [at, request] of attacked.entries()) assert.equal(request, plain[at]);
  for (const request of plain) {
    assert.ok(!request.includes(planted));
    const actual = Object.keys(JSON.parse(request)).filter((name) => !allowed.includes(name));
    assert.deepEqual(actual, []);
  }
  const found = logs.reduce((sum, { mock }) => sum + mock.callCount(), 0);
  assert.equal(found, 0);
});

test('a provider without a default address sends nothing until one is set', async () => {
  const { sent, records } = recording();
  for (const { id, baseUrl } of asked) {
    if (baseUrl !== '') continue;
    const llm = connectLlm({ provider: id, apiKey: key, model: 'm', timeoutMs: 5_000 }, { fetch: records });
    const result = await complete(llm, position, never);
    assertFailed(result, 'bad-request', /easyAdaptation\.baseUrl/);
  }
  assert.deepEqual(sent, []);
});

function recorded(provider: string, baseUrl: string, part: Partial<LlmSettings> = {}) {
  const ledger = new FakeLedger();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (text) => warnings.push(text) };
  const settings = { provider, apiKey: key, baseUrl, model: '', timeoutMs: 20_000, ...part };
  const budget = new Budget(() => ledger, 1000);
  const options = { purpose: 'labelling', folder: '/w', budget, log } as const;
  return { ledger, warnings, llm: new RecordingLlm(connectLlm(settings), ledger, options) };
}

const priced = ['anthropic', 'openai', 'groq'];

for (const id of priced) {
  test(`${id}: books only the reservation if the server counts 100 million tokens, and says so once`, async () => {
    const claim = 100_000_000;
    for (const [input, output] of [[100, claim], ...(id === 'anthropic' ? ([[claim, 5]] as const) : [])] as const) {
      api.as((response, { format }) => {
        stream(response);
        response.end(format.start({ input }) + format.delta('<insert>a</insert>') + format.end({ output }));
      });
      const { ledger, warnings, llm } = recorded(id, api.url);
      let ceiling = 0;
      for (const text of ['a', 'b']) {
        const prompt = completionPrompt({ ...position, drafts: [{ text, estimate: 0.5 }] }, llm.facts);
        ceiling += llm.ceilingUsd(prompt);
        const result = await llm.ask(prompt, never);
        assert.ok(result.ok, JSON.stringify(result));
        const pattern = /tokens for one answer, more than this call can use\..*the most that this call may cost/;
        assert.match(result.value.overcounted ?? '', pattern);
      }
      const booked = ledger.calls.reduce((sum, { costUsd }) => sum + costUsd, 0);
      assert.ok(ceiling > 0 && booked > 0 && booked <= ceiling + 1e-12, `$${booked} of $${ceiling}`);
      for (const { inputTokens, outputTokens } of ledger.calls) assert.ok(inputTokens + outputTokens < 20_000);
      assert.deepEqual([ledger.open.size, warnings.length], [0, 1]);
    }
  });
}

test('books the plausible counts of a server', async () => {
  api.as(says('<insert>a</insert>'));
  const { ledger, warnings, llm } = recorded('anthropic', api.url);
  const result = await complete(llm, position, never);
  assert.ok(result.ok && result.value.overcounted === undefined);
  assert.deepEqual([ledger.calls[0]?.inputTokens, ledger.calls[0]?.outputTokens, warnings.length], [100, 5, 0]);
});

for (const [name, part] of Object.entries({
  'an address with a password': { baseUrl: 'https://joe:hunter2@gateway.invalid' },
  'an address without a host': { baseUrl: 'https:' },
  'a port that no browser asks': { baseUrl: 'http://127.0.0.1:6000' },
  'a key of other letters': { apiKey: 'ключ' },
  'a key of two lines': { apiKey: 'one\ntwo' },
}))
  for (const provider of ['anthropic', 'openai'])
    test(`${provider}: a request that cannot be built costs nothing: ${name}`, async () => {
      const { ledger, llm } = recorded(provider, api.url, part);
      const lost: LlmAnswer[] = [];
      const result = await llm.ask(completionPrompt(position, llm.facts), never, undefined, (answer) =>
        lost.push(answer),
      );
      assert.ok(!result.ok, JSON.stringify(result));
      assert.deepEqual([ledger.open.size, ledger.calls.length, lost.length], [0, 0, 0]);
    });

for (const id of ['anthropic', 'openai']) {
  for (const [name, { paid, begin }] of Object.entries(resets)) {
    test(`${id}: ${name} ${paid ? 'may have cost a whole answer' : 'costs nothing'}`, async (t) => {
      const reset = await begin();
      t.after(() => reset.close());
      const { ledger, llm } = recorded(id, reset.url);
      const prompt = completionPrompt(position, llm.facts);
      const lost: LlmAnswer[] = [];
      const result = await llm.ask(prompt, never, undefined, (answer) => lost.push(answer));
      assert.ok(!result.ok, JSON.stringify(result));
      assert.deepEqual([ledger.open.size, ledger.calls.length, lost.length], paid ? [0, 1, 1] : [0, 0, 0]);
      if (!paid) return;
      const booked = ledger.calls[0]?.costUsd ?? 0;
      assert.ok(booked <= llm.ceilingUsd(prompt) && booked > llm.estimateUsd(prompt), `$${booked}`);
    });
  }
}
