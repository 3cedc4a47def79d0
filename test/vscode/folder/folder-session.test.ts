// A folder's session while settings, keys and permissions change under it: what another large model said goes, and nobody is asked behind the user's back.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import { readTuning } from '../../../src/common/tuning.ts';
import { FolderSession, type SessionDeps } from '../../../src/vscode/folder/folder-session.ts';
import { ManualClock } from '../../fakes/clock.ts';

/** One for documents outside of all folders. @param world who is asked beside the specialist; '' where nobody may be */
function session(world: { whom: string }): FolderSession {
  const deps = {
    paths: { ngramWorker: join(import.meta.dirname, '../../../src/specialist/ngram/worker.ts'), storage: '' },
    api: { llm: () => undefined, allowedModel: () => world.whom },
    neural: { absence: 'off', shipped: { base: '', tokenizer: '' }, tuning: readTuning({}) },
    served: { state: () => 'off' },
    clock: new ManualClock(),
    log: silentLog,
    onChange() {},
  } as unknown as SessionDeps;
  return new FolderSession({ key: 'loose', uri: undefined, name: '', root: undefined, storeName: '' }, deps);
}

test('a withdrawn consent and another model end what was begun; the first one, and what changes nothing, do not', () => {
  const world = { whom: '' };
  const folder = session(world);
  const reset = mock.method(folder.service, 'reset');
  try {
    const after = (whom: string) => {
      world.whom = whom;
      folder.checkApi();
      return reset.mock.callCount();
    };
    assert.equal(after('anthropic api.example large'), 0, 'allowed');
    assert.equal(after('anthropic api.example large'), 0);
    assert.equal(after('anthropic api.example small'), 1, 'another model');
    assert.equal(after(''), 2, 'withdrawn');
    assert.equal(after(''), 2);
    assert.equal(after('anthropic api.example small'), 2, 'allowed anew');
  } finally {
    folder.dispose();
  }
});
