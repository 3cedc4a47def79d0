// `base`: adds, measures, lists and removes a model.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { failed, ok } from '../../../src/common/errors.ts';
import { renderMeasures } from '../../../src/jobs/cli/own-base.ts';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';
import { runCli } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-own-base-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('adds, measures, lists and removes a base', async () => {
  const path = join(folder, 'Crafted Coder.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const storage = ['--storage', join(folder, 'store')];
  const home = { HOME: join(folder, 'nobody'), XDG_CACHE_HOME: '', OLLAMA_MODELS: join(folder, 'none') };
  const added = await runCli(['base', 'add', path, '--threads', '1', ...storage], home);
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /Added 'crafted-coder': 1 M parameters, \d+ MB, served by llama\.cpp/);
  assert.match(added.out, /licence, as stated: apache-2\.0/);
  assert.match(added.out, /'crafted-coder' on this machine: a line \d+ ms, a new position \d+ ms/);
  const listOutput = await runCli(['base', 'list', ...storage], home);
  assert.match(listOutput.out, /small .*MIT[\s\S]*crafted-coder +1 M parameters/);
  const removed = await runCli(['base', 'remove', 'crafted-coder', ...storage], home);
  assert.equal(removed.code, 0, removed.err);
  assert.ok(!existsSync(join(folder, 'store', 'bases', 'crafted-coder')));
  assert.ok(existsSync(path));
  assert.match(removed.out, /The GGUF file .*Crafted Coder\.gguf stays/);
});

test('the words for a measured base follow its line, and name the time of a new position that takes seconds', () => {
  const training = ok({ tokensPerSecond: 900, leastMinutes: 2.1 });
  const of = (lineMs: number, promptMs: number) => renderMeasures('coder', { lineMs, promptMs }, training);
  assert.match(of(120, 900), /900 ms: fast enough to answer while you type\.\nTraining: 900 tokens/);
  assert.match(of(380, 5700), /in a short pause; .* first\. At a new position, .* for 5\.7 s\.\n/);
  assert.match(of(1400, 20_000), /too slow to answer in a short pause, .* answers first\.\n/);
  const timing = { lineMs: 120, promptMs: 900 };
  assert.match(renderMeasures('theirs', timing, undefined), /while you type\.$/);
  assert.match(
    renderMeasures('coder', timing, failed('out-of-memory', 'No room.')),
    /cannot be trained here: No room\.$/,
  );
});

test('a run over a GGUF base fits everything for it, and says that its own weights stay', async () => {
  const path = join(folder, 'Short Coder.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const store = ['--storage', join(folder, 'short-store')];
  const added = await runCli(['base', 'add', path, '--threads', '1', ...store]);
  assert.equal(added.code, 0, added.err);
  const root = join(folder, 'project');
  mkdirSync(root);
  for (let i = 0; i < 9; i++)
    writeFileSync(join(root, `part${i}.ts`), `export const part${i} = measure(${i});\nprint(part${i});\n`.repeat(20));
  const options = ['--base', 'short-coder', '--device', 'cpu', '--threads', '1', '--minutes', '0.1', '--local'];
  const adapted = await runCli([root, ...options, ...store]);
  assert.equal(adapted.code, 0, adapted.err);
  assert.doesNotMatch(adapted.err, /With training/);
  assert.match(adapted.out.replace(/\s+/g, ' '), /'short-coder' is a GGUF file, whose own weights stay as they are\./);
});

test('downloads a model of the catalog, and removes it with its file', async () => {
  const file = bytesOfCrafted(craftedGguf('qwen2'));
  const server = createServer((_, response) => response.writeHead(200, { 'content-length': file.length }).end(file));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const model = {
    id: 'tiny-coder',
    name: 'Tiny Coder',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tiny.gguf`,
    bytes: file.length,
    sha256: createHash('sha256').update(file).digest('hex'),
    licence: 'Research',
    restriction: 'not for commercial use',
  };
  const catalog = join(folder, 'catalog.json');
  writeFileSync(catalog, JSON.stringify([model]));
  const env = { EASY_ADAPTATION_CATALOG: catalog };
  const store = join(folder, 'downloading');
  const get = ['base', 'get', 'tiny-coder', '--threads', '1', '--storage', store];
  try {
    const unnamed = await runCli(['base', 'get'], env);
    assert.deepEqual([unnamed.code, /tiny-coder +\d+ MB, Research/.test(unnamed.err)], [2, true], unnamed.err);
    const refused = await runCli(get, env);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /licence Research: not for commercial use\. Pass --yes/);
    const added = await runCli([...get, '--yes'], env);
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /Added 'tiny-coder'[\s\S]*'tiny-coder' on this machine: a line \d+ ms/);
  } finally {
    server.close();
  }
  const downloaded = join(store, 'downloads', 'tiny.gguf');
  assert.ok(existsSync(downloaded));
  const removed = await runCli(['base', 'remove', 'tiny-coder', '--storage', store], env);
  assert.match(removed.out, /Removed the base 'tiny-coder'\. \d+ MB are free again/);
  assert.deepEqual([existsSync(downloaded), existsSync(join(store, 'bases', 'tiny-coder'))], [false, false]);
  writeFileSync(`${downloaded}.partial`, file.subarray(0, 1000));
  const unfinished = await runCli(['base', 'get', '--storage', store], env);
  assert.match(unfinished.err, /tiny-coder +\d+ MB, Research; 1 MB have arrived/);
  const cleared = await runCli(['base', 'remove', 'tiny-coder', '--storage', store], env);
  assert.match(cleared.out, /Removed the unfinished download of 'tiny-coder'\. 1 MB are free again/);
  assert.equal(existsSync(`${downloaded}.partial`), false);
  const again = await runCli(['base', 'remove', 'tiny-coder', '--storage', store], env);
  assert.deepEqual([again.code, /There is no added base 'tiny-coder'/.test(again.err)], [2, true], again.err);
});

test('an unknown base, a missing verb and a wrong option get an error sentence', async () => {
  for (const [args, message] of [
    [['base'], /base add, base get, base list, base measure, base remove/],
    [['base', 'remove', '../store'], /There is no added base '\.\.\/store'/],
    [['base', 'add', 'x', 'y'], /one base at a time/],
    [['list', '--name', 'x'], /--name belongs to base add/],
  ] as const) {
    const result = await runCli(args);
    assert.equal(result.code, 2);
    assert.match(result.err, message);
  }
});
