// `base`: adds, measures, lists and removes a model.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
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
  const of = (lineMs: number, promptMs: number) => renderMeasures('coder', { lineMs, promptMs });
  assert.match(of(120, 900), /900 ms: fast enough to answer while you type\.$/);
  assert.match(of(380, 5700), /in a short pause; .* first\. At a new position, .* for 5\.7 s\.$/);
  assert.match(of(1400, 20_000), /too slow to answer in a short pause, .* answers first\.$/);
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

test('an unknown base, a missing verb and a wrong option get an error sentence', async () => {
  for (const [args, message] of [
    [['base'], /base add, base list, base remove/],
    [['base', 'remove', '../store'], /There is no added base '\.\.\/store'/],
    [['base', 'add', 'x', 'y'], /one base at a time/],
    [['list', '--name', 'x'], /--name belongs to base add/],
  ] as const) {
    const result = await runCli(args);
    assert.equal(result.code, 2);
    assert.match(result.err, message);
  }
});
