// Exports a task's local model for other programs: one ONNX model of standard operators, its calibration and limit of
// doubt, and Python that labels tables with it, alone, in Ray and in Spark (export/).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Builder } from '../neural/autodiff/builder.ts';
import { VECTOR_WIDTH } from '../neural/inference/sentence-encoder.ts';
import type { Value } from '../neural/onnx/graph.ts';
import { writeModel } from '../neural/onnx/write.ts';
import { type EncodeTexts, LabelReader } from './label-reader.ts';
import { COLUMNS, PARTS } from './labels/hashed-grams.ts';
import type { TextSpecialist } from './labels/text-specialist.ts';
import { type LearnedTask, labelModelOf } from './learn.ts';
import type { LabelTask } from './task-file.ts';

/** Avoids division by zero for a part without n-grams. */
const LEAST = 1e-12;
/** As in TextSpecialist: the smallest probability of a head. */
const LEAST_PROBABILITY = 1e-9;

/**
 * Inputs: `columns` i32 and `tf` f32, both [texts, 3, grams] and padded with 0: the hashed n-grams of each part of a
 * text, and 1 + ln of their counts; `vectors` f32 [texts, VECTOR_WIDTH] if it has learned from vectors. Output:
 * `probabilities` f32 [texts, labels]. The head over hidden states is not exported.
 */
export function taskModel({
  labels,
  columns,
  ngramHead,
  rarity,
  vectorHeads = [],
  shares,
}: TextSpecialist): Uint8Array {
  const b = new Builder('label');
  const columnInput = b.graph.input('columns', 'i32', ['texts', PARTS, 'grams']);
  const tf = b.graph.input('tf', 'f32', ['texts', PARTS, 'grams']);
  const weights = new Float32Array(COLUMNS * labels);
  columns.forEach((row, column) => {
    if (row >= 0) weights.set(ngramHead.weights.subarray(row * labels, (row + 1) * labels), column * labels);
  });
  const rarities = b.graph.constant('f32', [COLUMNS], rarity.weights, 'rarity');
  const table = b.graph.constant('f32', [COLUMNS, labels], weights, 'weights');
  const bias = b.graph.constant('f32', [labels], ngramHead.weights.slice(-labels), 'bias');
  const weighted = b.mul(tf, b.gather(rarities, columnInput));
  const length = b.sqrt(b.add(b.sumSquare(weighted, [-1]), LEAST));
  const unit = b.mul(weighted, b.reciprocal(length));
  const contributions = b.mul(b.gather(table, columnInput), b.reshape(unit, ['texts', PARTS, 'grams', 1]));
  const heads = [b.add(b.sum(contributions, [1, 2], 0), bias)];
  const vectors = vectorHeads.length > 0 && b.graph.input('vectors', 'f32', ['texts', VECTOR_WIDTH]);
  if (vectors)
    vectorHeads.forEach((head, i) => {
      const columnsOf = new Float32Array(VECTOR_WIDTH * labels);
      head.weights.forEach((own, label) => {
        own.forEach((weight, j) => {
          columnsOf[j * labels + label] = weight;
        });
      });
      const matrix = b.graph.constant('f32', [VECTOR_WIDTH, labels], columnsOf, `head${i}`);
      const biases = b.graph.constant('f32', [labels], Float32Array.from(head.biases), `bias${i}`);
      heads.push(b.add(b.matmul(vectors, matrix), biases));
    });
  const logOf = (logits: Value) => b.log(b.max(b.softmax(logits), b.scalar(LEAST_PROBABILITY)));
  const parts = heads.map((logits, i) => b.mul(logOf(logits), shares[i] as number));
  b.graph.output('probabilities', b.softmax(parts.reduce((sum, part) => b.add(sum, part))));
  return writeModel(b.graph).bytes;
}

/** Made-up texts, of several scripts, of no words, of one and of many: the folder's own would leave it. */
const TEST_TEXTS = [
  ...['The page stays empty after the update.', 'please ADD a second column', 'fix(parser): no loop at the end'],
  ...[
    'Error 42: disk is full',
    'Größe und Übergröße, naïve café',
    'страница не открывается',
    '保存するとエラーになります',
  ],
  ...['لا تعمل الصفحة', 'It costs 1.234,56 € – or $7', 'emoji 🙂🎉 and half of one \ud83d', 'a', '...', ' \t\n ', ''],
  ...[
    'Title\nwith lines: and more',
    'word '.repeat(3000),
    `${'x'.repeat(5000)} end`,
    'İstanbul ΣΊΣΥΦΟΣ',
    'a: b: c',
    '_id __x1 2x',
  ],
];

/** The files of an export, by name, without the encoder's. @param encode as the task has learned; absent: n-grams alone */
export async function exportedFiles(
  task: LabelTask,
  learned: LearnedTask,
  encode: EncodeTexts | undefined,
): Promise<Readonly<Record<string, string | Uint8Array>>> {
  const { risk, known, informed, specialist } = learned;
  const model = labelModelOf(task, learned, new LabelReader(specialist, encode));
  async function* texts() {
    for (const text of TEST_TEXTS) yield { text: text.trim() };
  }
  const vector: object[] = [];
  for await (const { label, confidence, inDoubt } of model.rows(texts()))
    vector.push({ text: TEST_TEXTS[vector.length], label, 'how sure': confidence, 'in doubt': inDoubt });
  const calibration = {
    ...learned.router.exported(),
    informed,
    // No limit: every text stays local.
    keepBelow: risk ? Math.min(1, risk.keepBelow) : null,
    isAlone: risk === undefined && ![...known.values()].some(({ paid }) => paid),
  };
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 1)}\n`;
  const python = ['features.py', 'ray_label.py', 'spark_label.py'].map((name) => {
    return [name, readFileSync(join(import.meta.dirname, 'export', name), 'utf8')] as const;
  });
  return {
    'model.onnx': taskModel(specialist),
    'labels.json': json({ labels: task.labels, encoder: specialist.vectorHeads !== undefined, calibration }),
    'test-vector.json': json(vector),
    'README.md': exportReadme(task),
    ...Object.fromEntries(python),
  };
}

function exportReadme({ name, labels }: LabelTask): string {
  return `# ${name}

Labels texts as one of: ${labels.map((label) => label.name).join(', ')}, as the local model does.

    pip install numpy onnxruntime tokenizers
    python features.py --check                                    # compares with test-vector.json
    python -c "from features import Labeller; print(Labeller().label(['a text']))"
    pip install ray[data]; python ray_label.py IN OUT --column text
    pip install pyspark pandas pyarrow; spark-submit spark_label.py IN OUT --column text

\`encoder.onnx\` and \`tokenizer.json\` make a vector of a text, \`features.py\` its hashed n-grams, \`model.onnx\` the
probabilities of the labels. \`labels.json\` has the calibration that makes 'how sure' of them, and the limit of doubt.
Secrets are not redacted here, and hidden states of a base model, which the product may read for texts in doubt, are not
exported. What is sent to a large model does not scale by this: its provider's batch interface is for it.
`;
}
