// A folder's session during changes of settings, keys and permissions: calls that are no longer allowed are dropped.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import { readTuning } from '../../../src/common/tuning.ts';
import { FolderSession, type SessionDeps } from '../../../src/vscode/folder/folder-session.ts';
import { ManualClock } from '../../fakes/clock.ts';

/** A session for documents outside all folders. @param world `allowedModel`: as of Api */
function session(world: { allowedModel: string }): FolderSession {
  const deps = {
    paths: { ngramWorker: join(import.meta.dirname, '../../../src/specialist/ngram/ngram-worker.ts'), storage: '' },
    api: { llm: () => undefined, allowedModel: () => world.allowedModel },
    neural: { absence: 'off', shipped: { base: '', tokenizer: '' }, tuning: readTuning({}) },
    clock: new ManualClock(),
    log: silentLog,
    onChange() {},
  } as unknown as SessionDeps;
  return new FolderSession({ key: 'loose', uri: undefined, name: '', root: undefined, storeName: '' }, deps);
}

test('a withdrawn consent or another model resets the service; a first consent does not', () => {
  const world = { allowedModel: '' };
  const folder = session(world);
  const reset = mock.method(folder.service, 'reset');
  try {
    const resetsAfter = (allowedModel: string) => {
      world.allowedModel = allowedModel;
      folder.checkApi();
      return reset.mock.callCount();
    };
    assert.equal(resetsAfter('anthropic api.example large'), 0, 'allowed');
    assert.equal(resetsAfter('anthropic api.example large'), 0);
    assert.equal(resetsAfter('anthropic api.example small'), 1, 'another model');
    assert.equal(resetsAfter(''), 2, 'withdrawn');
    assert.equal(resetsAfter(''), 2);
    assert.equal(resetsAfter('anthropic api.example small'), 2, 'allowed again');
  } finally {
    folder.dispose();
  }
});
