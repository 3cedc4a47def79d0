// The job of a text task: what its report says of a run that ended early.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import { silentLog } from '../../src/common/log.ts';
import { noProgress } from '../../src/common/progress.ts';
import { textTaskJob } from '../../src/jobs/text-task.ts';
import { databaseName } from '../../src/storage/open.ts';
import { never } from '../llm/requests.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { TaskTree } from '../text-tasks/support.ts';

/** A run with a limit, over 40 labelled and 20 open texts, where the store's file cannot be opened. */
async function stoppedOf(runUsd: number): Promise<string> {
  const tree = new TaskTree();
  const rows = Array.from({ length: 60 }, (_, i) => {
    const text = i % 2 === 0 ? `an error in page ${i}` : `please add page ${i}`;
    return `${text},${i < 40 ? ['bug', 'wish'][i % 2] : ''}`;
  });
  tree.write({ 'issues.csv': `title,kind\n${rows.join('\n')}\n` });
  tree.task('issues', { source: { kind: 'csv', path: 'issues.csv', text: 'title', label: 'kind' } });
  const storeFolder = temporaryFolder();
  mkdirSync(join(storeFolder, databaseName), { recursive: true });
  const settings = { apiKey: 'sk-ant-none', baseUrl: 'http://127.0.0.1:9', model: '', timeoutMs: 50 };
  const report = await textTaskJob(
    {
      root: tree.root,
      harvest: { trusted: true },
      secrets: [],
      task: 'issues',
      storeFolder,
      api: { settings, budgetUsd: 1, runUsd },
      who: 'test',
    },
    { confirm: async () => true, progress: noProgress, signal: never, log: silentLog },
  );
  return unwrap(report).stopped ?? '';
}

test('a limit that ended the calls is reported beside a disk that failed', async () => {
  const stopped = await stoppedOf(0.000001);
  assert.match(stopped, /limit of \$0\.0000 for this run is reached/);
  assert.match(stopped, /cannot be used .* Every answer that was paid for is stored\.$/);
});

test('a disk that ended the calls is reported once', async () => {
  assert.equal((await stoppedOf(1)).split('cannot be used').length, 2);
});
