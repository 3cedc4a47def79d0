// Heads over dense rows equal those of the sparse regression, in column space and in row space.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DenseHead, denseLogits, fitDenseSoftmax } from '../../../src/common/statistics/dense-softmax.ts';
import { normals } from '../../../src/common/statistics/random.ts';
import { rowSpaceOf } from '../../../src/common/statistics/row-space.ts';
import { fitSoftmax, logitsOf } from '../../../src/common/statistics/softmax-regression.ts';
import { dot } from '../../../src/common/statistics/vectors.ts';

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

test('gives the same fit as the sparse regression for odd and even counts of rows and classes', () => {
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

test('a fit in row space equals the fit in column space, whatever rows are left out', () => {
  const texts = drawTexts(83, 300, 3);
  const space = rowSpaceOf(texts.rows);
  assert.equal(space.width, 83);
  const examples = examplesOf(space.rows, texts);
  assertSame(space.toColumns(fitDenseSoftmax(examples, 3, space.width, 0.1)), texts, 3, 0.1);
  const isKept = (_: unknown, i: number) => i % 5 !== 0;
  const fold = { rows: texts.rows.filter(isKept), labels: texts.labels.filter(isKept) };
  const head = fitDenseSoftmax(examples.filter(isKept), 3, space.width, 0.1);
  assertSame(space.toColumns(head), fold, 3, 0.1);
  // Rows outside the fold also get equal logits in both spaces.
  const columnHead = space.toColumns(head);
  texts.rows.forEach((row, i) => {
    const columnLogits = denseLogits(columnHead, row);
    denseLogits(head, space.rows[i] as Float32Array).forEach((logit, c) => {
      assert.ok(Math.abs(logit - (columnLogits[c] as number)) < 1e-4, `${logit} ${columnLogits[c]}`);
    });
  });
});

test('keeps products between rows, also for dependent and empty rows', () => {
  const { rows: independent } = drawTexts(9, 40, 2);
  const sum = (independent[1] as Float32Array).map((x, j) => x + (independent[2]?.[j] as number));
  const rows = [...independent, independent[0] as Float32Array, new Float32Array(40), sum];
  const space = rowSpaceOf(rows);
  rows.forEach((row, i) => {
    for (let j = 0; j <= i; j++) {
      const rotated = dot(space.rows[j] as Float32Array, space.rows[i] as Float32Array);
      const original = dot(row, rows[j] as Float32Array);
      assert.ok(Math.abs(rotated - original) < 1e-5, `${i} ${j}: ${rotated} ${original}`);
    }
  });
  const texts = { rows, labels: rows.map((_, i) => i % 2) };
  const head = fitDenseSoftmax(examplesOf(space.rows, texts), 2, space.width, 0.2);
  assertSame(space.toColumns(head), texts, 2, 0.2);
});

test('rows stay unchanged if there are at least as many rows as columns', () => {
  const { rows } = drawTexts(12, 12, 2);
  const space = rowSpaceOf(rows);
  assert.equal(space.rows, rows);
  assert.equal(space.width, 12);
});
