// A hostile server: redirects, endless answers, control characters, and false times and counts.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Failure, Result } from '../../src/common/errors.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import type { LlmAnswer } from '../../src/llm/types.ts';
import { HostileMessages, redirects, refuses, says, textsToClean } from '../fakes/hostile-messages.ts';
import { at, complete, never } from './requests.ts';

const key = 'sk-ant-test-0123456789';
const request = at('const sum = ¦\n', { multiline: true });

let api: HostileMessages;
before(async () => {
  api = await HostileMessages.begin();
});
after(() => api.close());

function ask(over: { timeoutMs?: number; fetch?: typeof fetch } = {}, lost: LlmAnswer[] = []) {
  const { timeoutMs = 60_000, ...rest } = over;
  const settings = { apiKey: key, baseUrl: api.url, model: 'claude-haiku-5-5', timeoutMs };
  return complete(connectLlm(settings, { stallMs: timeoutMs, ...rest }), request, never, undefined, (answer) =>
    lost.push(answer),
  );
}

function failure(result: Result<LlmAnswer>): Failure {
  assert.ok(!result.ok, JSON.stringify(result));
  return result.error;
}

test('plain http to another machine is refused before anything is sent', async () => {
  const sent: string[] = [];
  const records: typeof fetch = (url, init) => {
    sent.push(String(url));
    return fetch(url, init);
  };
  const options = { apiKey: key, baseUrl: 'http://proxy.invalid/v1', model: 'claude-haiku-5-5', timeoutMs: 5_000 };
  const llm = connectLlm(options, { fetch: records });
  const error = failure(await complete(llm, request, never));
  assert.equal(error.code, 'bad-request');
  assert.match(error.message, /http:\/\/proxy\.invalid is not https.*ANTHROPIC_BASE_URL/);
  assert.deepEqual(sent, []);
});

test('detects a fetch that follows redirects by itself', async () => {
  api.as(redirects['redirect 307'] as (typeof redirects)[string]);
  const follows: typeof fetch = (url, init) => fetch(url, { ...init, redirect: 'follow' });
  assert.equal(failure(await ask({ fetch: follows })).code, 'redirected');
});

for (const [name, { text, clean }] of Object.entries(textsToClean)) {
  test(`${name}: out of the answer, the model's name and the message`, async () => {
    api.as(says(`<insert>${text}</insert>`, `claude-${text}`));
    const answer = await ask();
    assert.ok(answer.ok, JSON.stringify(answer));
    assert.equal(answer.value.text, clean);
    assert.equal(answer.value.model, `claude-${clean}`);
    api.as(refuses(400, text));
    const { message } = failure(await ask());
    assert.ok(message.includes(clean), message);
  });
}

test('redacts a key that is repeated in pieces', async () => {
  api.as(refuses(400, [...key].join('\u200b')));
  assert.ok(!failure(await ask()).message.includes(key));
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
    assert.equal(failure(await ask()).retryAfterMs, wait, text);
  }
  api.as(refuses(429, 'slow down', { 'retry-after-ms': '250', 'retry-after': '3' }));
  assert.equal(failure(await ask()).retryAfterMs, 250);
});
