// Heads over dense rows equal those of the sparse regression.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DenseHead, denseLogits, fitDenseSoftmax } from '../../../src/common/statistics/dense-softmax.ts';
import { normals } from '../../../src/common/statistics/random.ts';
import { fitSoftmax, logitsOf } from '../../../src/common/statistics/softmax-regression.ts';

interface Texts {
  readonly rows: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** Random rows around the centre of their class. */
function drawTexts(count: number, columns: number, classes: number): Texts {
  const normal = normals(count + columns);
  const centres = Array.from({ length: classes }, () => Float32Array.from({ length: columns }, () => normal()));
  const labels = Array.from({ length: count }, (_, i) => (i * i) % classes);
  const size = 1 / Math.sqrt(columns);
  const rows = labels.map((label) =>
    Float32Array.from({ length: columns }, (_, j) => size * (0.3 * (centres[label]?.[j] as number) + normal())),
  );
  return { rows, labels };
}

const sparse = (row: Float32Array) => ({ columns: Uint32Array.from(row, (_, j) => j), values: row });
const examplesOf = (rows: readonly Float32Array[], { labels }: Texts) =>
  rows.map((row, i) => ({ row, label: labels[i] as number }));

/** Asserts that the head gives every row the logits of the sparse regression, up to `tolerance`. */
function assertSame(head: DenseHead, { rows, labels }: Texts, classes: number, l2: number, tolerance = 1e-4): void {
  const examples = rows.map((row, i) => ({ row: sparse(row), label: labels[i] as number }));
  const reference = fitSoftmax(examples, classes, rows[0]?.length ?? 0, l2);
  for (const row of rows) {
    const expected = logitsOf(reference, sparse(row));
    denseLogits(head, row).forEach((logit, c) => {
      assert.ok(Math.abs(logit - (expected[c] as number)) < tolerance, `class ${c}: ${logit}, ${expected[c]}`);
    });
  }
}

test('gives the same fit as the sparse regression', () => {
  for (const [count, classes] of [
    [80, 2],
    [61, 3],
    [60, 5],
    [41, 4],
  ] as const) {
    const texts = drawTexts(count, 7, classes);
    assertSame(fitDenseSoftmax(examplesOf(texts.rows, texts), classes, 7, 0.2), texts, classes, 0.2);
  }
});
