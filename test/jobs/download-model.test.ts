// Downloading a model in a job: a crafted GGUF file from a server on this machine becomes a base, and is removed again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { unwrap } from '../../src/common/errors.ts';
import type { DownloadRequest } from '../../src/jobs/download-model.ts';
import { JobClient } from '../../src/jobs/job-client.ts';
import { DOWNLOADS } from '../../src/neural/models/catalog.ts';
import { addGgufModel } from '../../src/neural/models/import/add-gguf.ts';
import { IMPORTED_BASES, listPackages, removeBase } from '../../src/neural/models/list.ts';
import { lockDownload } from '../../src/storage/lock.ts';
import { bytesOfCrafted, craftedGguf } from '../neural/models/import/crafted-models.ts';
import { assertPrivate } from '../support/private.ts';

const storage = mkdtempSync(join(tmpdir(), 'easy-adaptation-get-'));
const file = bytesOfCrafted(craftedGguf('qwen2'));
const server = createServer((_, response) => response.writeHead(200, { 'content-length': file.length }).end(file));
let request: DownloadRequest;
const client = new JobClient({ script: resolve(import.meta.dirname, '../../src/jobs/main.ts') });
const never = new AbortController().signal;

before(async () => {
  // As of a user with the usual umask.
  chmodSync(storage, 0o755);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const model = {
    id: 'tiny-coder',
    name: 'Tiny Coder',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/at/tiny.gguf`,
    bytes: file.length,
    sha256: createHash('sha256').update(file).digest('hex'),
    licence: 'Apache-2.0',
  };
  request = { model, storage, proxies: {} };
});
after(() => {
  server.close();
  rmSync(storage, { recursive: true });
});

test('downloads a model and registers it; removes it with its file', async () => {
  const stages = new Set<string>();
  const added = unwrap(await client.job('downloadModel', request, never, ({ stage }) => stages.add(stage)));
  const path = join(storage, DOWNLOADS, 'tiny.gguf');
  assert.deepEqual([added.name, added.manifest.gguf?.path], ['tiny-coder', path]);
  assert.deepEqual([...stages], ['Downloading', 'Reading what the model is', 'Checking the file']);
  assertPrivate(storage);
  const removed = unwrap(removeBase(added.folder, join(storage, DOWNLOADS)));
  assert.equal(removed.kept, undefined);
  assert.ok(removed.freedBytes > file.length);
  assert.deepEqual([existsSync(path), existsSync(added.folder)], [false, false]);
});

test('a model that another program holds under the same name does not keep a downloaded one out', async () => {
  const path = join(storage, 'tiny-coder.gguf');
  writeFileSync(path, file);
  const imported = unwrap(await addGgufModel({ path, into: join(storage, IMPORTED_BASES) }, never));
  const added = unwrap(await client.job('downloadModel', request, never));
  assert.deepEqual([imported.name, added.name], ['tiny-coder', 'tiny-coder-2']);
  for (const { folder } of [imported, added]) unwrap(removeBase(folder, join(storage, DOWNLOADS)));
});

test("keeps another program's file when its base is removed", async () => {
  const path = join(storage, 'another.gguf');
  writeFileSync(path, file);
  const added = unwrap(await addGgufModel({ path, into: join(storage, IMPORTED_BASES) }, never));
  const removed = unwrap(removeBase(added.folder, join(storage, DOWNLOADS)));
  assert.deepEqual([removed.kept, existsSync(path), existsSync(added.folder)], [path, true, false]);
  const again = removeBase(added.folder, join(storage, DOWNLOADS));
  assert.equal(again.ok ? '' : again.error.code, 'unwritable');
});

test('a wrong file leaves neither file nor base, and a second download at the same time is refused', async () => {
  const wrong = { ...request, model: { ...request.model, sha256: '0'.repeat(64) } };
  const refused = await client.job('downloadModel', wrong, never);
  assert.equal(refused.ok ? '' : refused.error.code, 'corrupt');
  const actual = readdirSync(join(storage, DOWNLOADS)).filter((name) => name.includes('gguf'));
  assert.deepEqual(actual, []);
  assert.deepEqual(listPackages(join(storage, IMPORTED_BASES)), []);
  const lock = unwrap(lockDownload(storage, request.model.sha256, 'a test'));
  const second = await client.job('downloadModel', request, never);
  lock.release();
  assert.equal(second.ok ? '' : second.error.code, 'locked');
});
