// The table of models to download, and which proxy leads to them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalog, fileNameOf, servingBytes } from '../../../src/neural/models/catalog.ts';
import { nameFor } from '../../../src/neural/models/import/add-gguf.ts';
import { proxyFor } from '../../../src/neural/models/import/get.ts';

test('every model has a fixed revision, a hash, a size and a licence, and its id is a valid name', () => {
  for (const { id, url, sha256, bytes, licence } of catalog) {
    assert.match(url, /^https:\/\/huggingface\.co\/Qwen\/[\w.-]+\/resolve\/[0-9a-f]{40}\/[\w.-]+\.gguf$/);
    assert.match(sha256, /^[0-9a-f]{64}$/);
    assert.ok(Number.isInteger(bytes) && bytes > 1e9);
    assert.notEqual(licence, '');
    assert.equal(nameFor(id), id);
    assert.ok(servingBytes(bytes) > bytes);
  }
  assert.equal(new Set(catalog.map(({ sha256 }) => sha256)).size, catalog.length);
  const names = ['1.5b', '3b', '7b'].map((size) => `qwen2.5-coder-${size}-instruct-q4_k_m.gguf`);
  assert.deepEqual(catalog.map(fileNameOf), names);
});

test("uses the editor's proxy before the environment's, and no proxy for exempt hosts", () => {
  const to = new URL('https://models.example/a');
  const proxy = (proxies = {}, environment = {}) => proxyFor(to, proxies, environment)?.href;
  assert.equal(proxy(), undefined);
  assert.equal(proxy({}, { HTTPS_PROXY: 'http://one:1' }), 'http://one:1/');
  assert.equal(proxy({}, { https_proxy: 'two:2' }), 'http://two:2/');
  assert.equal(proxy({ proxy: 'https://three' }, { HTTPS_PROXY: 'http://one:1' }), 'https://three/');
  assert.equal(proxy({ proxy: '' }, { ALL_PROXY: 'http://one:1' }), 'http://one:1/');
  for (const exempt of ['models.example', '.example', '*.example', '*', 'a.b, models.example:443'])
    assert.equal(proxy({}, { HTTPS_PROXY: 'http://one:1', NO_PROXY: exempt }), undefined, exempt);
  for (const other of ['example.org', 'dels.example', 'models.example:80', ''])
    assert.equal(proxy({}, { HTTPS_PROXY: 'http://one:1', no_proxy: other }), 'http://one:1/', other);
  assert.equal(proxy({ proxy: 'http://one:1', direct: ['models.example'] }), undefined);
  assert.throws(() => proxy({ proxy: 'socks5://one:1' }), /no http or https address/);
});
