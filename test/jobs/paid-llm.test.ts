// The client of a job's calls to the large model.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { paidLlm } from '../../src/jobs/paid-llm.ts';
import { labelBatch } from '../../src/llm/label.ts';
import { completionPrompt } from '../../src/prompts/completion/completion-prompt.ts';
import { openStore } from '../../src/storage/open.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { at, complete, never } from '../llm/requests.ts';

async function begin(context: TestContext) {
  const api = await MessagesServer.start();
  context.after(() => api.close());
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-paid-llm-'));
  const { store } = openStore(folder, { log: silentLog });
  context.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { api, store };
}

test('an answer of a job may take longer than one while typing', async (context) => {
  const { api, store } = await begin(context);
  api.setPace({ firstTokenMs: 400 });
  api.answerWith('1;');
  const settings = { apiKey: 'sk-ant-test-0123456789', baseUrl: api.url, model: '', timeoutMs: 50 };
  const llm = paidLlm({ settings, budgetUsd: 1 }, store, '/w', { log: silentLog });
  const result = await complete(llm, at('const value = ¦\n'), never);
  assert.equal(result.ok ? result.value.text : result.error.message, '1;');
});

test('what a run books, reservations included, never exceeds its limit, whatever the server counts', async (context) => {
  const { api, store } = await begin(context);
  api.answerWith('long '.repeat(100));
  const settings = { apiKey: 'sk-ant-test-0123456789', baseUrl: api.url, model: '', timeoutMs: 50 };
  const runUsd = 0.002;
  const llm = paidLlm({ settings, budgetUsd: 1, runUsd }, store, '/w', { log: silentLog });
  const prompts = Array.from({ length: 40 }, (_, at_) =>
    completionPrompt(at(`const value${at_} = ¦\n`, { multiline: true }), llm.facts),
  );
  const options = {
    concurrency: 4,
    signal: never,
    onAnswer: () => (most = Math.max(most, store.spentInMonth(Date.now()))),
  };
  let most = 0;
  const { answered, stopped } = await labelBatch(llm, prompts, options);
  assert.match(stopped?.message ?? '', /limit of \$0\.0020 for this run.*adaptBudget.*--run-budget/);
  assert.ok(answered > 0 && answered < 40, String(answered));
  assert.ok(most > runUsd / 2 && most <= runUsd, `$${most}`);
  // The next run has a limit of its own.
  const next = paidLlm({ settings, budgetUsd: 1, runUsd }, store, '/w', { log: silentLog });
  assert.ok((await labelBatch(next, prompts, options)).answered > answered);
});
