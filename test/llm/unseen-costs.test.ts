// The booked cost of a call if the server's counts are implausible or its answer was not received.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Log, silentLog } from '../../src/common/log.ts';
import { Budget } from '../../src/llm/budget.ts';
import { connectLlm } from '../../src/llm/connect.ts';
import { RecordingLlm } from '../../src/llm/recording.ts';
import type { LlmAnswer } from '../../src/llm/types.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { HostileMessages, says, stream } from '../fakes/hostile-messages.ts';
import { FakeLedger } from '../fakes/ledger.ts';
import { resets } from '../fakes/resets.ts';
import { key, position } from './asking.ts';
import { complete, never } from './requests.ts';

const api = await HostileMessages.begin();
after(() => api.close());

function recorded(provider: string, baseUrl: string) {
  const ledger = new FakeLedger();
  const warnings: string[] = [];
  const log: Log = { ...silentLog, warn: (text) => warnings.push(text) };
  const settings = { provider, apiKey: key, baseUrl, model: '', timeoutMs: 20_000 };
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
        assert.match(
          result.value.overcounted ?? '',
          /tokens for one answer, more than this call can use\..*the most that this call may cost/,
        );
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

for (const id of ['anthropic', 'openai']) {
  for (const [name, { paid, begin }] of Object.entries(resets)) {
    test(`${id}: ${name} ${paid ? 'may have cost a whole answer' : 'costs nothing'}`, async () => {
      const reset = await begin();
      try {
        const { ledger, llm } = recorded(id, reset.url);
        const prompt = completionPrompt(position, llm.facts);
        const lost: LlmAnswer[] = [];
        const result = await llm.ask(prompt, never, undefined, (answer) => lost.push(answer));
        assert.ok(!result.ok, JSON.stringify(result));
        assert.deepEqual([ledger.open.size, ledger.calls.length, lost.length], paid ? [0, 1, 1] : [0, 0, 0]);
        if (!paid) return;
        const booked = ledger.calls[0]?.costUsd ?? 0;
        assert.ok(booked <= llm.ceilingUsd(prompt) && booked > llm.estimateUsd(prompt), `$${booked}`);
      } finally {
        await reset.close();
      }
    });
  }
}
