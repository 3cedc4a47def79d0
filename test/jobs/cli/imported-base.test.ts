// A folder is adapted to over a base that was imported into the storage folder.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { unwrap } from '../../../src/common/errors.ts';
import { addGgufModel } from '../../../src/neural/models/import/add-gguf.ts';
import { IMPORTED_BASES } from '../../../src/neural/models/list.ts';
import { bytesOfCrafted, craftedGguf } from '../../neural/models/import/crafted-models.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { runCli } from './run.ts';

const folder = temporaryFolder();

test('a run over a GGUF base fits everything for it, and says that its own weights stay', async () => {
  const path = join(folder, 'Short Coder.gguf');
  writeFileSync(path, bytesOfCrafted(craftedGguf('qwen2')));
  const store = ['--storage', join(folder, 'short-store')];
  const into = join(folder, 'short-store', IMPORTED_BASES);
  unwrap(await addGgufModel({ path, into }, new AbortController().signal));
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
