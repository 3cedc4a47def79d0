// Every provider of the table against a server on this machine: an answer, what is asked, and every way to fail; the same rows for all.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ErrorCode, Failure } from '../../src/common/errors.ts';
import { connectTeacher, listModels } from '../../src/teacher/connect.ts';
import { providers } from '../../src/teacher/providers/providers.ts';
import type { TeacherAnswer } from '../../src/teacher/types.ts';
import type { Provider } from '../../src/teacher/wire.ts';
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
import { chat, messages, middles } from '../fakes/tongues.ts';
import { at, complete, never } from './requests.ts';

const key = 'sk-test-0123456789abcdef';
const place = at('export function total(items) {\n  const sum = ¦;\n}\n');

let api: HostileMessages;
before(async () => {
  api = await HostileMessages.begin();
});
after(() => api.close());

/** Those that are asked over the network. */
const asked = providers.filter(({ key: { need } }) => need !== 'none');

interface Asking {
  readonly model?: string;
  readonly apiKey?: string;
  readonly timeoutMs?: number;
  readonly url?: string;
  readonly multiline?: boolean;
  readonly lost?: TeacherAnswer[];
}

function ask({ id, defaultModel }: Provider, over: Asking = {}) {
  const { model = defaultModel || 'small', timeoutMs = 60_000, apiKey = key, url = api.url, lost = [] } = over;
  const settings = { provider: id, apiKey, baseUrl: url, model, timeoutMs };
  const teacher = connectTeacher(settings, { stallMs: timeoutMs });
  api.tongue = id === 'anthropic' ? messages : teacher.facts.infill?.door.path === '/completions' ? middles : chat;
  const request = { ...place, multiline: over.multiline ?? true };
  return complete(teacher, request, never, undefined, (answer) => lost.push(answer));
}

async function failure(provider: Provider, over: Asking = {}): Promise<Failure> {
  const result = await ask(provider, over);
  assert.ok(!result.ok, JSON.stringify(result));
  assert.ok(!result.error.message.includes(key), result.error.message);
  return result.error;
}

const statuses: readonly (readonly [number, ErrorCode, RegExp])[] = [
  [400, 'bad-request', /did not take/],
  [401, 'bad-key', /Set API Key/],
  [402, 'no-credit', /answers no more for this account/],
  [403, 'bad-key', /Set API Key/],
  [404, 'bad-request', /knows no model/],
  [407, 'network', /proxy/],
  [408, 'timeout', /too long/],
  [409, 'overloaded', /pause/],
  [413, 'bad-request', /too long for/],
  [429, 'rate-limited', /pause/],
  [500, 'overloaded', /pause/],
  [502, 'overloaded', /pause/],
  [529, 'overloaded', /pause/],
];

const begun = 'start; ';
const broken: Readonly<Record<string, { readonly code: ErrorCode; readonly serve: Serve }>> = {
  'cut off by a clean end': {
    code: 'malformed',
    serve: (response, { tongue }) => {
      stream(response);
      response.end(tongue.start() + tongue.delta(begun));
    },
  },
  'cut off by a hang-up': {
    code: 'network',
    serve: (response, { tongue }) => {
      stream(response);
      response.write(tongue.start() + tongue.delta(begun), () => setImmediate(() => response.destroy()));
    },
  },
  'hung up on before an answer': { code: 'network', serve: (response) => void response.destroy() },
  'an event that is no JSON': {
    code: 'malformed',
    serve: (response, { tongue }) => {
      stream(response);
      response.end(`${tongue.start()}event: content_block_delta\ndata: {"type": "conte\n\n`);
    },
  },
  'text that is none': {
    code: 'malformed',
    serve: (response, { tongue }) => {
      stream(response);
      response.end(tongue.start() + tongue.delta(7) + tongue.end());
    },
  },
  'a page instead of a stream': {
    code: 'malformed',
    serve: (response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<!doctype html><title>Sign in to this network</title>');
    },
  },
  'an error in the middle': {
    code: 'overloaded',
    serve: (response, { tongue }) => {
      stream(response);
      response.end(tongue.start() + tongue.delta(begun) + tongue.error('the model is down'));
    },
  },
};

