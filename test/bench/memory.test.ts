// What training takes in memory, beside LoRA of larger models: one of half a billion parameters is measured where a Python is named.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { memoryRows } from '../../bench/adapt/memory.ts';

const variable = 'EASY_ADAPTATION_PYTHON';
const folder = mkdtempSync(join(tmpdir(), 'easy-adaptation-python-'));
const named = process.env[variable];
beforeEach(() => {
  delete process.env[variable];
});
after(() => {
  if (named !== undefined) process.env[variable] = named;
  rmSync(folder, { recursive: true });
});

/** What stands in for Python, in the environment from now on. */
function python(script: string): void {
  const path = join(folder, 'python');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env[variable] = path;
}

const rows = (trained: readonly number[]) => Object.fromEntries(memoryRows('small', trained));

test('without a Python what trained stands beside the published figure, and nothing else is measured', () => {
  assert.deepEqual(rows([1.5e9, 4e9]), {
    small: { gb: 4, 'beside-7b': 4 / 16 - 1 },
    'lora, 7 B, published': { gb: 16 },
    'lora, 0.5 B': undefined,
  });
  assert.equal(rows([]).small, undefined);
});

test('a Python that fails says why', () => {
  python('echo "No module named peft" >&2; exit 1');
  assert.throws(() => rows([4e9]), /EASY_ADAPTATION_PYTHON: .*lora\.py: No module named peft/);
  process.env[variable] = join(folder, 'nobody');
  assert.throws(() => rows([4e9]), /ENOENT/);
});

// Last: it is measured once.
test('with a Python the smaller one is measured by its script, once, and what trained stands beside it', () => {
  python(`case "$1" in */bench/adapt/lora.py) echo '{"bytes": 2000000000}';; *) exit 1;; esac`);
  assert.deepEqual(rows([4e9]), {
    small: { gb: 4, 'beside-7b': 4 / 16 - 1, 'beside-half-b': 1 },
    'lora, 7 B, published': { gb: 16 },
    'lora, 0.5 B': { gb: 2 },
  });
  python('exit 1');
  assert.deepEqual(rows([])['lora, 0.5 B'], { gb: 2 });
});
