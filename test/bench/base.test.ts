// The benchmark's own logic: windows that score every token once with enough past, fair choices of files, prompts, honest figures.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lastLines, promptOf } from '../../bench/base/prompt.ts';
import { windowsOf } from '../../bench/base/windows.ts';
import { chooseFiles } from '../../bench/common/held-out.ts';
import { type Line, lineFigures } from '../../bench/common/line-figures.ts';
import { Table } from '../../bench/print.ts';
import { loadTokenizer } from '../../src/tokenizer/load.ts';

const loaded = loadTokenizer(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../models/small/tokenizer.json'), 'utf8')),
);
if (!loaded.ok) throw new Error(loaded.error.message);
const tokenizer = loaded.value;

test('every token of a text is scored once, with half a window before it or all there is', () => {
  for (const [count, room] of [
    [0, 10],
    [1, 10],
    [10, 10],
    [11, 10],
    [15, 10],
    [999, 101],
    [5000, 1000],
  ] as const) {
    const times = new Array<number>(count).fill(0);
    for (const { start, from, end } of windowsOf(count, room)) {
      assert.ok(end - start <= room, 'a window fits');
      for (let at = from; at < end; at++) {
        times[at] = (times[at] as number) + 1;
        assert.ok(start === 0 || at - start >= Math.floor(room / 2), `token ${at} of ${count} sees enough`);
      }
    }
    assert.deepEqual(times, new Array<number>(count).fill(1));
  }
});

test('the choice of files is seeded, whole, and no package is most of it', () => {
  const file = (name: string, i: number, length: number) => ({
    package: name,
    path: `${i}.ts`,
    text: 'x'.repeat(length),
  });
  const files = [
    ...Array.from({ length: 300 }, (_, i) => file('large', i, 3000)),
    ...Array.from({ length: 40 }, (_, i) => file('small', i, 500)),
    file('large', 999, 300_000),
  ];
  const chosen = chooseFiles(files, 30_000, 1);
  const of = (name: string) =>
    chosen.filter((one) => one.package === name).reduce((sum, one) => sum + one.text.length, 0);
  assert.ok(Math.abs(of('large') - of('small')) <= 3000, `${of('large')} and ${of('small')}`);
  assert.ok(of('large') + of('small') >= 30_000);
  assert.equal(new Set(chosen).size, chosen.length);
  assert.deepEqual(chooseFiles(files, 30_000, 1), chosen);
  assert.notDeepEqual(chooseFiles(files, 30_000, 2), chosen);
  // All there is, where there is less.
  assert.equal(chooseFiles([file('a', 1, 500), file('a', 2, 500)], 30_000, 1).length, 2);
});

test('a prompt has the order of pretraining: snippets, the best first, then file, suffix, prefix', () => {
  const place = { path: 'src/a.ts', prefix: 'let a = 1;\nlet b = ', suffix: '\nlet c = 3;\n' };
  const snippets = [
    { path: 'src/best.ts', text: 'best();\n', line: 0 },
    { path: 'src/next.ts', text: 'next();\n', line: 0 },
  ];
  const spelled = (budget: { prefix: number; suffix: number; snippets: number }) =>
    promptOf(place, snippets, budget, tokenizer)
      .map((part) => (typeof part === 'string' ? part : part.special))
      .join('');
  assert.equal(
    spelled({ prefix: 100, suffix: 100, snippets: 100 }),
    '<|snippet|>src/best.ts\nbest();\n<|snippet|>src/next.ts\nnext();\n' +
      '<|file|>src/a.ts\n<|suffix|>\nlet c = 3;\n<|prefix|>let a = 1;\nlet b = ',
  );
  assert.equal(spelled({ prefix: 100, suffix: 0, snippets: 0 }), '<|file|>src/a.ts\nlet a = 1;\nlet b = ');
});

test('a long prefix is cut at a line, from the front', () => {
  const text = Array.from({ length: 200 }, (_, i) => `const value${i} = ${i};`).join('\n');
  const kept = lastLines(text, 60, tokenizer);
  assert.ok(text.endsWith(kept) && kept.startsWith('\nconst'), kept);
  assert.ok(tokenizer.encode(kept).length <= 60 && tokenizer.encode(kept).length > 40);
  assert.equal(lastLines('short', 60, tokenizer), 'short');
});

test('an empty line is neither right nor confident', () => {
  const place = { path: 'a.ts', prefix: '', suffix: '', truth: 'x();', completion: 'y();' };
  const line = (text: string, lowest: number): Line => ({ place, text, lowest, confidence: undefined, latencyMs: 1 });
  const figures = lineFigures([line('', 1), line('x();', 0.9), line('z', 0.2), line('z', 0.1)]);
  assert.equal(figures['exact-match'], 0.25);
  assert.equal(figures['right-where-large-model-is-wrong'], 0.25);
  assert.equal(figures.precision, undefined);
  const precision = figures['precision-by-lowest-token'] as Record<string, number>;
  assert.deepEqual([precision['at-10'], precision['at-50']], [1, 0.5]);
});

test('a table repeats its header only for other columns, and gives nested rows their own lines', (t) => {
  const log = t.mock.method(console, 'log', () => {});
  const table = new Table({ exact: 'EM' });
  table.row('all', { exact: 0.5, places: 2, parts: { a: { exact: 1, places: 1 }, b: { exact: 0 } } });
  const printed = log.mock.calls.map(({ arguments: [text] }) => String(text).trim().split(/\s+/));
  assert.deepEqual(printed, [
    ['EM', 'places'],
    ['all', '0.500', '2'],
    ['a', '1', '1'],
    ['b', '0'],
  ]);
});
