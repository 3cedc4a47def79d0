// `import`: adds a base model, over which a folder can be adapted to.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCli } from './run.ts';

const folder = temporaryFolder();

test('imports a base, and states its licence and its name', async () => {
  const path = join(folder, 'Crafted Coder.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const storage = ['--storage', join(folder, 'store')];
  const home = { HOME: join(folder, 'nobody'), XDG_CACHE_HOME: '', OLLAMA_MODELS: join(folder, 'none') };
  const added = await runCli(['import', path, '--name', 'mine', ...storage], home);
  assert.equal(added.code, 0, added.err);
  assert.match(added.out, /Added 'mine': 1 M parameters, \d+ MB, served by llama\.cpp/);
  assert.match(added.out, /licence, as stated: apache-2\.0/);
  assert.ok(existsSync(join(folder, 'store', 'bases', 'mine')) && existsSync(path));
  const missing = await runCli(['import', join(folder, 'none.gguf'), ...storage], home);
  assert.equal(missing.code, 1);
  assert.match(missing.err, /none\.gguf/);
});

test('a run over a GGUF base fits everything for it, and says that its own weights stay', async () => {
  const path = join(folder, 'Short Coder.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const store = ['--storage', join(folder, 'short-store')];
  const added = await runCli(['import', path, ...store]);
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
