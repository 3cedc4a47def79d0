// Every provider of the table at a server on this machine: an answer with its cost, its models, and every way to fail.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Clock, systemClock } from '../../src/common/clock.ts';
import type { ErrorCode } from '../../src/common/errors.ts';
import { listModels } from '../../src/llm/connect.ts';
import { labelBatch } from '../../src/llm/label.ts';
import { failureKinds } from '../../src/llm/protocol/failures.ts';
import { estimateTokens, type LlmAnswer, priceUsd } from '../../src/llm/protocol/models.ts';
import { defaultModel, knownModels, modelFacts } from '../../src/llm/providers/anthropic.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { broken } from '../fakes/broken-answers.ts';
import { anywhere, errorBodies } from '../fakes/error-bodies.ts';
import {
  drips,
  floods,
  HostileMessages,
  lies,
  redirects,
  refuses,
  type Serve,
  says,
  stream,
} from '../fakes/hostile-messages.ts';
import { selfSigned } from '../fakes/self-signed.ts';
import { ask, asked, connect, failure, key } from './asking.ts';
import { at, never } from './requests.ts';

const api = await HostileMessages.begin();
after(() => api.close());

const statuses: readonly (readonly [number, ErrorCode, RegExp])[] = [
  [400, 'bad-request', /rejected the request/],
  [401, 'bad-key', /Choose the Large Model/],
  [402, 'no-credit', /no longer answers for this account/],
  [403, 'bad-key', /Choose the Large Model/],
  [404, 'bad-request', /knows no model.*easyAdaptation\.model/],
  [407, 'network', /proxy/],
  [408, 'timeout', /too long/],
  [409, 'overloaded', /pause/],
  [413, 'bad-request', /too long for/],
  [429, 'rate-limited', /pause/],
  [500, 'overloaded', /pause/],
  [502, 'overloaded', /pause/],
  [529, 'overloaded', /pause/],
];

/** What says nothing for a while; the others drip. */
const silent = ['headers and nothing else', 'nothing at all', 'a beginning and nothing else'];

/** Pauses take none of ours. */
function skipping(): Clock {
  let now = 0;
  return {
    ...systemClock,
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
  };
}

function sends(status: number, body: unknown): Serve {
  const text = typeof body === 'string';
  const type = !text ? 'application/json' : body.startsWith('<') ? 'text/html' : 'text/plain';
  return (response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(text ? body : JSON.stringify(body));
  };
}

