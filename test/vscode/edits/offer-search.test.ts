// The search for next edits: what it hands on if it fails, and when a found edit has to wait for it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog } from '../../../src/common/log.ts';
import type { FoundEdits } from '../../../src/vscode/edits/offer-search.ts';
import { desk } from '../../fakes/vscode-editor.ts';

const { OfferSearch } = await import('../../../src/vscode/edits/offer-search.ts');

async function searching(nextEdits: () => Promise<readonly never[]>) {
  await desk.open('src/a.ts', '');
  const found: FoundEdits[] = [];
  const search = new OfferSearch({
    folders: { of: () => ({ nextEdits }) } as never,
    journals: {
      forgetOutside() {},
      recordedOf: () => ({ folder: {} }),
      documentsOf: () => [],
      editsOf: () => [{}],
    } as never,
    log: silentLog,
    isOn: () => true,
    ignored: () => [],
    onFound: (edits) => {
      found.push(edits);
      return false;
    },
    onOff: () => assert.fail(),
  });
  return { search, found };
}

test('a failed search hands on that no edit repeats others, so that no earlier one stays', async () => {
  const { search, found } = await searching(() => Promise.reject(new Error('the worker has ended')));
  await search.run();
  search.dispose();
  assert.deepEqual(
    found.map(({ repeated }) => repeated),
    [[]],
  );
});

test('a search after typing is waited for until it ends, the repeated one is not', async () => {
  const { search } = await searching(async () => []);
  const states: boolean[] = [];
  const note = () => states.push(search.isWaiting);
  search.soon();
  note();
  const done = search.finish();
  note();
  await done;
  note();
  search.soon();
  note();
  search.dispose();
  assert.deepEqual(states, [true, true, false, true]);
});
