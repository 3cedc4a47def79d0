// Exports a task's local model: one ONNX model of standard operators, its labels, and the preprocessing of texts.
import { Builder } from '../neural/autodiff/builder.ts';
import { writeModel } from '../neural/onnx/write.ts';
import { COLUMNS, PARTS } from './labels/hashed-grams.ts';
import type { TextSpecialist } from './labels/text-specialist.ts';
import type { LabelTask } from './task-file.ts';

/** Avoids division by zero for a part without n-grams. */
const LEAST = 1e-12;

/**
 * Inputs, both [texts, 3, grams] and padded with 0: `columns` i32 and `tf` f32. `columns` are the hashed n-grams of
 * each part of a text, and `tf` is 1 + ln of their counts. Output: `probabilities` f32 [texts, labels]. The head over
 * hidden states is not exported.
 */
export function taskModel({ labels, columns, ngramHead, rarity }: TextSpecialist): Uint8Array {
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
  const logits = b.add(b.sum(contributions, [1, 2], 0), bias);
  b.graph.output('probabilities', b.softmax(logits));
  return writeModel(b.graph).bytes;
}

/** The README of the exported folder. */
export function exportReadme({ name, labels }: LabelTask): string {
  return `# ${name}

\`model.onnx\` labels texts as one of: ${labels.map((label) => label.name).join(', ')} (\`labels.json\`, in the order of the output).

    import os; os.environ["ORT_DISABLE_TELEMETRY"] = "1"    # before onnxruntime is imported: see below
    import onnxruntime as ort; session = ort.InferenceSession("model.onnx")
    probabilities = session.run(None, {"columns": columns, "tf": tf})[0]    # [texts, labels]

The inputs of a text have the shape [texts, 3, grams], int32 and float32, padded with 0:
1. Cut the text to 4,000 characters. Its words are the matches of \`[\\p{L}\\p{N}_]+|[^\\s\\p{L}\\p{N}_]\` in the lower-case text.
2. Each text has three parts, which are lists of n-grams:
   - Part 0: each word, and each pair of neighbouring words with a space between them.
   - Part 1: all substrings of 2 to 5 UTF-16 units of ' ' + word + ' ', for each word.
   - Part 2: \`^(.{1,60}?): (.*)$\` splits the text into a head H and a rest R. Without a match, H is the first word and R is
     the whole text. W are the words of R. S is W from its first word that begins with a letter, a digit or _. The n-grams are
     'H^' + the first 1, 2 and 3 words of S, joined by spaces; 'H^upper' or 'H^lower', the case of the first letter of R;
     and 'H~' + word, once for each different word of W.
3. The column of an n-gram is a hash. Start with h = 0x811c9dc5 xor part. For each UTF-16 unit u: h = (h xor u) * 0x01000193 mod 2^32.
   Then h = (h xor h >> 15) * 0x2c1b3c6d mod 2^32, h = h xor h >> 12, and column = h mod ${COLUMNS}.
4. tf = 1 + ln(number of times that the column occurs in its part). Each part lists a column once.

In Spark or Ray, load the session once per worker (\`mapInPandas\`, an actor) and run it on a few hundred texts at a time.
From 1.29 on, onnxruntime's libraries for Linux and macOS send statistics of their use to Microsoft, and write them below
\`~/.cache/Microsoft\`, unless \`ORT_DISABLE_TELEMETRY\` is 1 in the environment, of each worker too, before the import.
The graph contains rarity, normalization, weights and softmax. It uses only standard operators of opset 21.
`;
}
