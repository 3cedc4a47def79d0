// Labelling with every provider's protocol, killed between answers and during one, and started again. No answer is
// lost, asked for twice, or paid twice.
import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { HostileMessages, says, stream } from '../fakes/hostile-messages.ts';
import { MessageBatches } from '../fakes/message-batches.ts';
import { answered, type Buyer, buy, storedCalls, temporaryFolder } from './purchases.ts';

const positions = 4;

/** A provider for each protocol and each of its paths. */
const wires: Readonly<Record<string, { readonly provider: string; readonly model: string }>> = {
  'the Messages API': { provider: 'anthropic', model: 'claude-haiku-5-5' },
  'chat completions': { provider: 'openai', model: 'gpt-5.4-mini' },
  'middles as tokens': { provider: 'vllm', model: 'starcoder2' },
  'middles in two fields': { provider: 'mistral', model: 'codestral-latest' },
};

for (const [name, { provider, model }] of Object.entries(wires)) {
  test(`${name}: a run killed after each answer and inside one resumes`, async () => {
    const storage = temporaryFolder();
    const api = await HostileMessages.begin();
    /** How often each position was answered completely. */
    const whole = new Map<string, number>();
    let run: Buyer | undefined;
    let [calls, halves] = [0, 0];
    api.as(async (response, server) => {
      const [position = ''] = /place\d+ =/.exec(server.requests.at(-1) ?? '') ?? [];
      calls += 1;
      // The second call of a run is sent after the first answer was stored.
      const kill = calls === 2;
      if (kill && halves++ === 0) {
        stream(response);
        response.write(server.format.start() + server.format.delta('<insert>half'));
      }
      if (kill) {
        run?.kill();
        await run?.ended;
        response.destroy();
      } else {
        whole.set(position, (whole.get(position) ?? 0) + 1);
        says(`<insert>whole of ${position};</insert>`)(response, server);
      }
    });
    try {
      const codes: unknown[] = [];
      while (codes.at(-1) !== 0 && codes.length < 2 * positions) {
        calls = 0;
        run = buy(storage, api.url, { positions, model, rest: [provider, '1'] });
        codes.push(await run.ended);
      }
      assert.deepEqual(codes, [...Array.from({ length: positions - 1 }, () => 'SIGKILL'), 0]);
      assert.deepEqual(
        [...whole.values()],
        Array.from({ length: positions }, () => 1),
      );
      assert.deepEqual(
        [...answered(storage).values()],
        Array.from({ length: positions }, () => 1),
      );
      const rows = storedCalls(storage);
      assert.equal(rows.filter(({ text: kept }) => /whole of place\d+ =;/.test(kept)).length, positions);
      // The reservation of a killed process is no answer. Its cost is at most the reserved amount.
      assert.ok(rows.every(({ costUsd }) => provider === 'vllm' || costUsd > 0));
    } finally {
      await api.close();
      rmSync(storage, { recursive: true, force: true });
    }
  });
}

/** A batch server. It kills the client at a given call, before or after the server handles the call. */
async function batchServer(api: MessageBatches, killed: () => Promise<void>) {
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    try {
      const answer = await api.fetch(`http://localhost${request.url}`, {
        method: request.method as string,
        ...(body !== '' && { body }),
      });
      const type = answer.headers.get('content-type') ?? '';
      response.writeHead(answer.status, { 'content-type': type });
      // The results have their own address.
      response.end((await answer.text()).replaceAll('https://api.anthropic.com', `http://${request.headers.host}`));
    } catch {
      await killed();
      response.destroy();
    }
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test('batches: a run killed before and after each call resumes', async () => {
  const once = async (deaths: MessageBatches['deaths']): Promise<number> => {
    const storage = temporaryFolder();
    const api = new MessageBatches();
    let run: Buyer | undefined;
    const { server, url } = await batchServer(api, async () => {
      run?.kill();
      await run?.ended;
    });
    const ask = () => {
      run = buy(storage, url, { positions, rest: ['anthropic', '1', 'batches'] });
      return run.ended;
    };
    try {
      api.deaths = deaths;
      const dies = Object.keys(deaths).length > 0;
      const name = JSON.stringify(deaths);
      assert.equal(await ask(), dies ? 'SIGKILL' : 0, name);
      if (dies) assert.equal(await ask(), 0, name);
      assert.equal(new Set(api.asked).size, api.asked.length, `${name}: asked twice`);
      assert.equal(api.asked.length, positions, name);
      assert.deepEqual(
        [...answered(storage).values()],
        Array.from({ length: positions }, () => 1),
        name,
      );
      assert.equal(storedCalls(storage).length, positions, name);
      assert.ok(!existsSync(join(storage, 'batches.json')), name);
      return api.calls;
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(storage, { recursive: true, force: true });
    }
  };
  const calls = await once({});
  assert.ok(calls >= 4, String(calls));
  for (let call = 1; call <= calls; call++)
    for (const when of ['before', 'after'] as const) await once({ [call]: when });
});