for (const provider of asked) {
  const { id } = provider;

  test(`${id}: classifies each status, without retries`, async () => {
    for (const [status, code, said] of statuses) {
      for (const headers of [{}, { 'retry-after': '7' }] as const) {
        api.as(refuses(status, `${key} is wrong`, headers));
        const lost: LlmAnswer[] = [];
        const error = await failure(provider, api.url, { lost });
        assert.equal(error.code, code, `${status}: ${error.message}`);
        assert.match(error.message, said);
        // A proxy's refusal is fetch's own error, without headers.
        assert.equal(error.retryAfterMs, 'retry-after' in headers && status !== 407 ? 7_000 : undefined, `${status}`);
        assert.deepEqual([api.requests.length, lost.length], [1, 0]);
      }
    }
  });

  test(`${id}: reports a broken answer with its cost`, async () => {
    for (const [name, { code, serve }] of Object.entries(broken)) {
      api.as(serve);
      const lost: LlmAnswer[] = [];
      const error = await failure(provider, api.url, { lost });
      assert.equal(error.code, code, `${name}: ${error.message}`);
      assert.equal(lost.length, /page/.test(name) ? 0 : 1, name);
      assert.equal(api.requests.length, 1);
    }
  });

  test(`${id}: a silent server ends in a timeout at every stage`, async () => {
    for (const [name, serve] of Object.entries(drips)) {
      api.as(serve);
      const { code, message } = await failure(provider, api.url, { timeoutMs: 100 });
      assert.equal(code, 'timeout', name);
      assert.match(message, /no whole answer within 0\.1 s\. To wait longer, raise easyAdaptation\.apiTimeout/);
    }
    for (const name of silent) {
      api.as(drips[name] as Serve);
      const lost: LlmAnswer[] = [];
      const { code, message } = await failure(provider, api.url, { stallMs: 80, lost });
      assert.equal(code, 'timeout', name);
      assert.match(message, /nothing came for 0\.1 s, which no setting changes\. Check the server/);
      assert.equal(lost.length, 1, name);
    }
  });

  test(`${id}: sends neither text nor key to the target of a redirect`, async () => {
    for (const serve of Object.values(redirects)) {
      api.as(serve);
      const lost: LlmAnswer[] = [];
      const { code, message } = await failure(provider, api.url, { lost });
      assert.equal(code, 'redirected');
      assert.ok(message.includes(api.elsewhere) && /base URL/.test(message), message);
      assert.deepEqual([api.requests.length, api.redirectedRequests.length, lost.length], [1, 0, 0]);
    }
  });

  test(`${id}: reports a server without TLS, and an address without a server`, async () => {
    api.as(says('x'));
    const plain = await failure(provider, api.url.replace('http:', 'https:'));
    assert.equal(plain.code, 'network', plain.message);
    assert.equal((await failure(provider, 'http://127.0.0.1:1')).code, 'network');
    const open = await failure(provider, 'http://server.invalid');
    assert.match(open.message, /http:\/\/server\.invalid is not https/);
  });

  test(`${id}: classifies recorded error answers, with advice`, async () => {
    const rows = errorBodies[id];
    assert.ok(rows, 'no body of its is known');
    for (const { status, body, code, says: said } of [...rows, ...anywhere]) {
      api.as(sends(status, body));
      const lost: LlmAnswer[] = [];
      const error = await failure(provider, api.url, { lost });
      assert.equal(error.code, code, `${status} ${JSON.stringify(body)}: ${error.message}`);
      assert.match(error.message, said);
      assert.deepEqual([api.requests.length, lost.length], [1, 0], error.message);
    }
  });

  test(`${id}: reports an untrusted certificate`, async (t) => {
    const server = createServer(selfSigned('localhost'), (_, response) => response.end('never read'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { code, message } = await failure(provider, `https://127.0.0.1:${port}`);
    assert.equal(code, 'network');
    assert.match(message, /SELF_SIGNED_CERT: its certificate is not trusted here/);
  });

  test(`${id}: cuts endless answers, and refuses invalid ones`, async () => {
    for (const [name, serve] of Object.entries({ ...floods, ...lies })) {
      api.as(serve);
      const { code, message } = await failure(provider, api.url);
      assert.ok(['malformed', 'overloaded', 'network'].includes(code), `${name}: ${message}`);
      assert.ok(api.written < 32 << 20, `${name}: ${api.written} bytes were taken`);
    }
  });

  test(`${id}: retries labels after temporary failures, and keeps earlier answers`, async () => {
    const llm = connect(provider, api.url);
    const prompts = [1, 2, 3].map((n) => completionPrompt(at(`const a${n} = ¦;\n`, { multiline: true }), llm.facts));
    for (const [status, code] of statuses.filter(([each]) => each !== 407)) {
      let calls = 0;
      // The second question is refused once.
      api.as((response, server) =>
        ++calls === 2 ? refuses(status, 'no')(response, server) : says('a')(response, server),
      );
      const kept: number[] = [];
      const onAnswer = (index: number) => kept.push(index);
      const outcome = await labelBatch(llm, prompts, {
        concurrency: 1,
        signal: never,
        clock: skipping(),
        onAnswer,
      });
      const { retries = 0, stops = false } = failureKinds[code] ?? {};
      assert.deepEqual(kept, stops ? [0] : retries > 0 ? [0, 1, 2] : [0, 2], `${status}`);
      assert.equal(api.requests.length, stops ? 2 : retries > 0 ? 4 : 3, `${status}`);
      assert.equal(outcome.stopped?.code, stops ? code : undefined);
    }
  });

  test(`${id}: returns an answer with its cost`, async () => {
    api.as(says('<insert>add(items)</insert>'));
    const result = await ask(provider, api.url);
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(result.value.text.replace(/<\/?insert>/g, ''), 'add(items)');
    assert.deepEqual([result.value.usage.inputTokens, result.value.usage.outputTokens], [100, 5]);
    const { input, output } = connect(provider, api.url).facts;
    assert.ok(Math.abs(result.value.costUsd - (100 * input + 5 * output) / 1e6) < 1e-12);
    if (provider.key.need === 'optional') assert.ok(result.value.costUsd > 0, 'it takes a key');
  });

  test(`${id}: distinguishes a length limit, a refusal and an empty answer from a normal end`, async () => {
    for (const why of ['length', 'refusal'] as const) {
      api.as((response, { format }) => {
        stream(response);
        response.end(format.start() + format.delta('cut') + format.end({ why }));
      });
      const result = await ask(provider, api.url);
      assert.ok(result.ok, JSON.stringify(result));
      const { text, truncated, refused } = result.value;
      const expected = why === 'length' ? ['cut', true, undefined] : ['', false, true];
      assert.deepEqual([text, truncated, refused], expected);
    }
    api.as(says(''));
    const empty = await ask(provider, api.url);
    assert.ok(empty.ok && empty.value.text === '' && empty.value.refused === undefined, JSON.stringify(empty));
  });

  test(`${id}: lists its models`, async () => {
    const settings = { provider: id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 };
    api.as((response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: 'two' }], has_more: false }));
    });
    assert.deepEqual(await listModels(settings, never), { ok: true, value: ['one', 'two'] });
    api.as(refuses(401, 'no such key'));
    const refused = await listModels(settings, never);
    assert.ok(!refused.ok && refused.error.code === 'bad-key', JSON.stringify(refused));
  });
}

