// Registering a GGUF file as a base: its facts, its tokenizer and its hash are kept, and the file stays where it is. If
// it changed, it is not served without its hash.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { unwrap } from '../../../../src/common/errors.ts';
import { sha256Of } from '../../../../src/common/file-hash.ts';
import { addGgufModel } from '../../../../src/neural/models/import/add-gguf.ts';
import { checkGgufFile, listPackages } from '../../../../src/neural/models/list.ts';
import { parseManifest, readManifest } from '../../../../src/neural/models/manifest.ts';
import { readTokenizer } from '../../../../src/text/tokenizer/load.ts';
import { assertFailed } from '../../../support/results.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';
import { bytesOfCrafted, craftedGguf } from './crafted-models.ts';

const folder = temporaryFolder();
const never = new AbortController().signal;
const at = (...parts: string[]) => join(folder, ...parts);
const coder = bytesOfCrafted(craftedGguf('qwen2'));

before(() => {
  writeFileSync(at('Coder 1B.gguf'), coder);
});

test('a GGUF file becomes a package without a copy of its weights', async () => {
  const path = at('Coder 1B.gguf');
  const seen: string[] = [];
  const added = unwrap(await addGgufModel({ path, into: at('bases') }, never, ({ stage }) => seen.push(stage)));
  const names = listPackages(at('bases')).map(({ name }) => name);
  assert.deepEqual(names, ['coder-1b']);
  const { manifest, vocabulary, contextLength, bytes, licence } = added;
  const file = readFileSync(path);
  assert.deepEqual([manifest.kind, manifest.dialect, licence], ['gguf', 'none', 'apache-2.0']);
  assert.equal(manifest.weights, sha256Of(path));
  assert.deepEqual(manifest.gguf?.path, path);
  assert.deepEqual([vocabulary, contextLength, bytes], [288, 128, file.length]);
  assert.deepEqual(readdirSync(added.folder).sort(), ['manifest.json', 'tokenizer.json']);
  const tokenizer = unwrap(readTokenizer(added.tokenizer));
  assert.equal(tokenizer.decode(tokenizer.encode('export const 42')), 'export const 42');
  assert.ok(seen.includes('Checking the file'));
});

test('a registered file is not registered again, and the user cannot give its name to another file', async () => {
  const path = at('Coder 1B.gguf');
  const again = unwrap(await addGgufModel({ path, into: at('bases') }, never));
  assert.equal(again.name, 'coder-1b');
  writeFileSync(at('other.gguf'), bytesOfCrafted(craftedGguf('llama')));
  const other = await addGgufModel({ path: at('other.gguf'), into: at('bases'), name: 'coder-1b' }, never);
  assert.equal(other.ok ? undefined : other.error.code, 'bad-request');
});

test('a registered file that has changed is registered anew under its name', async () => {
  const path = at('replaced.gguf');
  const add = async () => unwrap(await addGgufModel({ path, into: at('replaced') }, never)).manifest;
  writeFileSync(path, coder);
  const first = await add();
  assert.equal((await add()).gguf?.stamp, first.gguf?.stamp);
  for (const seed of [1, 2, 3]) {
    // Seed 1 is the same file, written again.
    writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2', {}, seed)));
    const { name, weights, gguf } = await add();
    const hash = sha256Of(path);
    assert.deepEqual([name, weights], ['replaced', hash]);
    assert.notEqual(gguf?.stamp, first.gguf?.stamp);
  }
  writeFileSync(path, bytesOfCrafted(craftedGguf('llama')));
  assert.equal((await add()).gguf?.architecture, 'llama');
  assert.deepEqual(readdirSync(at('replaced')), ['replaced']);
});

test("a file that is not the catalogue's is refused, also if it is registered", async () => {
  const path = at('catalogue.gguf');
  writeFileSync(path, coder);
  const sha256 = sha256Of(path);
  const request = { path, into: at('catalogue') };
  assertFailed(await addGgufModel({ ...request, sha256: '0'.repeat(64) }, never), 'corrupt');
  assert.deepEqual(listPackages(at('catalogue')), []);
  unwrap(await addGgufModel({ ...request, sha256 }, never));
  assertFailed(await addGgufModel({ ...request, sha256: '0'.repeat(64) }, never), 'corrupt');
});

