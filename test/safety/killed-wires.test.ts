// Labelling with every provider's protocol, killed between answers and during one, and started again. No answer is
// lost, asked for twice, or paid twice.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { HostileMessages, says, stream } from '../fakes/hostile-messages.ts';
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
