// Servers on this machine: llama.cpp and Ollama as they answer, others that listen at the same ports, and none.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, test } from 'node:test';
import { findServers } from '../../../src/vscode/bases/servers.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const never = new AbortController().signal;

/** Answers the named paths with JSON, or with a text as it is. */
async function serve(answers: Readonly<Record<string, unknown>>): Promise<number> {
  const server = createServer(({ url = '' }, response) => {
    const answer = answers[url];
    if (answer === undefined) return response.writeHead(404).end();
    if (answer !== 'silence') response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function closedPort(): Promise<number> {
  const port = await serve({});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

test('finds both by what they answer', async () => {
  const llama = await serve({ '/v1/models': { data: [{ id: 'qwen.gguf', owned_by: 'llamacpp' }] } });
  const ollama = await serve({ '/api/tags': { models: [{ name: 'qwen2.5-coder:1.5b' }, { name: 'llama3' }, {}] } });
  assert.deepEqual(await findServers(never, { llama, ollama }), [
    { program: 'llama.cpp', url: `http://127.0.0.1:${llama}/v1`, models: ['qwen.gguf'] },
    { program: 'Ollama', url: `http://127.0.0.1:${ollama}/v1`, models: ['qwen2.5-coder:1.5b', 'llama3'] },
  ]);
});

test('finds nothing where another program answers, or nobody', async () => {
  const ollama = await closedPort();
  for (const answer of [
    { data: [{ id: 'm', owned_by: 'vllm' }] },
    { data: [null, 7, 'x'] },
    { data: 'x' },
    null,
    '<html>',
    `"${'x'.repeat(1_000_001)}"`,
  ]) {
    const llama = await serve({ '/v1/models': answer });
    assert.deepEqual(await findServers(never, { llama, ollama }), [], JSON.stringify(answer)?.slice(0, 40));
  }
});

test('waits for a silent server no longer than a second, and ends with the list', async () => {
  const silent = await serve({ '/v1/models': 'silence', '/api/tags': 'silence' });
  assert.deepEqual(await findServers(never, { llama: silent, ollama: silent }), []);
  assert.deepEqual(await findServers(AbortSignal.abort(), { llama: silent, ollama: silent }), []);
});
