// A small model trained for a few seconds on made-up code, so that decoding has something to predict.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { initialAdapters, LORA_TARGETS, type Model } from '../../../src/neural/architecture/lora.ts';
import type { ModelConfig } from '../../../src/neural/architecture/parameters.ts';
import { TrainingBatches } from '../../../src/neural/training/batches.ts';
import { firstPlan, learningRateAt } from '../../../src/neural/training/schedule.ts';
import { Stepper } from '../../../src/neural/training/stepper.ts';
import { OPTIMIZER } from '../../../src/neural/training/training-settings.ts';
import type { Tokenizer } from '../../../src/text/tokenizer/bpe.ts';
import { loadTokenizer } from '../../../src/text/tokenizer/load.ts';
import { packedModel } from '../../support/packed-models.ts';
import { COMMON, initialWeights } from '../../support/random-models.ts';

/**
 * A tokenizer with its first entries alone: most of a small model's time would go into a vocabulary it
 * does not use. Not the one that ships: what these models learn in a few seconds should not hang on it.
 */
export function smallTokenizer(size = 1536): Tokenizer {
  const json = JSON.parse(
    gunzipSync(readFileSync(join(import.meta.dirname, '../../golden/trained/tokenizer.json.gz'))).toString(),
  );
  const vocab = Object.fromEntries(
    Object.entries(json.model.vocab as Record<string, number>).filter(([, id]) => id < size),
  );
  const merges = (json.model.merges as (string | [string, string])[]).filter((merge) => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
    return [left, right, `${left}${right}`].every((token) => (token as string) in vocab);
  });
  const tokenizer = loadTokenizer({ ...json, model: { ...json.model, vocab, merges } });
  if (!tokenizer.ok) throw new Error(tokenizer.error.message);
  return tokenizer.value;
}

/** Made-up functions that a small model learns by heart. */
export const FUNCTIONS = [
  'export function parseHeader(line: string): Header {\n  const [name, value] = line.split(":");\n  return { name, value };\n}\n',
  'export async function readAll(stream: Stream): Promise<Buffer> {\n  const chunks: Buffer[] = [];\n  for await (const chunk of stream) chunks.push(chunk);\n  return Buffer.concat(chunks);\n}\n',
  'export function clamp(x: number, low: number, high: number): number {\n  return Math.max(low, Math.min(high, x));\n}\n',
  'function isEmpty(map: Map<string, unknown>): boolean {\n  return map.size === 0;\n}\n',
  'export class Counter {\n  private count = 0;\n\n  increment(): void {\n    this.count += 1;\n  }\n}\n',
  'const delay = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));\n',
  'if (!user) {\n  throw new Error("the user is not logged in");\n}\n',
  'try {\n  await save(file, text);\n} catch (error) {\n  log.warn("could not save", error);\n}\n',
  'switch (event.type) {\n  case "open":\n    return onOpen(event);\n  default:\n    return undefined;\n}\n',
  'for (let i = 0; i < rows.length; i++) {\n  total += rows[i].price * rows[i].amount;\n}\n',
] as const;

/** Files that contain all functions, each file in another order. */
export function files(): string[] {
  return Array.from({ length: 24 }, (_, i) =>
    FUNCTIONS.map((text, j) => ({ text, key: ((i + 1) * (j + 3) * 7919) % 101 }))
      .sort((a, b) => a.key - b.key)
      .map(({ text }) => text)
      .join('\n'),
  );
}

/** @param head tokens that some samples begin with; one of the functions follows */
export async function trainedModel(tokenizer: Tokenizer, head?: readonly number[]): Promise<Model> {
  const config: ModelConfig = {
    ...COMMON,
    vocabSize: tokenizer.vocabularySize,
    hiddenSize: 64,
    intermediateSize: 128,
    layers: 2,
    heads: 4,
    keyValueHeads: 2,
    headDim: 16,
    contextLength: 256,
  };
  const examples = files().map((text) => ({ ids: tokenizer.encode(text) }));
  if (head) {
    for (let round = 0; round < 8; round++) {
      for (const text of FUNCTIONS) examples.push({ ids: Int32Array.from([...head, ...tokenizer.encode(text)]) });
    }
  }
  const options = { batch: 2, length: 192, microBatches: 1, seed: 2, separator: 0 };
  const batches = new TrainingBatches(examples, options);
  const schedule = { peak: 1e-2, warmupSteps: 5, totalSteps: 420, floor: 0.05 };
  const base = packedModel(config, initialWeights(config, 3));
  // Of full rank, so that adapters alone make a model of random weights learn.
  const lora = { rank: 64, alpha: 64, targets: LORA_TARGETS };
  const weights = initialAdapters(config, lora, 1);
  const stepper = await Stepper.create(
    {
      ...{ config, batch: options.batch, length: options.length, lossChunk: 256, device: 'cpu', threads: 2 },
      ...{ lora, packed: new Map(base.packed), optimizer: { ...OPTIMIZER, weightDecay: 0 } },
    },
    base.weights,
    { step: 0, tensors: weights },
  );
  for (let step = 0; step < schedule.totalSteps; step++) {
    await stepper.run(batches.batchesOfStep(step), learningRateAt(schedule, firstPlan(schedule), step), 1);
  }
  await stepper.dispose();
  return { ...base, adapter: { lora, weights } };
}
