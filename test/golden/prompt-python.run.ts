// Pretraining writes prompts in the form that is served and measured.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../build/paths.ts';

test('pretraining writes the prompts of test/golden/prompt.json', () => {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  const { error, status, stderr } = spawnSync(python, [join(root, 'models/pretrain/prompt.py')], { encoding: 'utf8' });
  assert.ifError(error);
  assert.equal(status, 0, stderr);
});