for (const provider of asked) {
  const { id } = provider;

  test(`${id}: an answer, with what it cost`, async () => {
    api.as(says('<insert>add(items)</insert>'));
    const result = await ask(provider);
    assert.ok(result.ok, JSON.stringify(result));
    assert.equal(result.value.text.replace(/<\/?insert>/g, ''), 'add(items)');
    assert.deepEqual([result.value.usage.inputTokens, result.value.usage.outputTokens], [100, 5]);
    const free = id !== 'anthropic' && id !== 'openai' && !provider.defaultModel.startsWith('codestral');
    assert.equal(result.value.costUsd === 0, free);
  });

  test(`${id}: a length limit and a refusal are told apart from an end`, async () => {
    for (const why of ['length', 'refusal'] as const) {
      api.as((response, { tongue }) => {
        stream(response);
        response.end(tongue.start() + tongue.delta('cut') + tongue.end({ why }));
      });
      const result = await ask(provider);
      assert.ok(result.ok, JSON.stringify(result));
      assert.deepEqual(
        [result.value.truncated, result.value.refused],
        [why === 'length', why === 'refusal' || undefined],
      );
    }
  });

  test(`${id}: each status is its row, tried once`, async () => {
    for (const [status, code, said] of statuses) {
      for (const headers of [{}, { 'retry-after': '7' }] as const) {
        api.as(refuses(status, `${key} is wrong`, headers));
        const lost: TeacherAnswer[] = [];
        const error = await failure(provider, { lost });
        assert.equal(error.code, code, `${status}: ${error.message}`);
        assert.match(error.message, said);
        // A proxy's refusal is fetch's own error, without headers.
        assert.equal(error.retryAfterMs, 'retry-after' in headers && status !== 407 ? 7_000 : undefined, `${status}`);
        assert.deepEqual([api.requests.length, lost.length], [1, 0]);
      }
    }
  });

  test(`${id}: a broken answer, and what it has cost`, async () => {
    for (const [name, { code, serve }] of Object.entries(broken)) {
      api.as(serve);
      const lost: TeacherAnswer[] = [];
      const error = await failure(provider, { lost });
      assert.equal(error.code, code, `${name}: ${error.message}`);
      assert.equal(lost.length, /page|before/.test(name) ? 0 : 1, name);
      assert.equal(api.requests.length, 1);
    }
  });

  test(`${id}: silence ends at every stage`, async () => {
    for (const [name, serve] of Object.entries(drips)) {
      api.as(serve);
      assert.equal((await failure(provider, { timeoutMs: 100 })).code, 'timeout', name);
    }
  });

  test(`${id}: neither text nor key goes where a server sends it on to`, async () => {
    for (const serve of Object.values(redirects)) {
      api.as(serve);
      assert.equal((await failure(provider)).code, 'redirected');
      assert.deepEqual([api.requests.length, api.strayed.length], [1, 0]);
    }
  });

  test(`${id}: no TLS where some is spoken, and nobody who listens`, async () => {
    api.as(says('x'));
    const plain = await failure(provider, { url: api.url.replace('http:', 'https:') });
    assert.equal(plain.code, 'network', plain.message);
    assert.equal((await failure(provider, { url: 'http://127.0.0.1:1' })).code, 'network');
    const open = await failure(provider, { url: 'http://server.invalid' });
    assert.match(open.message, /http:\/\/server\.invalid is not https/);
  });

  test(`${id}: its models are listed`, async () => {
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

  // One of each wire and path: what is cut off hangs on nothing else.
  if (!['anthropic', 'openai', 'mistral'].includes(id)) continue;
  test(`${id}: what has no end is cut off, and lies are no answers`, async () => {
    for (const [name, serve] of Object.entries({ ...floods, ...lies })) {
      api.as(serve);
      const { code, message } = await failure(provider);
      assert.ok(['malformed', 'overloaded', 'network'].includes(code), `${name}: ${message}`);
      assert.ok(api.written < 32 << 20, `${name}: ${api.written} bytes were taken`);
    }
  });
}

test('ids, labels and addresses are told apart; terms have a page and a day', () => {
  for (const field of ['id', 'label'] as const) {
    const values = providers.map((row) => row[field]);
    assert.equal(new Set(values).size, values.length);
  }
  for (const {
    terms,
    baseUrl,
    key: { need },
  } of providers) {
    // Who claims to know has read them.
    if (terms.read === undefined) assert.equal(terms.training, 'not known');
    else assert.match(terms.read, /^\d{4}-\d\d-\d\d$/);
    assert.ok(terms.page !== '' && (terms.training !== 'restricted' || terms.said));
    assert.ok(need === 'none' || baseUrl === '' || baseUrl.startsWith('https://') === (need === 'required'));
  }
});
