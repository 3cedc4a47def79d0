// Delete Stored Data: what goes from the disk, and what stays.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { dialogs } from '../../fakes/vscode-dialogs.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { adaptations } = await import('../../../src/vscode/adapt/surface.ts');

test('deleting everything deletes what has arrived of a download, and keeps whole models', async () => {
  const storage = temporaryFolder();
  const downloads = join(storage, 'downloads');
  mkdirSync(downloads);
  for (const name of ['whole.gguf', 'cut.gguf.partial']) writeFileSync(join(downloads, name), 'x');
  const nothing = () => undefined;
  const deps = {
    ...{ adaptation: { stop: nothing }, folders: { peek: nothing, restart: nothing }, activity: { clear: nothing } },
    ...{ permissions: { forget: nothing }, store: { get: () => ({ deleteAll: nothing }) }, paths: { storage } },
    ...{ status: { folder: () => ({ key: 'k', name: 'shop' }) }, onDeleted: nothing, log: { error: nothing } },
  };
  dialogs.pick = () => ({ row: 'Everything' });
  dialogs.answer = 'Delete';
  await adaptations(deps as never).commands?.deleteData?.();
  assert.deepEqual(readdirSync(downloads), ['whole.gguf']);
});
