// Memory of training, compared with LoRA of larger models. LoRA of half a billion parameters is measured if the
// environment names a Python.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { memoryRows } from '../../bench/adapt/memory.ts';

const variable = 'EASY_ADAPTATION_PYTHON';
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-python-'));
const originalPython = process.env[variable];
beforeEach(() => {
  delete process.env[variable];
});
after(() => {
  if (originalPython !== undefined) process.env[variable] = originalPython;
  rmSync(folder, { recursive: true });
});

/** Puts a script into the environment that replaces Python. */
function python(script: string): void {
  const path = join(folder, 'python');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env[variable] = path;
}

// 'beside-...' is the relative difference from a LoRA of 7 B or half a billion.
const rows = (trainingBytes: readonly number[]) => Object.fromEntries(memoryRows('small', trainingBytes));

test('without a Python our training is compared with the published figure only', () => {
  assert.deepEqual(rows([1.5e9, 4e9]), {
    small: { gb: 4, 'beside-7b': 4 / 16 - 1 },
    'lora, 7 B, published': { gb: 16 },
    'lora, 0.5 B': undefined,
  });
  assert.equal(rows([]).small, undefined);
});

test('if Python fails, the error says why', () => {
  python('echo "No module named peft" >&2; exit 1');
  assert.throws(() => rows([4e9]), /EASY_ADAPTATION_PYTHON: .*lora\.py: No module named peft/);
  process.env[variable] = join(folder, 'nobody');
  assert.throws(() => rows([4e9]), /ENOENT/);
});

// This test is the last one, because the value is measured once in a process.
test('with a Python the smaller LoRA is measured once by its script, and our training is compared with it', () => {
  python(`case "$1" in */bench/adapt/lora.py) echo '{"bytes": 2000000000}';; *) exit 1;; esac`);
  assert.deepEqual(rows([4e9]), {
    small: { gb: 4, 'beside-7b': 4 / 16 - 1, 'beside-half-b': 1 },
    'lora, 7 B, published': { gb: 16 },
    'lora, 0.5 B': { gb: 2 },
  });
  python('exit 1');
  assert.deepEqual(rows([])['lora, 0.5 B'], { gb: 2 });
});
