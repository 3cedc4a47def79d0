// Vectors and hidden states of the recorded texts: states are read once, and kept in the download cache by all that they
// hang on.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { ProgressBar } from '../../src/common/bar.ts';
import { replaceFile } from '../../src/common/files.ts';
import { threadCount } from '../../src/common/threads.ts';
import { pooledStates, type StatesRequest } from '../../src/neural/inference/hidden-states.ts';
import { SentenceEncoder } from '../../src/neural/inference/sentence-encoder.ts';
import { type BasePrompt, basePromptOf, DEPTHS } from '../../src/text-tasks/deep-reading.ts';
import { cacheFolder } from '../common/packages.ts';
import { type RecordedTask, targetOf } from './data.ts';

/** What is read of all recorded texts, in their order. */
export interface Readings {
  readonly vectors?: readonly Float32Array[];
  readonly labelVectors?: readonly Float32Array[];
  readonly states?: readonly Float32Array[];
  /** Texts that stand in the base's prompt with their labels, which they would give away. */
  readonly shown?: ReadonlySet<string>;
  /** Of reading vectors, and states; undefined: they were kept from before. */
  readonly seconds?: { readonly vectors: number; readonly states?: number | undefined };
}

/** @param base 'none': n-grams alone; 'encoder': vectors too; the name of a base: its states, too */
export async function readingsOf(recorded: RecordedTask, base: string): Promise<Readings> {
  if (base === 'none') return {};
  const { task, texts } = recorded;
  const encoder = await SentenceEncoder.load(join(root, 'models/encoder'), threadCount('auto'));
  const began = performance.now();
  const encode = async (some: readonly string[]) => {
    const vectors = new Array<Float32Array>(some.length);
    for await (const [i, vector] of encoder.vectors(some)) vectors[i] = vector;
    return vectors;
  };
  const labelVectors = await encode(task.labels.map(({ name, meaning }) => `${name}: ${meaning}`));
  const vectors = await encode(texts.map(({ text }) => text));
  const seconds = { vectors: (performance.now() - began) / 1000 };
  await encoder.dispose();
  if (base === 'encoder') return { vectors, labelVectors, seconds };
  const prompt = basePromptOf(task, labelledOf(recorded));
  const read = await statesOf(recorded, prompt, join(root, 'models', base));
  const { states } = read;
  return { vectors, labelVectors, states, shown: prompt.examples, seconds: { ...seconds, states: read.seconds } };
}

/** What may be learned from, with what it is learned as. */
function labelledOf(recorded: RecordedTask) {
  return recorded.texts.flatMap((row) => {
    const label = targetOf(recorded, row);
    return row.split === 'test' || label === undefined ? [] : [{ text: row.text, label }];
  });
}

/** @param model the base's folder */
async function statesOf({ task, texts }: RecordedTask, { before, after }: BasePrompt, model: string) {
  const request: StatesRequest = {
    language: { model, tokenizer: join(model, 'tokenizer.json'), threads: threadCount('auto') },
    texts: texts.map(({ text }) => text),
    before,
    after,
    depths: DEPTHS,
  };
  const manifest = readFileSync(join(model, 'manifest.json'));
  const { language, ...asked } = request;
  const key = createHash('sha256').update(manifest).update(JSON.stringify(asked)).digest('hex').slice(0, 32);
  const kept = join(cacheFolder('states'), `${key}.f32`);
  if (existsSync(kept)) return { states: apart(readFileSync(kept), texts.length), seconds: undefined };
  const states: Float32Array[] = [];
  const bar = new ProgressBar(process.stderr);
  const began = performance.now();
  for await (const read of pooledStates(request)) {
    states.push(read);
    bar.update({ stage: `Reading ${task.name}`, done: states.length, total: texts.length });
  }
  bar.clear();
  const seconds = (performance.now() - began) / 1000;
  mkdirSync(cacheFolder('states'), { recursive: true });
  replaceFile(
    kept,
    states.map((row) => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)),
  );
  return { states, seconds };
}

function apart(bytes: Buffer, count: number): Float32Array[] {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  const width = all.length / count;
  return Array.from({ length: count }, (_, i) => all.subarray(i * width, (i + 1) * width));
}
