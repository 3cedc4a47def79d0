// The client of a job's calls to the large model.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../src/common/log.ts';
import { paidLlm } from '../../src/jobs/paid-llm.ts';
import { openStore } from '../../src/storage/open.ts';
import { MessagesServer } from '../fakes/messages-server.ts';
import { at, complete, never } from '../llm/requests.ts';

test('an answer of a job may take longer than one while typing', async (context) => {
  const api = await MessagesServer.start();
  context.after(() => api.close());
  const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-paid-llm-'));
  const { store } = openStore(folder, { log: silentLog });
  context.after(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  api.setPace({ firstTokenMs: 400 });
  api.answerWith('1;');
  const settings = { apiKey: 'sk-ant-test-0123456789', baseUrl: api.url, model: '', timeoutMs: 50 };
  const llm = paidLlm({ settings, budgetUsd: 1 }, store, '/w', { log: silentLog });
  const result = await complete(llm, at('const value = ¦\n'), never);
  assert.equal(result.ok ? result.value.text : result.error.message, '1;');
});
