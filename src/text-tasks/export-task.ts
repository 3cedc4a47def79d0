// Exports a task's local model: one ONNX model of standard operators, its labels, and the preprocessing of texts.
import { Builder } from '../neural/autodiff/builder.ts';
import { writeModel } from '../neural/onnx/write.ts';
import type { LabelTask } from '../prompts/label/task.ts';
import { COLUMNS, PARTS } from './labels/hashed-grams.ts';
import type { TextSpecialist } from './labels/text-specialist.ts';

/** Avoids division by zero for a part without n-grams. */
const LEAST = 1e-12;

/**
 * Inputs, both [texts, 3, grams] and padded with 0: `columns` i32 and `tf` f32. `columns` are the hashed n-grams of
 * each part of a text, and `tf` is 1 + ln of their counts. Output: `probabilities` f32 [texts, labels]. The head over
 * hidden states is not exported.
 */
export function taskModel({ labels, columns, cheap, ground }: TextSpecialist): Uint8Array {
  const b = new Builder('label');
  const at = b.graph.input('columns', 'i32', ['texts', PARTS, 'grams']);
  const tf = b.graph.input('tf', 'f32', ['texts', PARTS, 'grams']);
  const weights = new Float32Array(COLUMNS * labels);
  columns.forEach((own, column) => {
    if (own >= 0) weights.set(cheap.weights.subarray(own * labels, (own + 1) * labels), column * labels);
  });
  const rarity = b.graph.constant('f32', [COLUMNS], ground.rarity.weights, 'rarity');
  const table = b.graph.constant('f32', [COLUMNS, labels], weights, 'weights');
  const bias = b.graph.constant('f32', [labels], cheap.weights.slice(-labels), 'bias');
  const weighed = b.mul(tf, b.gather(rarity, at));
  const length = b.sqrt(b.add(b.sumSquare(weighed, [-1]), LEAST));
  const unit = b.mul(weighed, b.reciprocal(length));
  const opinions = b.mul(b.gather(table, at), b.reshape(unit, ['texts', PARTS, 'grams', 1]));
  const logits = b.add(b.sum(opinions, [1, 2], 0), bias);
  b.graph.output('probabilities', b.softmax(logits));
  return writeModel(b.graph).bytes;
}

/** The README of the exported folder. */
export function exportReadme({ name, labels }: LabelTask): string {
  return `# ${name}

\`model.onnx\` labels texts as one of: ${labels.map((label) => label.name).join(', ')} (\`labels.json\`, in the order of the output).

    import onnxruntime as ort; session = ort.InferenceSession("model.onnx")
    probabilities = session.run(None, {"columns": columns, "tf": tf})[0]    # [texts, labels]

A text's inputs, [texts, 3, grams] int32 and float32, filled up with 0:
1. Cut to 4,000 characters. Words are what \`[\\p{L}\\p{N}_]+|[^\\s\\p{L}\\p{N}_]\` finds in lower case.
2. Part 0: each word, and each two with a space between. Part 1: of ' ' + word + ' ' all pieces of 2 to 5 UTF-16 units. Part 2: with
   \`^(.{1,60}?): (.*)$\` the head H and the rest R (else the first word and the whole text), W the words of R, S those from the first
   that begins with a letter, digit or _: 'H^' + the first 1, 2, 3 of S with spaces; 'H^upper' or 'H^lower', as R's first letter is;
   'H~' + each word of W once.
3. Column: h = 0x811c9dc5 xor part; for each unit u: h = (h xor u) * 0x01000193 mod 2^32; h = (h xor h >> 15) * 0x2c1b3c6d mod 2^32;
   h = h xor h >> 12; column = h mod ${COLUMNS}.
4. tf = 1 + ln(how often the column is in its part); each column once in its part.

In Spark or Ray: load the session once for each worker (\`mapInPandas\`, an actor), make the inputs of a few hundred texts, run.
Rarity, lengths, weights and softmax are in the graph; it has standard operators alone (opset 21 and earlier runtimes' rules apply).
`;
}
