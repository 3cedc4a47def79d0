// `import`: adds a base model, over which a folder can be adapted to.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
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
