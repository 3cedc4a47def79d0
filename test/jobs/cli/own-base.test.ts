// `base`: adds, measures, lists and removes a model.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { bytesOfCrafted, CRAFTED_GGUF } from '../../neural/models/import/crafted-models.ts';
import { runCli } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-own-base-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('adds, measures, lists and removes a base', async () => {
  const path = join(folder, 'Crafted Coder.gguf');
  writeFileSync(path, bytesOfCrafted(CRAFTED_GGUF['qwen2.gguf']()));
  const storage = ['--storage', join(folder, 'store')];
  const home = { HOME: join(folder, 'nobody'), XDG_CACHE_HOME: '', OLLAMA_MODELS: join(folder, 'none') };
  const added = await runCli(['base', 'add', path, '--threads', '1', ...storage], home);
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /Added 'crafted-coder': 1 M parameters, \d+ MB, served by llama\.cpp/);
  assert.match(added.out, /licence, as stated: apache-2\.0/);
  assert.match(added.out, /'crafted-coder' on this machine: a line \d+ ms, a new position \d+ ms/);
  const listed = await runCli(['base', 'list', ...storage], home);
  assert.match(listed.out, /small .*MIT[\s\S]*crafted-coder +1 M parameters/);
  const removed = await runCli(['base', 'remove', 'crafted-coder', ...storage], home);
  assert.equal(removed.code, 0, removed.err);
  assert.ok(!existsSync(join(folder, 'store', 'bases', 'crafted-coder')));
  assert.ok(existsSync(path));
});

test('an unknown base, a missing verb and a wrong option get an error sentence', async () => {
  for (const [args, message] of [
    [['base'], /base add, base list, base measure, base remove/],
    [['base', 'remove', '../store'], /There is no added base '\.\.\/store'/],
    [['base', 'add', 'x', 'y'], /one base at a time/],
    [['list', '--name', 'x'], /--name belongs to base add/],
  ] as const) {
    const ran = await runCli(args);
    assert.equal(ran.code, 2);
    assert.match(ran.err, message);
  }
});
