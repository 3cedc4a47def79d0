// The fake Messages API itself: it finds recorded places, checks what it is asked, and obeys its control endpoint.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { connectLlm } from '../../src/llm/connect.ts';
import { defaultModel } from '../../src/llm/providers/anthropic.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { refuse } from '../fakes/messages-validation.ts';
import { at, complete, never } from './requests.ts';

let api: MessagesServer;
before(async () => {
  api = await MessagesServer.start();
});
after(() => api.close());
beforeEach(() => api.control({ reset: true, defaultAnswer: null, acceptKey: null }));

async function ask(position: string, path = 'src/shop/cart.ts'): Promise<string | undefined> {
  const llm = connectLlm({ apiKey: 'k', baseUrl: api.url, model: '', timeoutMs: 5000 });
  const result = await complete(llm, at(position, { path }), never);
  return result.ok ? result.value.text : result.error.code;
}

const file = `${Array.from({ length: 900 }, (_, index) => `  field${index} = ${index};`).join('\n')}\n  done = true;\n`;

test('recordings are found by path and cursor, through the prompt as the client sends it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fake-api-'));
  try {
    mkdirSync(join(folder, 'recorded'));
    mkdirSync(join(folder, 'scope-kit-1.0.0/package/src'), { recursive: true });
    writeFileSync(join(folder, 'scope-kit-1.0.0/package/src/a.ts'), file);
    // The same line end in two places; only the lines around tell them apart.
    const offsets = [1, 400, 899].map((index) => file.indexOf(`field${index} = `) + `field${index} = `.length);
    const rows = offsets.map((offset, index) => ({
      package: '@scope/kit@1.0.0',
      file: 'src/a.ts',
      line: 0,
      column: 0,
      offset,
      sha256: '',
      completion: `recorded${index};`,
    }));
    const missing = { ...rows[0], package: 'gone@1.0.0' };
    writeFileSync(join(folder, 'recorded/kit.jsonl'), [...rows, missing].map((row) => JSON.stringify(row)).join('\n'));
    const server = await MessagesServer.start();
    try {
      assert.equal(server.replay(join(folder, 'recorded'), folder), 3);
      const llm = connectLlm({ apiKey: 'k', baseUrl: server.url, model: '', timeoutMs: 5000 });
      for (const [index, offset] of offsets.entries()) {
        const rest = file.indexOf('\n', offset);
        const position = `${file.slice(0, offset)}¦${file.slice(rest)}`;
        const result = await complete(llm, at(position, { path: 'src/a.ts' }), never);
        assert.equal(result.ok && result.value.text, `recorded${index};`);
      }
      const other = await complete(llm, at('  field1 = ¦', { path: 'src/b.ts' }), never);
      assert.ok(other.ok && !other.value.text.includes('recorded'));
    } finally {
      await server.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('finds an answer by its cursor line alone, but not for a similar line elsewhere', async () => {
  api.register({ path: 'src/shop/cart.ts', before: 'const total = ', completion: 'registered();' });
  assert.equal(await ask('let a;\n  const total = ¦\n'), 'registered();');
  assert.notEqual(await ask('const total = 1;\nconst other = ¦\n'), 'registered();');
  assert.notEqual(await ask('const total = ¦', 'src/else.ts'), 'registered();');
});

test('by default continues like an earlier line, else with an invented text', async () => {
  assert.equal(await ask('app.use(cors());\napp.use(¦\n'), 'cors());');
  assert.equal(await ask('x¦'), 'answeredByTheFakeApi();');
});

test('the control endpoint sets failures, answers, keys and speed, and returns the requests', async () => {
  const control = (message: object) => fetch(`${api.url}/__control`, { method: 'POST', body: JSON.stringify(message) });
  await control({ fail: 'overloaded', times: 2, defaultAnswer: 'set();' });
  assert.deepEqual([await ask('a(¦'), await ask('a(¦'), await ask('a(¦')], ['overloaded', 'overloaded', 'set();']);
  await control({ acceptKey: 'another' });
  assert.equal(await ask('a(¦'), 'bad-key');
  const seen = (await (await fetch(`${api.url}/__requests`)).json()) as { outcome: string }[];
  assert.deepEqual(
    seen.map((request) => request.outcome),
    ['overloaded', 'overloaded', 'ok', 'unauthorized'],
  );
  await control({ reset: true });
  assert.equal(api.requests.length, 0);
});

test('runs as a process and prints its address', async () => {
  const script = join(import.meta.dirname, '../fakes/messages-server.ts');
  const server = spawn(process.execPath, [script, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const { url } = JSON.parse(line.toString()) as { url: string };
    assert.equal((await fetch(`${url}/__control`, { method: 'POST', body: '{"fail": "reset"}' })).status, 200);
  } finally {
    server.kill();
  }
});

test('returns whole answers without streaming', async () => {
  const body = { model: defaultModel, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
  const headers = { 'x-api-key': 'k', 'anthropic-version': '2023-06-01' };
  const response = await fetch(`${api.url}/v1/messages`, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as { content: unknown; stop_reason: string; usage: Record<string, number> };
  assert.deepEqual(answer.content, [{ type: 'text', text: 'Hello.' }]);
  assert.equal(answer.stop_reason, 'end_turn');
  assert.equal(answer.usage.input_tokens, 2);
});

test('refuses requests that the real API refuses', () => {
  const fine = { model: defaultModel, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
  assert.equal(refuse(fine), undefined);
  const prefill = [...fine.messages, { role: 'assistant', content: '<insert>' }];
  for (const [change, status, message] of [
    [{ model: 'claude-nobody' }, 404, /model/],
    [{ max_tokens: 0 }, 400, /max_tokens/],
    [{ messages: [] }, 400, /message/],
    [{ messages: [{ role: 'user', content: ' ' }] }, 400, /non-whitespace/],
    [{ stop_sequences: ['\n'] }, 400, /non-whitespace/],
    [{ messages: prefill }, 400, /prefill/],
    [
      { model: 'claude-haiku-4-5', messages: [fine.messages[0], { role: 'assistant', content: 'a ' }] },
      400,
      /trailing/,
    ],
    [{ temperature: 0 }, 400, /temperature/],
    [{ thinking: { type: 'enabled', budget_tokens: 1024 } }, 400, /enabled/],
    [{ model: 'claude-opus-5-5', thinking: { type: 'disabled' } }, 400, /disabled/],
    [{ thinking: { type: 'between_tools' } }, 400, /between_tools/],
  ] as const) {
    const refused = refuse({ ...fine, ...change });
    assert.equal(refused?.status, status, JSON.stringify(change));
    assert.match(refused?.message ?? '', message);
  }
  assert.equal(refuse({ ...fine, model: 'claude-haiku-4-5', messages: prefill }), undefined);
});