test('a number is added to a suggested name that another base has', async () => {
  const path = at('Coder 1B.gguf');
  const second = { path: at('Coder 1B copy.gguf'), into: at('bases'), suggestedName: 'Coder 1B' };
  writeFileSync(second.path, readFileSync(path));
  const added = unwrap(await addGgufModel(second, never));
  assert.deepEqual([added.name, added.manifest.name], ['coder-1b-2', 'coder-1b-2']);
  assert.equal(added.folder, at('bases', 'coder-1b-2'));
  assert.equal(unwrap(await addGgufModel(second, never)).name, 'coder-1b-2');
  const first = unwrap(await addGgufModel({ path, into: at('bases'), suggestedName: 'coder-1b' }, never));
  assert.equal(first.name, 'coder-1b');
  rmSync(added.folder, { recursive: true });
});

test('a file that states no licence gets that of its request', async () => {
  const path = at('silent.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2', { 'general.license': '' })));
  const added = unwrap(await addGgufModel({ path, into: at('licences'), licence: 'Apache-2.0' }, never));
  assert.deepEqual([added.licence, added.manifest.licence], ['Apache-2.0', 'Apache-2.0']);
});

test('a file that was cut off, or that is no model, is refused and leaves nothing', async () => {
  const whole = bytesOfCrafted(craftedGguf('llama'));
  const refused = async (name: string, bytes: Uint8Array) => {
    writeFileSync(at(name), bytes);
    const added = await addGgufModel({ path: at(name), into: at('none') }, never);
    return added.ok ? undefined : added.error.code;
  };
  assert.equal(await refused('cut.gguf', whole.subarray(0, whole.length * 0.5)), 'corrupt');
  assert.equal(await refused('text.gguf', new TextEncoder().encode('no model at all')), 'corrupt');
  assert.equal(await refused('parts.gguf', bytesOfCrafted(craftedGguf('llama', { 'split.count': 2 }))), 'unsupported');
  assert.deepEqual(listPackages(at('none')), []);
  const stopped = AbortSignal.abort();
  const cancelled = await addGgufModel({ path: at('Coder 1B.gguf'), into: at('none') }, stopped);
  assert.equal(cancelled.ok ? undefined : cancelled.error.code, 'cancelled');
});

test('a manifest names a GGUF file exactly if that is its kind, by an absolute path', () => {
  const json = JSON.parse(readFileSync(at('bases', 'coder-1b', 'manifest.json'), 'utf8'));
  const code = (changed: object) => {
    const parsed = parseManifest(JSON.stringify({ ...json, ...changed }));
    return parsed.ok ? undefined : parsed.error.code;
  };
  assert.equal(code({}), undefined);
  assert.equal(code({ kind: 'model' }), 'corrupt');
  assert.equal(code({ gguf: undefined }), 'corrupt');
  assert.equal(code({ gguf: { ...json.gguf, path: 'beside.gguf' } }), 'corrupt');
});

const other = coder.with(coder.length - 7, (coder.at(-7) as number) ^ 1);

async function registered(name: string) {
  const path = at(`${name}.gguf`);
  writeFileSync(path, coder);
  const { folder: base } = unwrap(await addGgufModel({ path, into: folder }, never));
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
  for (const change of [() => utimesSync(path, 1, 1), () => writeFileSync(path, coder)]) {
    change();
    assert.equal(await check(), coder.length / 1e6);
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
  writeFileSync(path, coder);
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
  writeFileSync(path, coder.subarray(1));
  await assert.rejects(check(), { code: 'mismatched' });
  unlinkSync(path);
  await assert.rejects(check(), { code: 'unreadable', message: /is gone/ });
});

test('the check of a changed file ends when it is cancelled', async () => {
  const { path, check } = await registered('cancelled');
  utimesSync(path, 1, 1);
  await assert.rejects(check(AbortSignal.abort()), { name: 'AbortError' });
});