const usage = { inputTokens: 1_000, cacheWriteTokens: 2_000, cacheReadTokens: 4_000, outputTokens: 100 };

test('every model of the table is one that the SDK knows, the default among them', () => {
  const types = join(import.meta.dirname, '../../node_modules/@anthropic-ai/sdk/resources/messages/messages.d.ts');
  const list = /export type Model = (.*);/.exec(readFileSync(types, 'utf8'))?.[1] ?? '';
  for (const id of knownModels) assert.ok(list.includes(`'${id}'`), id);
  assert.ok(knownModels.includes(defaultModel));
});

test('a call is priced by its row: input, cache write, cache read, output', () => {
  const usd = (1_000 * 1 + 2_000 * 1.25 + 4_000 * 0.1 + 100 * 5) / 1e6;
  assert.ok(Math.abs(priceUsd(usage, modelFacts('claude-haiku-4-5')) - usd) < 1e-12);
});

test('a prompt above the threshold costs more as a whole', () => {
  const haiku = modelFacts('claude-haiku-5-5');
  const price = (tokens: number) =>
    priceUsd({ inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: tokens, outputTokens: 0 }, haiku);
  assert.ok(Math.abs(price(100_000) - 0.001) < 1e-12);
  assert.ok(Math.abs(price(100_001) - 0.00500005) < 1e-12);
});

test('names with a date or a provider in front find their row', () => {
  for (const name of [
    'claude-haiku-4-5-20251001',
    'us.anthropic.claude-haiku-4-5',
    'anthropic/claude-haiku-4-5@20251001',
  ])
    assert.equal(modelFacts(name).id, 'claude-haiku-4-5', name);
  assert.equal(modelFacts('claude-opus-5').id, 'claude-opus-5');
  assert.equal(modelFacts('claude-opus-5-5').id, 'claude-opus-5-5');
});

test('an unknown model has the highest price, is flagged, and gets no optional fields', () => {
  const facts = modelFacts('claude-haiku-9');
  assert.equal(facts.guessed, true);
  assert.equal(facts.thinking, 'none');
  assert.ok(knownModels.every((id) => priceUsd(usage, modelFacts(id)) <= priceUsd(usage, facts)));
  assert.ok(knownModels.every((id) => modelFacts(id).guessed === undefined));
  assert.equal(estimateTokens(0, facts), 0);
});
