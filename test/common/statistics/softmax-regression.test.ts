// Softmax regression over sparse and dense rows, its optimiser L-BFGS, and the standardization of its columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lbfgs } from '../../../src/common/statistics/lbfgs.ts';
import { normals } from '../../../src/common/statistics/random.ts';
import {
  type DenseHead,
  denseLogits,
  fitDenseSoftmax,
  fitSoftmax,
  fitStandardization,
  logitsOf,
  type SparseRow,
  standardize,
} from '../../../src/common/statistics/softmax-regression.ts';

const row = (...values: number[]): SparseRow => ({
  columns: Uint32Array.from(values, (_, i) => i),
  values: Float32Array.from(values),
});

test('L-BFGS reaches the minimum of a long, narrow valley', () => {
  const rosenbrock = (w: Float64Array, g: Float64Array) => {
    const [x, y] = w as unknown as [number, number];
    g[0] = -400 * x * (y - x * x) - 2 * (1 - x);
    g[1] = 200 * (y - x * x);
    return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
  };
  const [x, y] = lbfgs(Float64Array.of(-1.2, 1), rosenbrock, { iterations: 200, tolerance: 1e-12 });
  assert.ok(Math.abs((x as number) - 1) < 1e-3 && Math.abs((y as number) - 1) < 1e-3, `${x} ${y}`);
});

test('the penalised gradient is nearly zero at the fitted weights', () => {
  const normal = normals(3);
  const examples = Array.from({ length: 200 }, (_, i) => {
    const label = i % 3;
    return { label, row: row(normal() + (label === 0 ? 1 : 0), normal() + (label === 1 ? 1 : 0), normal()) };
  });
  const l2 = 2;
  const model = fitSoftmax(examples, 3, 3, l2);
  const gradient = Array.from(model.weights.subarray(0, 9), (weight) => l2 * weight);
  for (const { row, label } of examples) {
    const logits = logitsOf(model, row);
    const sum = logits.reduce((all, z) => all + Math.exp(z), 0);
    logits.forEach((z, c) => {
      const error = Math.exp(z) / sum - (c === label ? 1 : 0);
      row.values.forEach((value, j) => {
        gradient[3 * j + c] = (gradient[3 * j + c] as number) + error * value;
      });
    });
  }
  assert.ok(Math.max(...gradient.map(Math.abs)) < 1.5, `${gradient}`);
  // The uninformative third column gets less weight than the other two.
  const size = (j: number) => Math.hypot(...model.weights.subarray(3 * j, 3 * j + 3));
  assert.ok(size(2) < size(0) / 2 && size(2) < size(1) / 2);
});

test('a class without examples keeps a probability, and unknown columns are ignored', () => {
  const model = fitSoftmax(
    [
      { label: 0, row: row(1) },
      { label: 1, row: row(-1) },
    ],
    3,
    1,
    1,
  );
  const logits = logitsOf(model, { columns: Uint32Array.of(0, 99), values: Float32Array.of(1, 1) });
  assert.ok(logits.every(Number.isFinite) && (logits[0] as number) > (logits[1] as number));
});

test('scales columns to one and rows to a mean square of one; constant columns become zero', () => {
  const normal = normals(7);
  const sizes = [0.01, 1, 300, 0];
  const rows = Array.from({ length: 400 }, () => Float32Array.from(sizes, (size) => size * normal() + 3));
  const standard = fitStandardization(rows);
  const standardized = rows.map((each) => standardize(standard, each));
  const mean = (value: (row: Float32Array) => number) =>
    standardized.reduce((sum, each) => sum + value(each), 0) / rows.length;
  for (const j of [0, 1, 2]) {
    assert.ok(Math.abs(mean((each) => each[j] as number)) < 1e-3, `mean of ${j}`);
    assert.ok(Math.abs(mean((each) => (each[j] as number) ** 2) - 1 / sizes.length) < 1e-3, `spread of ${j}`);
  }
  assert.ok(standardized.every((each) => each[3] === 0));
});

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
