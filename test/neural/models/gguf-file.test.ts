// A GGUF file that changed after it was registered is not served without its hash.
import assert from 'node:assert/strict';
import { statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { checkGgufFile } from '../../../src/neural/models/list.ts';
import { readManifest } from '../../../src/neural/models/manifest.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { bytesOfCrafted, craftedGguf } from './import/crafted-models.ts';

const folder = temporaryFolder();
const bytes = bytesOfCrafted(craftedGguf('qwen2'));
const other = bytes.with(bytes.length - 7, (bytes.at(-7) as number) ^ 1);

async function registered(name: string) {
  const path = join(folder, `${name}.gguf`);
  writeFileSync(path, bytes);
  const { folder: base } = unwrap(await addGgufModel({ path, into: folder }, new AbortController().signal));
  let megabytesRead = 0;
  const check = async (signal?: AbortSignal) => {
    megabytesRead = 0;
    await checkGgufFile(base, { ...(signal && { signal }), onRead: (done) => (megabytesRead = done / 1e6) });
    return megabytesRead;
  };
  return { path, base, check };
}

test('a file as it was registered is not read again', async () => {
  const { check } = await registered('same');
  assert.equal(await check(), 0);
});

test('a file whose time changed is hashed once, and passes with the same bytes', async () => {
  const { path, base, check } = await registered('touched');
  for (const change of [() => utimesSync(path, 1, 1), () => writeFileSync(path, bytes)]) {
    change();
    assert.equal(await check(), bytes.length / 1e6);
    assert.equal(await check(), 0);
  }
  assert.equal(unwrap(readManifest(base))?.gguf?.path, path);
});

test('a file with other bytes of the same number is refused, at each attempt', async () => {
  const { path, check } = await registered('other');
  writeFileSync(path, other);
  for (let i = 0; i < 2; i++)
    await assert.rejects(check(), {
      code: 'mismatched',
      message: /other\.gguf has changed since it was added\. Remove/,
    });
  writeFileSync(path, bytes);
  await check();
});

test('a file that was replaced with its old time is refused', async () => {
  const { path, check } = await registered('swapped');
  const { atime, mtime } = statSync(path);
  unlinkSync(path);
  writeFileSync(path, other);
  utimesSync(path, atime, mtime);
  await assert.rejects(check(), { code: 'mismatched' });
});

test('a file that is gone, or of another size, is refused without being read', async () => {
  const { path, check } = await registered('gone');
  writeFileSync(path, bytes.subarray(1));
  await assert.rejects(check(), { code: 'mismatched' });
  unlinkSync(path);
  await assert.rejects(check(), { code: 'unreadable', message: /is gone/ });
});

test('the check of a changed file ends when it is cancelled', async () => {
  const { path, check } = await registered('cancelled');
  utimesSync(path, 1, 1);
  await assert.rejects(check(AbortSignal.abort()), { name: 'AbortError' });
});
